// Shows the figures of an evaluation as a table on the screen.
using System.Globalization;
using MedAI.Streaming.Evaluation.Metrics;
using MedAI.Streaming.Evaluation.Report;

namespace MedAI.Streaming.Host.Commands;

/// <summary>The table: the main figures; the report has all of them, with intervals.</summary>
internal static class EvaluationTable
{
    /// <summary>Writes it.</summary>
    public static void Write(TextWriter output, EvaluationReport report)
    {
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{report.Cohort.Patients.Length:N0} patients, {report.Cohort.Positives:N0} septic, {report.Cohort.Hours.Length:N0} hours"));
        new TextTable<ModelFigures>(
            new("MODEL", "model", model => model.Model.Name),
            new("VERSION", "version", model => model.Model.Version),
            new("INPUTS", "inputs", model => model.Model.Inputs),
            new("AUROC", "auroc", model => Text(model.Auroc, "0.000"), Right: true),
            new("AUPRC", "auprc", model => Text(model.Auprc, "0.000"), Right: true),
            new("UTILITY", "utility", model => Text(model.Utility, "0.000"), Right: true),
            new("BRIER", "brier", model => Text(model.Brier, "0.0000"), Right: true),
            new("ECE", "ece", model => Text(model.Ece, "0.0000"), Right: true),
            new("SLOPE", "slope", model => Text(model.CalibrationSlope, "0.00"), Right: true),
            new("AS NEWS2>=5", "atNews2Ge5", model => Text(model.Alarms.AtNews2Ge5?.AlarmsPerPatientDay, "0.000"), Right: true),
            new("AS NEWS2>=7", "atNews2Ge7", model => Text(model.Alarms.AtNews2Ge7?.AlarmsPerPatientDay, "0.000"), Right: true),
            new("RE-ARMED", "rearmed", model => Text(model.Rearmed.AtNews2Ge7?.AlarmsPerPatientDay, "0.000"), Right: true),
            new("NNE", "nne", model => Text(model.Alarms.AtNews2Ge7?.Nne, "0.0"), Right: true),
            new("LEAD h", "leadHours", model => Text(model.Alarms.AtNews2Ge7?.LeadMedian, "0.0"), Right: true))
            .Write(output, report.Models, json: false);
        output.WriteLine("AS NEWS2>=N: alarms per patient-day where as many septic patients are found in time as by NEWS2 >= N; RE-ARMED: as by NEWS2 >= 7, "
            + "where a score that stays up alarms again every six hours. Intervals are in the report.");
    }

    /// <summary>Writes that of outcomes.</summary>
    public static void Write(TextWriter output, OutcomeReport report)
    {
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{report.Stays.Patients.Length:N0} patients, {report.Stays.Positives:N0} died in hospital; scores at the end of hour {report.Hour}"));
        new TextTable<OutcomeFigures>(
            new("MODEL", "model", score => score.Model.Name),
            new("VERSION", "version", score => score.Model.Version),
            new("INPUTS", "inputs", score => score.Model.Inputs),
            new("AUROC", "auroc", score => Text(score.Auroc, "0.000"), Right: true),
            new("AUPRC", "auprc", score => Text(score.Auprc, "0.000"), Right: true),
            new("BRIER", "brier", score => Text(score.Brier, "0.0000"), Right: true),
            new("ECE", "ece", score => Text(score.Ece, "0.0000"), Right: true),
            new("SLOPE", "slope", score => Text(score.CalibrationSlope, "0.00"), Right: true),
            new("SENSITIVITY", "sensitivity", score => Text(score.Sensitivity, "0.000"), Right: true),
            new("PRECISION", "precision", score => Text(score.Precision, "0.000"), Right: true),
            new("MIN", "minSensitivityPrecision", score => Text(score.MinSensitivityPrecision, "0.0000"), Right: true),
            new("BEST MIN", "bestMinSensitivityPrecision", score => Text(score.BestMinSensitivityPrecision, "0.0000"), Right: true))
            .Write(output, report.Scores, json: false);
        var published = OutcomeReport.Published.Select(figure => string.Create(
            CultureInfo.InvariantCulture, $"{figure.Name} {figure.MinSensitivityPrecision:0.0000}"));
        output.WriteLine(
            $"MIN: the smaller of sensitivity and precision at the model's own threshold; BEST MIN: at the best one here. Published ({OutcomeReport.Published[0].Source}): "
            + string.Join(", ", published) + ". Intervals are in the report.");
    }

    private static string Text(Figure? figure, string format) =>
        figure?.Value?.ToString(format, CultureInfo.InvariantCulture) ?? "-";
}
