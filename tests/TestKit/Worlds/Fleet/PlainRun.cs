// What a single process without faults decides over a log, as it lies there.
using MedAI.Streaming.Pipeline;
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.TestKit.InMemory;
using MedAI.Streaming.TestKit.Worlds.Fleet;

namespace MedAI.Streaming.TestKit.Worlds;

/// <summary>What was decided over a log.</summary>
/// <param name="Transitions">The transitions, in canonical order.</param>
/// <param name="Pages">Pages owed: id of the transition, and delay in ms.</param>
/// <param name="DeadLetters">Dead letters.</param>
/// <param name="Series">
/// The series by key. A repeat of a frame of an epoch that is over, which nobody remembers, may be late where the first was not: then either
/// may be what a store keeps that is written by several, so there may be more than one value.
/// </param>
/// <param name="Totals">Counters.</param>
public sealed record Decided(
    IReadOnlyList<TransitionRecord> Transitions, IReadOnlyDictionary<string, long> Pages, IReadOnlyCollection<DeadLetter> DeadLetters,
    ILookup<SeriesKey, SeriesValue> Series, FlowTotals Totals);

/// <summary>Runs a log through one process, partition by partition.</summary>
public static class PlainRun
{
    /// <summary>Runs all of it.</summary>
    public static Decided Over(IEventLog log, FlowLaw law)
    {
        using var state = new InMemoryStateStore();
        using var series = new KeyedSeries();
        var totals = new FlowTotals();
        for (var p = 0; p < log.Partitions; p++)
        {
            using var runner = new FlowRunner(p, new FlowStores(log, state, series), law, new FlowOptions(), new TestClock(), null);
            runner.Load();
            while (runner.Step())
            {
                // It goes on to the end.
            }

            runner.CheckpointAll();
            runner.AddTo(totals);
        }

        return new(
            [.. state.Transitions()], state.UnsentPages(int.MaxValue).ToDictionary(p => p.Transition.Id, p => p.DelayMs),
            [.. state.DeadLetters()], series.Points.Distinct().ToLookup(p => p.Key, p => p.Value), totals);
    }

    private sealed class KeyedSeries : ISeriesStore
    {
        public List<KeyValuePair<SeriesKey, SeriesValue>> Points { get; } = [];

        public long AppliedOffset(int partition) => 0;

        public void Write(int partition, long throughOffset, SeriesBatch batch) => Points.AddRange(SeriesWrite.Of(batch).Points);

        public IEnumerable<(string Series, SeriesPoint Point)> Read(
            string patient, string? series = null, long from = long.MinValue, long until = long.MaxValue) => [];

        public void Dispose()
        {
        }
    }
}
