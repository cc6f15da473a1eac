// The report of a run: one JSON object with what came in, what was decided, and how fast it went.
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using MedAI.Streaming.Domain.Alerts;
using MedAI.Streaming.Evaluation.Report;
using MedAI.Streaming.Host.Composition;
using MedAI.Streaming.Pipeline;

namespace MedAI.Streaming.Host.Commands;

/// <summary>What a run did, over all its parts where it was resumed.</summary>
/// <param name="Totals">Readings, frames, patients, scores.</param>
/// <param name="Episodes">The alert episodes.</param>
/// <param name="Transitions">How many transitions there are.</param>
/// <param name="TransitionsSha256">The checksum over all transitions.</param>
/// <param name="Model">Name and version of the model.</param>
/// <param name="MeanBatch">Rows per call of the model in this process.</param>
/// <param name="Profile">Library, provider and instruction set.</param>
/// <param name="Seconds">Wall time.</param>
internal sealed record RunReport(
    FlowTotals Totals, IReadOnlyList<Episode> Episodes, int Transitions, string TransitionsSha256, string Model, double MeanBatch,
    string Profile, double Seconds)
{
    private static readonly JsonWriterOptions Style = new()
    {
        Indented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>By input: how far it has moved from what the model was trained on.</summary>
    public IReadOnlyDictionary<string, double> Drift { get; init; } = new Dictionary<string, double>();

    /// <summary>Readings per second of wall time.</summary>
    public double ReadingsPerSecond => Seconds > 0 ? Totals.In / Seconds : 0;

    /// <summary>Episodes per patient and 24 hours of event time.</summary>
    public double PerPatientDay => Totals.EventHours > 0 ? Episodes.Count / (Totals.EventHours / 24) : 0;

    /// <summary>Gathers the report of a run that has ended.</summary>
    public static RunReport Of(EdgeRun run, EdgeRunOutcome outcome)
    {
        var transitions = run.History.Transitions().ToArray();
        var scorer = run.Law.Flow.Scorer;
        return new RunReport(
            run.Totals(), [.. Episode.Of(transitions)], transitions.Length, TransitionDigest.Compute(transitions),
            run.Law.ModelId,
            scorer is { Calls: > 0 } ? (double)scorer.Rows / scorer.Calls : 0, run.Law.Profile, outcome.Seconds)
        {
            Drift = DriftJson.ByInput(scorer?.Drift),
        };
    }

    /// <summary>What became of the readings, of sums over flows.</summary>
    public static ReadingAccount Account(FlowTotals totals) =>
        new(totals.In, totals.Accepted, totals.Late, totals.Duplicate, totals.RejectedByReason);

    /// <summary>The report as JSON.</summary>
    public string Json()
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, Style))
        {
            json.WriteStartObject();
            Account(Totals).WriteJson(json);
            json.WriteNumber("frames", Totals.Frames);
            json.WriteNumber("patients", Totals.Patients);
            json.WriteNumber("eventHours", Math.Round(Totals.EventHours, 6));
            Alerts(json);
            json.WriteString("transitionsSha256", TransitionsSha256);
            json.WriteStartObject("scores");
            json.WriteNumber("count", Totals.Scores);
            json.WriteString("model", Model);
            json.WriteNumber("meanBatch", Math.Round(MeanBatch, 3));
            json.WriteString("profile", Profile);
            DriftJson.Write(json, Drift);
            json.WriteEndObject();
            json.WriteNumber("seconds", Math.Round(Seconds, 3));
            json.WriteNumber("readingsPerSecond", Math.Round(ReadingsPerSecond, 1));
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray()) + "\n";
    }

    // An alert is an episode; its priority is the highest that it reached.
    private void Alerts(Utf8JsonWriter json)
    {
        json.WriteStartObject("alerts");
        json.WriteNumber("total", Episodes.Count);
        Counts(json, "byPriority", By(episode => episode.Highest switch
        {
            AlertPriority.High => "high",
            AlertPriority.Medium => "medium",
            _ => "low",
        }));
        Counts(json, "byRule", By(episode => episode.First.Rule));
        Counts(json, "byKind", By(episode => episode.First.Alert == AlertKind.Technical ? "technical" : "physiological"));
        json.WriteNumber("perPatientDay", Math.Round(PerPatientDay, 4));
        json.WriteNumber("transitions", Transitions);
        json.WriteEndObject();
    }

    private Dictionary<string, long> By(Func<Episode, string> key) =>
        Episodes.GroupBy(key).ToDictionary(group => group.Key, group => (long)group.Count(), StringComparer.Ordinal);

    private static void Counts(Utf8JsonWriter json, string name, IReadOnlyDictionary<string, long> counts)
    {
        json.WriteStartObject(name);
        foreach (var (key, count) in counts.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            json.WriteNumber(key, count);
        }

        json.WriteEndObject();
    }
}
