// Reads out of a store what the model whose alerts count and those in shadow said of the same steps.
using MedAI.Streaming.Evaluation.Metrics;
using MedAI.Streaming.Pipeline.Ports;

namespace MedAI.Streaming.Host.Commands;

/// <summary>A model with the risk from which it alarms.</summary>
/// <param name="Id">Name and version.</param>
/// <param name="Task">What it predicts; the series of whichever model decides goes by it.</param>
/// <param name="Threshold">The risk, 0..1.</param>
/// <param name="StepSeconds">Seconds between its steps.</param>
internal sealed record JudgedModel(string Id, string Task, double Threshold, int StepSeconds);

/// <summary>A shadow beside the active model.</summary>
/// <param name="Shadow">The shadow.</param>
/// <param name="Agreement">The steps at which both gave a risk; the active model is the first.</param>
internal sealed record ModelComparison(JudgedModel Shadow, ModelAgreement Agreement)
{
    /// <summary>Steps at which only the active model gave a risk: the shadow was not there yet, or had failed.</summary>
    public long OnlyActive { get; private set; }

    /// <summary>Steps at which only the shadow did.</summary>
    public long OnlyShadow { get; private set; }

    /// <summary>Compares everything that a store has of some patients.</summary>
    /// <param name="series">The store.</param>
    /// <param name="patients">The patients.</param>
    /// <param name="active">The active model. Its series is that of every model of its task that decided in the range: narrow it to the time since the last promotion.</param>
    /// <param name="judge">Tells threshold and step of a shadow by its id; null: it is not asked for.</param>
    /// <param name="range">Event times from the one to before the other, ms since 1970.</param>
    /// <param name="stop">Gives up.</param>
    /// <returns>By shadow, in the order of their ids.</returns>
    public static IReadOnlyList<ModelComparison> Read(
        ISeriesStore series, IEnumerable<string> patients, JudgedModel active, Func<string, JudgedModel?> judge,
        (long From, long Until) range, CancellationToken stop)
    {
        var activeSeries = SeriesNames.Model(active.Task);
        var found = new SortedDictionary<string, ModelComparison?>(StringComparer.Ordinal);
        foreach (var patient in patients)
        {
            stop.ThrowIfCancellationRequested();
            var (own, shadows) = Steps(series, patient, activeSeries, range);
            foreach (var (id, risks) in shadows)
            {
                if (!found.TryGetValue(id, out var comparison))
                    found[id] = comparison = judge(id) is { } shadow ? Of(active, shadow) : null;
                comparison?.Add(own, risks);
            }
        }

        return [.. found.Values.OfType<ModelComparison>()];
    }

    private static ModelComparison Of(JudgedModel active, JudgedModel shadow) => active.StepSeconds == shadow.StepSeconds
        ? new ModelComparison(shadow, new ModelAgreement(active.Threshold, shadow.Threshold, active.StepSeconds / 3600.0))
        : throw new FailureException(
            $"{active.Id} makes a step every {active.StepSeconds} s and {shadow.Id} every {shadow.StepSeconds} s: they cannot be compared step by step.");

    // What lies between two steps is provisional, and no model is judged by it; nor by the hours for which scores go on behind the last
    // reading of a patient, until its values have expired.
    private static (SortedDictionary<long, double> Own, Dictionary<string, Dictionary<long, double>> Shadows) Steps(
        ISeriesStore series, string patient, string activeSeries, (long From, long Until) range)
    {
        var own = new SortedDictionary<long, double>();
        var shadows = new Dictionary<string, Dictionary<long, double>>(StringComparer.Ordinal);
        var heard = long.MinValue;
        foreach (var (name, point) in series.Read(patient, null, range.From, range.Until))
        {
            heard = SeriesNames.IsScore(name) ? heard : Math.Max(heard, point.EventTime);
            if ((point.Flags & (PointFlags.Provisional | PointFlags.Late)) != 0)
                continue;

            if (name == activeSeries)
            {
                own[point.EventTime] = point.Value;
            }
            else if (SeriesNames.ShadowId(name) is { } id)
            {
                if (!shadows.TryGetValue(id, out var risks))
                    shadows[id] = risks = [];
                risks[point.EventTime] = point.Value;
            }
        }

        foreach (var risks in shadows.Values.Append<IDictionary<long, double>>(own))
        {
            foreach (var step in risks.Keys.Where(time => time > heard).ToArray())
            {
                risks.Remove(step);
            }
        }

        return (own, shadows);
    }

    private void Add(SortedDictionary<long, double> own, Dictionary<long, double> risks)
    {
        const long HourMs = 3_600_000;
        var both = own.Where(step => risks.ContainsKey(step.Key)).ToArray();
        OnlyActive += own.Count - both.Length;
        OnlyShadow += risks.Count - both.Length;
        Agreement.Add([.. both.Select(step => new PairedRisk((int)((step.Key - both[0].Key) / HourMs), step.Value, risks[step.Key]))]);
    }
}
