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
            $"{report.Cohort.Patients.Length:N0} patients, {report.Cohort.Septic:N0} septic, {report.Cohort.Hours.Length:N0} hours"));
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

    private static string Text(Figure? figure, string format) =>
        figure?.Value?.ToString(format, CultureInfo.InvariantCulture) ?? "-";
}
