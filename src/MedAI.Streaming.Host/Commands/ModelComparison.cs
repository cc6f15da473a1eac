// Reads out of a store what the model whose alerts count and those in shadow said of the same steps.
using MedAI.Streaming.Evaluation.Metrics;
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.Pipeline.Scoring;

namespace MedAI.Streaming.Host.Commands;

/// <summary>A model with the alarm score, or risk, from which it alarms.</summary>
/// <param name="Id">Name and version.</param>
/// <param name="Task">What it predicts; the series of whichever model decides goes by it.</param>
/// <param name="Threshold">The score, 0..1.</param>
/// <param name="StepSeconds">Seconds between its steps.</param>
/// <param name="HasAlarmScore">Whether the threshold is about an alarm score.</param>
internal sealed record JudgedModel(string Id, string Task, double Threshold, int StepSeconds, bool HasAlarmScore = false)
{
    /// <summary>
    /// The scores that can be its own, whatever the log says or does not say of elections: no risk is held against a threshold of alarm scores.
    /// </summary>
    public SortedDictionary<long, ModelScore> Own(SortedDictionary<long, ModelScore> steps) =>
        new(steps.Where(step => step.Value.HasAlarm == HasAlarmScore).ToDictionary());
}

/// <summary>A shadow beside the active model.</summary>
/// <param name="Shadow">The shadow.</param>
/// <param name="Agreement">The steps at which both gave a risk; the active model is the first.</param>
internal sealed record ModelComparison(JudgedModel Shadow, ModelAgreement Agreement)
{
    /// <summary>Steps at which only the active model gave a risk: the shadow was not there yet, or had failed.</summary>
    public long OnlyActive { get; private set; }

    /// <summary>Steps at which only the shadow did.</summary>
    public long OnlyShadow { get; private set; }

    /// <summary>Steps at which another model decided: they are not its, and count in nothing else, nor do the shadow's beside them.</summary>
    public long OfOthers { get; private set; }

    /// <summary>Compares what a store has of some patients, of the time in which the active model decided.</summary>
    /// <param name="series">The store.</param>
    /// <param name="patients">The patients.</param>
    /// <param name="elections">Who decided when.</param>
    /// <param name="active">The active model. Its series is that of every model of its task that decided.</param>
    /// <param name="judge">Tells threshold and step of a shadow by its id; null: it is not asked for.</param>
    /// <param name="range">Event times from the one to before the other, ms since 1970.</param>
    /// <param name="stop">Gives up.</param>
    /// <returns>By shadow, in the order of their ids.</returns>
    public static IReadOnlyList<ModelComparison> Read(
        ISeriesStore series, IEnumerable<string> patients, Elections elections, JudgedModel active, Func<string, JudgedModel?> judge,
        (long From, long Until) range, CancellationToken stop)
    {
        var activeSeries = SeriesNames.Model(active.Task);
        var found = new SortedDictionary<string, ModelComparison?>(StringComparer.Ordinal);
        foreach (var patient in patients)
        {
            stop.ThrowIfCancellationRequested();
            var (steps, shadows) = Steps(series, patient, activeSeries, range);
            var others = steps.Keys.Count(time => !elections.Decided(active.Id, patient, time));
            var own = active.Own(Decided(steps));
            foreach (var (id, scores) in shadows)
            {
                if (!found.TryGetValue(id, out var comparison))
                    found[id] = comparison = judge(id) is { } shadow ? Of(active, shadow) : null;
                comparison?.Add(own, comparison.Shadow.Own(Decided(scores)), others);
            }

            SortedDictionary<long, ModelScore> Decided(SortedDictionary<long, ModelScore> all) =>
                new(all.Where(step => elections.Decided(active.Id, patient, step.Key)).ToDictionary());
        }

        return [.. found.Values.OfType<ModelComparison>()];
    }

    private static ModelComparison Of(JudgedModel active, JudgedModel shadow) => active.StepSeconds == shadow.StepSeconds
        ? new ModelComparison(shadow, new ModelAgreement(active.Threshold, shadow.Threshold, active.StepSeconds / 3600.0))
        : throw new FailureException(
            $"{active.Id} makes a step every {active.StepSeconds} s and {shadow.Id} every {shadow.StepSeconds} s: they cannot be compared step by step.");

    // What lies between two steps is provisional, and no model is judged by it; nor by the hours for which scores go on behind the last
    // reading of a patient, until its values have expired.
    private static (SortedDictionary<long, ModelScore> Own, Dictionary<string, SortedDictionary<long, ModelScore>> Shadows) Steps(
        ISeriesStore series, string patient, string activeSeries, (long From, long Until) range)
    {
        var own = new SortedDictionary<long, ModelScore>();
        var shadows = new Dictionary<string, SortedDictionary<long, ModelScore>>(StringComparer.Ordinal);
        var heard = long.MinValue;
        foreach (var (name, point) in series.Read(patient, null, range.From, range.Until))
        {
            heard = SeriesNames.IsScore(name) ? heard : Math.Max(heard, point.EventTime);
            if ((point.Flags & (PointFlags.Provisional | PointFlags.Late)) != 0)
                continue;

            var risks = SeriesNames.RisksOf(name) ?? name;
            if (risks == activeSeries)
            {
                Put(own, point, name != risks);
            }
            else if (SeriesNames.ShadowId(risks) is { } id)
            {
                if (!shadows.TryGetValue(id, out var scores))
                    shadows[id] = scores = [];
                Put(scores, point, name != risks);
            }
        }

        foreach (var scores in shadows.Values.Append(own))
        {
            foreach (var step in scores.Where(step => step.Key > heard || step.Value.IsSilent).ToArray())
            {
                scores.Remove(step.Key);
            }
        }

        return (own, shadows);
    }

    private static void Put(SortedDictionary<long, ModelScore> scores, SeriesPoint point, bool isAlarm)
    {
        var score = scores.GetValueOrDefault(point.EventTime, ModelScore.Silence);
        scores[point.EventTime] = isAlarm ? score with { Alarm = point.Value } : score with { Risk = point.Value };
    }

    private void Add(SortedDictionary<long, ModelScore> own, SortedDictionary<long, ModelScore> shadow, int others)
    {
        const long HourMs = 3_600_000;
        var both = own.Where(step => shadow.ContainsKey(step.Key)).ToArray();
        OfOthers += others;
        OnlyActive += own.Count - both.Length;
        OnlyShadow += shadow.Count - both.Length;
        Agreement.Add([.. both.Select(step => Pair((int)((step.Key - both[0].Key) / HourMs), step.Value, shadow[step.Key]))]);
    }

    private static PairedRisk Pair(int hour, ModelScore own, ModelScore shadow) => new(
        hour, own.Risk, shadow.Risk, own.HasAlarm ? own.Alarm : null, shadow.HasAlarm ? shadow.Alarm : null);
}
