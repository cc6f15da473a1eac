// Measures a worker's path on Kafka: records read from the log's topic alone, and read, decided, stored and checkpointed.
using MedAI.Streaming.Adapters.Kafka;
using MedAI.Streaming.Adapters.Sqlite;
using MedAI.Streaming.Pipeline;
using MedAI.Streaming.Pipeline.Ports;

namespace MedAI.Streaming.Host.Bench;

/// <summary>
/// Topics of its own on a broker, filled round by round. What is measured of a round begins when it is all in the log, so that it is what a
/// worker catches up with.
/// </summary>
internal sealed class KafkaBench : IDisposable
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(2);
    private readonly BenchPlan _plan;
    private readonly KafkaOptions _options;
    private readonly TimeProvider _time;
    private readonly BenchLoad _load;
    private readonly KafkaEventLog _log;
    private readonly LogAppender _appender;

    private KafkaBench(BenchPlan plan, KafkaOptions options, TimeProvider time)
    {
        (_plan, _options, _time) = (plan, options, time);
        _load = new BenchLoad(plan.Patients);
        _log = KafkaEventLog.Open(options);
        _appender = new LogAppender(_log);
    }

    /// <summary>Makes the topics, measures, and deletes them, however it ends.</summary>
    /// <exception cref="StoreException">No broker answers, or it refuses.</exception>
    public static async Task<IReadOnlyList<BenchResult>> RunAsync(
        FlowLaw law, BenchPlan plan, KafkaOptions options, string folder, TimeProvider time, CancellationToken stop)
    {
        options = options with { ArrivalTime = ArrivalStamp.Producer };
        await KafkaTopics.CreateAsync(options, new TopicPlan { Partitions = plan.Partitions }).ConfigureAwait(false);
        try
        {
            using var bench = new KafkaBench(plan, options, time);
            return bench.Measure(law, folder, stop);
        }
        finally
        {
            await KafkaTopics.DeleteAsync(options).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _log.Dispose();

    private List<BenchResult> Measure(FlowLaw law, string folder, CancellationToken stop)
    {
        using var state = KafkaStateStore.Open(_options);
        using var series = SqliteSeriesStore.Create(Path.Combine(folder, "series.db"));
        using var scores = KafkaScoresStore.Open(_options, series);
        var (read, decided) = (new List<BenchRound>(), new List<BenchRound>());
        var ends = new long[_log.Partitions];
        for (var round = 0; round <= _plan.Rounds; round++)
        {
            _load.Append(round * _plan.Seconds, _plan.Seconds, _appender, stop);
            var begins = ends;
            ends = [.. Enumerable.Range(0, _log.Partitions).Select(p => Math.Max(begins[p], End(p)))];
            var first = Read(begins, ends, stop);
            var second = Decide(law, new FlowStores(_log, state, scores), ends, stop);
            if (round == 0) continue;
            read.Add(first);
            decided.Add(second);
        }

        return [new BenchResult("kafka, read", read, null), new BenchResult("kafka, decided", decided, null)];
    }

    // A log that nobody reads is asked for its end; one that is being read knows what it last fetched.
    private long End(int partition)
    {
        using var asked = KafkaEventLog.Open(_options);
        return asked.NextOffset(partition);
    }

    private BenchRound Read(long[] begins, long[] ends, CancellationToken stop)
    {
        using var log = KafkaEventLog.Open(_options);
        var meter = new BenchMeter(_time);
        var frames = 0L;
        meter.Run(() => Parallel.For(0, ends.Length, new ParallelOptions { CancellationToken = stop }, partition =>
        {
            var batch = new LogBatch();
            for (var at = begins[partition]; at < ends[partition];)
            {
                stop.ThrowIfCancellationRequested();
                if (!log.Read(partition, at, _plan.Batch, batch)) continue;
                at = batch.FirstOffset + batch.Count;
                Interlocked.Add(ref frames, batch.Count);
            }
        }));
        return meter.Round(frames);
    }

    private BenchRound Decide(FlowLaw law, FlowStores stores, long[] ends, CancellationToken stop)
    {
        using var gate = new Gate(stores.Log);
        using var supervisor = new FlowSupervisor(
            stores with { Log = gate }, law, _appender, new FlowOptions { BatchRecords = _plan.Batch }, _time);
        var all = Enumerable.Range(0, _log.Partitions).ToArray();
        supervisor.Take(all);
        var before = supervisor.Status.Sum(s => s.NextOffset);
        var meter = new BenchMeter(_time);
        meter.Run(() =>
        {
            gate.IsOpen = true;
            Array.ForEach(all, supervisor.Wake);
            while (supervisor.Status.Any(s => s.NextOffset < ends[s.Partition]) && !supervisor.Failed.IsCompleted)
            {
                stop.ThrowIfCancellationRequested();
                Task.Delay(Look, _time, CancellationToken.None).GetAwaiter().GetResult();
            }
        });
        supervisor.GiveUp(all);
        return meter.Round(ends.Sum() - before);
    }

    // Shows nothing of the log until all partitions are taken, so that taking them is not part of what is measured.
    private sealed class Gate(IEventLog log) : IEventLog
    {
        private volatile bool _open;

        public bool IsOpen
        {
            get => _open;
            set => _open = value;
        }

        public int Partitions => log.Partitions;

        public long NextOffset(int partition) => log.NextOffset(partition);

        public void Append(AppendBatch batch) => log.Append(batch);

        public bool Read(int partition, long fromOffset, int maxRecords, LogBatch into) =>
            _open && log.Read(partition, fromOffset, maxRecords, into);

        public void Dispose()
        {
            // The log is its owner's.
        }
    }
}
