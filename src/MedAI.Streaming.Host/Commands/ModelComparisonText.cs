// Writes comparisons of models: as tables for people, as JSON for programs.
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using MedAI.Streaming.Evaluation.Metrics;

namespace MedAI.Streaming.Host.Commands;

/// <summary>The report of <c>medai models compare</c>.</summary>
internal static class ModelComparisonText
{
    private static readonly JsonWriterOptions Style = new()
    {
        Indented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>As tables.</summary>
    public static void Write(TextWriter output, JudgedModel active, Elections elections, IReadOnlyList<ModelComparison> comparisons)
    {
        var times = elections.TimesOf(active.Id);
        if (times.Any(time => time is not (long.MinValue, long.MaxValue)))
        {
            Line(output, $"Compared is the time in which {active.Id} decided: {string.Join(", ", times.Select(InWords))}");
        }

        foreach (var comparison in comparisons)
        {
            var (shadow, agreement) = comparison;
            var others = comparison.OfOthers > 0 ? FormattableString.Invariant($"; {comparison.OfOthers:N0} decided by others are left out") : "";
            Line(output, $"{shadow.Id} in shadow (alarms at {shadow.Threshold:0.####}) beside {active.Id} (at {active.Threshold:0.####})");
            Line(output, $"{agreement.Patients.Total:N0} patients, {agreement.Hours.Total:N0} steps of both; {comparison.OnlyActive:N0} of the active model alone, {comparison.OnlyShadow:N0} of the shadow alone{others}");
            new TextTable<(string What, AgreementCounts Counts)>(
                new("AGREEMENT", "what", row => row.What),
                new("BOTH", "both", row => row.Counts.Both, Right: true),
                new("ONLY ACTIVE", "onlyActive", row => row.Counts.OnlyFirst, Right: true),
                new("ONLY SHADOW", "onlyShadow", row => row.Counts.OnlySecond, Right: true),
                new("NEITHER", "neither", row => row.Counts.Neither, Right: true),
                new("KAPPA", "kappa", row => row.Counts.Kappa, Right: true)).Write(
                output, [("steps at or above the threshold", agreement.Hours), ("patients with an alarm", agreement.Patients)], json: false);
            new TextTable<(string What, double? Active, double? Shadow)>(
                new("BURDEN", "what", row => row.What),
                new("ACTIVE", "active", row => row.Active, Right: true),
                new("SHADOW", "shadow", row => row.Shadow, Right: true)).Write(
                output,
                [
                    ("alarms", agreement.FirstAlarms, agreement.SecondAlarms),
                    ("alarms per patient-day", PerDay(agreement.FirstAlarms, agreement), PerDay(agreement.SecondAlarms, agreement)),
                    ("mean risk", agreement.FirstMean, agreement.SecondMean),
                ],
                json: false);
            Line(output, $"risks: Pearson {Short(agreement.Pearson())}, Spearman {Short(agreement.Spearman())}; population stability index {Short(agreement.RiskPsi())}");
            output.WriteLine();
        }
    }

    /// <summary>As JSON; what is not defined is null.</summary>
    public static string Json(JudgedModel active, Elections elections, IReadOnlyList<ModelComparison> comparisons)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, Style))
        {
            json.WriteStartObject();
            json.WriteStartObject("active");
            Model(json, active);
            json.WriteStartArray("decided");
            foreach (var (from, until) in elections.TimesOf(active.Id))
            {
                json.WriteStartObject();
                Time(json, "from", from);
                Time(json, "until", until);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteStartArray("shadows");
            foreach (var comparison in comparisons)
            {
                Comparison(json, comparison);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    private static void Comparison(Utf8JsonWriter json, ModelComparison comparison)
    {
        var agreement = comparison.Agreement;
        json.WriteStartObject();
        Model(json, comparison.Shadow);
        json.WriteNumber("patients", agreement.Patients.Total);
        json.WriteNumber("hours", agreement.Hours.Total);
        json.WriteNumber("hoursOnlyActive", comparison.OnlyActive);
        json.WriteNumber("hoursOnlyShadow", comparison.OnlyShadow);
        json.WriteNumber("hoursOfOthers", comparison.OfOthers);
        Counts(json, "hoursAtThreshold", agreement.Hours);
        Counts(json, "patientsWithAlarm", agreement.Patients);
        json.WriteStartObject("alarms");
        json.WriteNumber("active", agreement.FirstAlarms);
        json.WriteNumber("shadow", agreement.SecondAlarms);
        json.WriteEndObject();
        json.WriteStartObject("alarmsPerPatientDay");
        Number(json, "active", PerDay(agreement.FirstAlarms, agreement));
        Number(json, "shadow", PerDay(agreement.SecondAlarms, agreement));
        json.WriteEndObject();
        json.WriteStartObject("risk");
        Number(json, "activeMean", agreement.FirstMean);
        Number(json, "shadowMean", agreement.SecondMean);
        Number(json, "pearson", agreement.Pearson());
        Number(json, "spearman", agreement.Spearman());
        Number(json, "psi", agreement.RiskPsi());
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void Model(Utf8JsonWriter json, JudgedModel model)
    {
        json.WriteString("model", model.Id);
        json.WriteNumber("threshold", model.Threshold);
    }

    private static void Counts(Utf8JsonWriter json, string name, AgreementCounts counts)
    {
        json.WriteStartObject(name);
        json.WriteNumber("both", counts.Both);
        json.WriteNumber("onlyActive", counts.OnlyFirst);
        json.WriteNumber("onlyShadow", counts.OnlySecond);
        json.WriteNumber("neither", counts.Neither);
        Number(json, "kappa", counts.Kappa);
        json.WriteEndObject();
    }

    private static double? PerDay(long alarms, ModelAgreement agreement) => agreement.PatientDays > 0 ? alarms / agreement.PatientDays : null;

    private static void Number(Utf8JsonWriter json, string name, double? value)
    {
        if (value is { } number)
            json.WriteNumber(name, Math.Round(number, 6));
        else
            json.WriteNull(name);
    }

    private static void Time(Utf8JsonWriter json, string name, long time)
    {
        if (time is long.MinValue or long.MaxValue)
            json.WriteNull(name);
        else
            json.WriteString(name, DateTimeOffset.FromUnixTimeMilliseconds(time).UtcDateTime);
    }

    private static string InWords((long From, long Until) time) =>
        (time.From == long.MinValue ? "from the beginning" : $"from {DateTimeOffset.FromUnixTimeMilliseconds(time.From):u}")
        + (time.Until == long.MaxValue ? " on" : $" to {DateTimeOffset.FromUnixTimeMilliseconds(time.Until):u}");

    private static string Short(double? value) => value?.ToString("0.###", CultureInfo.InvariantCulture) ?? "-";

    private static void Line(TextWriter output, FormattableString text) => output.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
