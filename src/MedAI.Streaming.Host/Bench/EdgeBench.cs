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
internal sealed class EdgeBench : IDisposable
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(2);

    private readonly BenchPlan _plan;
    private readonly TimeProvider _time;
    private readonly BenchLoad _load;
    private readonly long _memoryBefore;
    private readonly EdgeStore _store;
    private readonly LogAppender _appender;

    private EdgeBench(BenchPlan plan, string folder, TimeProvider time)
    {
        _plan = plan;
        _time = time;
        _load = new BenchLoad(plan.Patients);
        _memoryBefore = BenchMeter.MemoryInUse();
        _store = EdgeStore.Create(folder, plan.Partitions);
        _appender = new LogAppender(_store.Log);
    }

    /// <summary>
    /// Runs a warm-up round and then the rounds that count; a round ends when all of it is applied. The stream runs many times
    /// faster than real time, so checkpoints are taken as much more often: what they cost a frame is what they cost in real time.
    /// </summary>
    public static BenchResult Run(string path, FlowLaw law, BenchPlan plan, string folder, TimeProvider time, CancellationToken stop)
    {
        using var bench = new EdgeBench(plan, folder, time);
        var options = new FlowOptions { BatchRecords = plan.Batch };
        var warmUp = bench.Rounds(law, options, 0, 1, out _, stop)[0];
        options = options with { CheckpointInterval = options.CheckpointInterval * (warmUp.WallSeconds / plan.Seconds) };
        var rounds = bench.Rounds(law, options, 1, plan.Rounds, out var memory, stop);
        return new BenchResult(path, rounds, memory / plan.Patients, bench.Sizes());
    }

    /// <inheritdoc/>
    public void Dispose() => _store.Dispose();

    private List<BenchRound> Rounds(FlowLaw law, FlowOptions options, int first, int count, out long memory, CancellationToken stop)
    {
        using var supervisor = new FlowSupervisor(
            new FlowStores(_store.Log, _store.State, _store.Series), law, _appender, options, _time);
        supervisor.Take([.. Enumerable.Range(0, _store.Log.Partitions)]);
        var rounds = new List<BenchRound>();
        try
        {
            for (var round = first; round < first + count; round++)
            {
                var meter = new BenchMeter(_time);
                var second = round * _plan.Seconds;
                meter.Run(() => Feed(second, () => supervisor.Lag > 0 && !supervisor.Failed.IsCompleted, stop));
                rounds.Add(meter.Round((long)_plan.Seconds * _plan.Patients));
            }

            memory = BenchMeter.MemoryInUse() - _memoryBefore;
        }
        finally
        {
            // Flows end with a checkpoint however the measurement ended, and a flow that failed says so here.
            supervisor.StopAsync().GetAwaiter().GetResult();
        }

        return rounds;
    }

    private BenchSizes Sizes()
    {
        var state = 0L;
        for (var partition = 0; partition < _store.Log.Partitions; partition++)
        {
            _store.State.Load(partition, (_, blob) => state += blob.Length);
        }

        var frames = (double)_plan.Patients * _plan.Seconds * (_plan.Rounds + 1);
        return new BenchSizes(
            (double)state / _plan.Patients, FileBytes("log.db") / frames, FileBytes("series.db") / frames / BenchLoad.ReadingsPerFrame);
    }

    // With what is not folded into the file yet.
    private long FileBytes(string name) => Directory.GetFiles(_store.Directory, name + "*").Sum(f => new FileInfo(f).Length);

    private void Feed(int firstSecond, Func<bool> behind, CancellationToken stop)
    {
        _load.Append(firstSecond, _plan.Seconds, _appender, stop);
        while (behind())
        {
            stop.ThrowIfCancellationRequested();
            Task.Delay(Look, _time, CancellationToken.None).GetAwaiter().GetResult();
        }
    }
}
