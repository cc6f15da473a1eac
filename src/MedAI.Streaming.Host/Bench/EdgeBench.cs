// Measures the whole edge path: frames into the SQLite log, flows that read them, decide, and store state and series.
using MedAI.Streaming.Adapters.Sqlite;
using MedAI.Streaming.Pipeline;

namespace MedAI.Streaming.Host.Bench;

/// <summary>What a measurement is about.</summary>
/// <param name="Patients">Patients.</param>
/// <param name="Seconds">Seconds of the stream in a round.</param>
/// <param name="Rounds">Rounds that count.</param>
/// <param name="Batch">Records of a batch.</param>
/// <param name="Partitions">Flows side by side on the edge path.</param>
internal sealed record BenchPlan(int Patients, int Seconds, int Rounds, int Batch, int Partitions);

/// <summary>The edge path with an edge store in a folder of its own, as a recorded stream runs through it: as fast as it goes.</summary>
internal static class EdgeBench
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(2);

    /// <summary>Runs a warm-up round and then the rounds that count. A round ends when all of it is applied.</summary>
    public static BenchResult Run(string path, FlowLaw law, BenchPlan plan, string folder, TimeProvider time, CancellationToken stop)
    {
        var load = new BenchLoad(plan.Patients);
        var before = BenchMeter.MemoryInUse();
        using var store = EdgeStore.Create(folder, plan.Partitions);
        var appender = new LogAppender(store.Log);
        using var supervisor = new FlowSupervisor(
            new FlowStores(store.Log, store.State, store.Series), law, appender, new FlowOptions { BatchRecords = plan.Batch }, time);
        supervisor.Load();
        var flows = supervisor.RunAsync(stop);
        var memory = 0L;
        var rounds = new List<BenchRound>();
        for (var round = 0; round <= plan.Rounds; round++)
        {
            var meter = new BenchMeter(time);
            var first = round * plan.Seconds;
            meter.Run(() => Feed(load, first, plan.Seconds, appender, () => supervisor.Lag > 0 && !flows.IsCompleted, time, stop));
            if (round == 0)
            {
                memory = BenchMeter.MemoryInUse() - before;
            }
            else
            {
                rounds.Add(meter.Round((long)plan.Seconds * plan.Patients));
            }
        }

        supervisor.Complete();
        flows.GetAwaiter().GetResult();
        return new BenchResult(path, rounds, memory / plan.Patients);
    }

    private static void Feed(
        BenchLoad load, int firstSecond, int seconds, LogAppender appender, Func<bool> behind, TimeProvider time, CancellationToken stop)
    {
        for (var second = firstSecond; second < firstSecond + seconds; second++)
        {
            stop.ThrowIfCancellationRequested();
            foreach (var frame in load.Second(second))
            {
                appender.AddInput(frame);
            }

            appender.AddClock(BenchLoad.EndOf(second));
            appender.Flush();
        }

        while (behind())
        {
            stop.ThrowIfCancellationRequested();
            Task.Delay(Look, time, CancellationToken.None).GetAwaiter().GetResult();
        }
    }
}
