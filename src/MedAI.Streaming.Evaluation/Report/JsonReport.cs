// The report as JSON, for programs: every figure with its interval beside it.
using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;
using MedAI.Streaming.Evaluation.Metrics;

namespace MedAI.Streaming.Evaluation.Report;

/// <summary>
/// Writes docs/evaluation.md's JSON. A figure NAME is followed by NAMEInterval95, [low, high]; what is not defined is null and
/// <c>notes</c> says why; an open end of an interval is null. Thresholds are given, not estimated, and have no interval.
/// </summary>
internal static class JsonReport
{
    internal static readonly JsonWriterOptions Indented = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Write(EvaluationReport report, Stream output)
    {
        using var json = new Utf8JsonWriter(output, Indented);
        json.WriteStartObject();
        json.WriteString("format", report.Format);
        json.WriteNumber("patients", report.Cohort.Patients.Length);
        json.WriteNumber("septic", report.Cohort.Positives);
        json.WriteNumber("hours", report.Cohort.Hours.Length);
        report.Readings?.WriteJson(json);
        json.WriteStartArray("models");
        foreach (var model in report.Models) WriteModel(json, model);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteModel(Utf8JsonWriter json, ModelFigures model)
    {
        json.WriteStartObject();
        WriteShared(json, model);
        WriteFigure(json, "utility", model.Utility);
        WriteFigure(json, "f1", model.F1);
        json.WriteStartObject("alarmsPerPatientDay");
        WritePerDay(json, model.Alarms);
        json.WriteStartObject("rearmed");
        WritePerDay(json, model.Rearmed);
        json.WriteEndObject();
        json.WriteEndObject();
        WriteFigure(json, "nne", model.Alarms.AtNews2Ge7?.Nne ?? default);
        WriteLead(json, model.Alarms.AtNews2Ge7);
        WriteMatched(json, model);
        WriteFrozen(json, model);
        WriteDrift(json, model.Model);
        json.WriteEndObject();
    }

    private static void WritePerDay(Utf8JsonWriter json, CountedAlarms alarms)
    {
        WriteFigure(json, "atNews2Ge5", alarms.AtNews2Ge5?.AlarmsPerPatientDay ?? default);
        WriteFigure(json, "atNews2Ge7", alarms.AtNews2Ge7?.AlarmsPerPatientDay ?? default);
    }

    private static void WriteMatched(Utf8JsonWriter json, ModelFigures model)
    {
        json.WriteStartObject("matched");
        WriteMatched(json, model.Alarms);
        json.WriteStartObject("rearmed");
        WriteMatched(json, model.Rearmed);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteMatched(Utf8JsonWriter json, CountedAlarms alarms)
    {
        foreach (var (name, burden) in ((string, AlarmBurden?)[])[("atNews2Ge5", alarms.AtNews2Ge5), ("atNews2Ge7", alarms.AtNews2Ge7)])
        {
            json.WriteStartObject(name);
            WriteNumber(json, "threshold", burden?.Threshold);
            WriteBurden(json, burden);
            // Where no threshold is sensitive enough, this says how near the score comes.
            WriteFigure(json, "greatestSensitivity", alarms.MostSensitive?.Sensitivity ?? default);
            json.WriteEndObject();
        }
    }

    private static void WriteFrozen(Utf8JsonWriter json, ModelFigures model)
    {
        json.WriteStartObject("frozen");
        WriteNumber(json, "alert", model.Model.Frozen?.Alert);
        WriteNumber(json, "utility", model.Model.Frozen?.Utility);
        WriteBurden(json, model.Alarms.Frozen);
        json.WriteStartObject("rearmed");
        WriteBurden(json, model.Rearmed.Frozen);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteDrift(Utf8JsonWriter json, ScoredModel model)
    {
        if (model.Drift is not { } drift)
        {
            json.WriteNull("drift");
            return;
        }

        json.WriteStartObject("drift");
        foreach (var (input, psi) in drift) json.WriteNumber(input, Math.Round(psi, 6));
        json.WriteEndObject();
    }

    private static void WriteBurden(Utf8JsonWriter json, AlarmBurden? burden)
    {
        WriteFigure(json, "sensitivity", burden?.Sensitivity ?? default);
        WriteFigure(json, "alarmsPerPatientDay", burden?.AlarmsPerPatientDay ?? default);
        WriteFigure(json, "falseAlarmsPerPatientDay", burden?.FalseAlarmsPerPatientDay ?? default);
        WriteFigure(json, "nne", burden?.Nne ?? default);
        WriteLead(json, burden);
    }

    private static void WriteLead(Utf8JsonWriter json, AlarmBurden? burden)
    {
        json.WriteStartObject("leadHours");
        WriteFigure(json, "median", burden?.LeadMedian ?? default);
        json.WriteStartArray("histogram");
        foreach (var patients in burden?.LeadHistogram ?? ImmutableArray<int>.Empty) json.WriteNumberValue(patients);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>What every score has.</summary>
    internal static void WriteShared(Utf8JsonWriter json, ScoreFigures score)
    {
        json.WriteString("name", score.Model.Name);
        json.WriteString("version", score.Model.Version);
        json.WriteString("inputs", score.Model.Inputs);
        WriteFigure(json, "auroc", score.Auroc);
        WriteFigure(json, "auprc", score.Auprc);
        WriteFigure(json, "prevalence", score.Prevalence);
        WriteFigure(json, "brier", score.Brier);
        WriteFigure(json, "ece", score.Ece);
        WriteFigure(json, "calibrationSlope", score.CalibrationSlope);
        WriteFigure(json, "sensitivity", score.Sensitivity);
        WriteFigure(json, "precision", score.Precision);
        json.WriteStartArray("notes");
        foreach (var note in score.Notes) json.WriteStringValue(note);
        json.WriteEndArray();
    }

    internal static void WriteFigure(Utf8JsonWriter json, string name, Figure figure)
    {
        WriteNumber(json, name, figure.Value);
        if (figure.Interval95 is not { } interval)
        {
            json.WriteNull($"{name}Interval95");
            return;
        }

        json.WriteStartArray($"{name}Interval95");
        WriteEnd(json, interval.Low);
        WriteEnd(json, interval.High);
        json.WriteEndArray();
    }

    private static void WriteEnd(Utf8JsonWriter json, double? end)
    {
        if (end is { } number) json.WriteNumberValue(number);
        else json.WriteNullValue();
    }

    internal static void WriteNumber(Utf8JsonWriter json, string name, double? value)
    {
        if (value is { } number) json.WriteNumber(name, number);
        else json.WriteNull(name);
    }
}
