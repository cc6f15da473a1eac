// Composes the whole screen of the ward for a given size: heading, beds, and the alerts as they happened.
using System.Globalization;
using MedAI.Streaming.Domain.Alerts;
using MedAI.Streaming.Pipeline.Ports;

namespace MedAI.Streaming.Host.View;

/// <summary>What the heading says beside the ward itself.</summary>
/// <param name="Title">What is being shown.</param>
/// <param name="Speed">How fast time passes, in words.</param>
/// <param name="Model">The model in words.</param>
/// <param name="AlertThreshold">The alarm score, or risk, at which the model alerts, 0..1.</param>
/// <param name="Records">Asked for the number of records taken in so far.</param>
public sealed record WardStatus(string Title, string Speed, string Model, double AlertThreshold, Func<long> Records);

/// <summary>Draws screens.</summary>
internal static class WardScreen
{
    /// <summary>Stands wherever a person could take the screen for a monitor of record.</summary>
    public const string Sentence = "A secondary monitor: it does not replace the bedside alarm, and it is not a medical device.";

    private const string ShortSentence = "A secondary monitor, not a medical device.";

    /// <summary>Lines that are not beds: three of heading, two blank or titles, the table's heading, and the least of
    /// alerts.</summary>
    public const int LinesBesideBeds = 6 + LeastAlertLines;

    private const long Quiet = 4 * 3_600_000;
    private const int LeastAlertLines = 5;

    /// <summary>The lines of a screen; at most <paramref name="height"/> of at most <paramref name="width"/> columns.</summary>
    /// <param name="views">The patients.</param>
    /// <param name="transitions">The newest transitions, oldest first.</param>
    /// <param name="status">For the heading.</param>
    /// <param name="width">Columns of the screen.</param>
    /// <param name="height">Lines of the screen.</param>
    public static List<ScreenLine> Draw(
        IReadOnlyList<PatientView> views, IReadOnlyList<TransitionRecord> transitions, WardStatus status, int width, int height)
    {
        var now = views.Count == 0 ? 0 : views.Max(view => view.ArrivalTime);
        var columns = BedColumns.For(width);
        List<ScreenLine> lines = [Heading(views, status, now, width), Counts(views, status, width), SentenceLine(width)];

        // Of more beds than fit, the ones that alarm and score are shown; what is shown keeps its place by bed.
        var room = Math.Max(1, height - LinesBesideBeds);
        var shown = views.Count <= room
            ? views
            : [.. views.OrderByDescending(view => Urgency(view, now)).ThenBy(Place).Take(room - 1)];
        lines.Add(BedRow.Heading(columns));
        lines.AddRange(shown.OrderBy(Place).Select(view => BedRow.Draw(view, now, columns, width, status.AlertThreshold)));
        if (shown.Count < views.Count)
        {
            lines.Add(new ScreenLine().AddCut($"... and {views.Count - shown.Count} calmer beds", width, Tone.Dim));
        }

        lines.Add(new ScreenLine());
        lines.Add(new ScreenLine().Add("Alerts as they happen", Tone.Heading));
        var beds = views.ToDictionary(view => view.Patient, view => view.Bed, StringComparer.Ordinal);
        foreach (var transition in transitions.Skip(Math.Max(0, transitions.Count - (height - lines.Count))))
        {
            lines.Add(Alert(transition, beds.GetValueOrDefault(transition.Patient, ""), now, width));
        }

        lines.ForEach(line => line.Limit(width));
        return [.. lines.Take(height)];
    }

    /// <summary>A transition as one line.</summary>
    public static ScreenLine Alert(TransitionRecord transition, string bed, long now, int width)
    {
        var over = transition.Kind is TransitionKind.Resolved or TransitionKind.Acknowledged;
        var time = Time(transition.ArrivalTime, now - transition.ArrivalTime < 20 * 3_600_000 ? "HH:mm:ss" : "MM-dd HH:mm");
        var line = new ScreenLine().Add(time, Tone.Dim).Add(" ");
        var place = bed.Length > 0 ? bed : transition.Patient;
        line.AddCut(place, 9, Tone.Strong).FillTo(time.Length + 1 + Math.Max(BedColumns.Bed, line.Width - time.Length));
        var block = over ? "  ok  " : $" {RuleLabel.Short(transition.Priority),-4} ";
        line.Add(block, over ? Tone.Good : RuleLabel.Block(transition.Priority));
        line.Add($" {Verb(transition.Kind),-12} ", Tone.Dim);
        line.Add(transition.Alert == AlertKind.Technical ? "tech " : "", Tone.Notice);
        var text = $"{RuleLabel.Of(transition.Rule)}: {Why(transition)}";
        return line.AddCut(text, width - line.Width, over ? Tone.Dim : RuleLabel.Text(transition.Priority));
    }

    /// <summary>What is special about an open episode.</summary>
    public static string Notes(EpisodeView episode) =>
        (episode.Alert == AlertKind.Technical ? " tech" : "") + (episode.Indeterminate ? " unsure" : "")
        + (episode.Latched ? " latched" : "") + (episode.Acknowledged ? " ack" : "");

    /// <summary>A time in UTC.</summary>
    public static string Time(long milliseconds, string format) =>
        DateTimeOffset.FromUnixTimeMilliseconds(milliseconds).ToString(format, CultureInfo.InvariantCulture);

    // The sentence begins with rule and change, which the line has said already.
    private static string Why(TransitionRecord transition)
    {
        var colon = transition.Text.IndexOf(": ", StringComparison.Ordinal);
        return colon > 0 && transition.Text.StartsWith(transition.Rule + " ", StringComparison.Ordinal)
            ? transition.Text[(colon + 2)..]
            : transition.Text;
    }

    private static string Verb(TransitionKind kind) => kind switch
    {
        TransitionKind.Opened => "opened",
        TransitionKind.Escalated => "more urgent",
        TransitionKind.Deescalated => "less urgent",
        TransitionKind.Latched => "latched",
        TransitionKind.Recurred => "came back",
        TransitionKind.BecameIndeterminate => "unsure",
        TransitionKind.BecameDeterminate => "sure again",
        TransitionKind.Acknowledged => "acknowledged",
        _ => "over",
    };

    private static ScreenLine Heading(IReadOnlyList<PatientView> views, WardStatus status, long now, int width)
    {
        var line = new ScreenLine().Add("MedAI.Streaming ", Tone.Strong).AddCut(status.Title, 30).Add("  ");
        line.Add(views.Count == 0 ? "waiting for data" : Time(now, "yyyy-MM-dd HH:mm:ss"), Tone.Strong);
        line.Add($"  {status.Speed}  ", Tone.Dim);
        return line.AddCut(status.Model, width - line.Width, Tone.Dim);
    }

    private static ScreenLine Counts(IReadOnlyList<PatientView> views, WardStatus status, int width)
    {
        var line = new ScreenLine();
        foreach (var priority in new[] { AlertPriority.High, AlertPriority.Medium, AlertPriority.Low })
        {
            var count = views.Count(view => view.Episodes.Any(e => e.Priority == priority));
            line.Add($" {count} ", count > 0 ? RuleLabel.Block(priority) : Tone.Dim).Add(" ");
        }

        var text = string.Create(
            CultureInfo.InvariantCulture, $"of {views.Count} beds alarm  {status.Records():N0} records");
        return line.AddCut(text, width - line.Width, Tone.Dim);
    }

    private static ScreenLine SentenceLine(int width) =>
        new ScreenLine().AddCut(width >= Sentence.Length ? Sentence : ShortSentence, width, Tone.Notice);

    // Beds are named 1, 2, ... 10 as often as A-1: shorter names first puts numbers in their order.
    private static (int Length, string Bed, string Patient) Place(PatientView view) => (view.Bed.Length, view.Bed, view.Patient);

    private static double Urgency(PatientView view, long now)
    {
        var priority = view.Episodes.Count == 0 ? AlertPriority.None : view.Episodes.Max(e => e.Priority);
        var quiet = now - view.ArrivalTime > Quiet;
        return (quiet ? 0 : 1_000_000) + (int)priority * 1000 + (view.News2?.Value ?? 0)
            + (double.IsNaN(view.Decisive) ? 0 : view.Decisive);
    }
}
