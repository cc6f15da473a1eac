// What a run says at its end on the standard output.
using System.Globalization;

namespace MedAI.Streaming.Host.Commands;

/// <summary>The summary of a run.</summary>
internal static class RunSummary
{
    /// <summary>Writes the summary.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="report">The report.</param>
    /// <param name="store">The store's folder, or null where it is thrown away.</param>
    public static void Write(TextWriter output, RunReport report, string? store)
    {
        var t = report.Totals;
        Line(output, $"{t.Patients:N0} patients, {t.Frames:N0} frames, {t.EventHours:N1} hours of event time");
        RunReport.Account(t).WriteText(output);
        Line(output, $"{report.Episodes.Count:N0} alerts ({report.PerPatientDay:0.##} per patient and day)");
        Line(output, $"{report.Transitions:N0} transitions, sha256 {report.TransitionsSha256}");
        Line(output, $"{t.Scores:N0} scores by {report.Model}");
        Line(output, $"{report.Seconds:0.0} s, {report.ReadingsPerSecond:N0} readings/s");
        output.WriteLine(
            store is null
                ? "the store is thrown away; --out DIR keeps it"
                : $"store: {store}   (see 'medai show episodes --store {store}')");
    }

    private static void Line(TextWriter output, FormattableString text) =>
        output.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
