// Decides a copy of the log again in one process without a fault: what the fleet should have decided.
using System.Buffers.Binary;
using MedAI.Streaming.Adapters.Sqlite;
using MedAI.Streaming.Pipeline;
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.Pipeline.Wire;

namespace MedAI.Streaming.Host.Chaos.Gathering;

/// <summary>What should have been decided.</summary>
/// <param name="Transitions">Transitions.</param>
/// <param name="Pages">Pages: id of the transition and delay, ms.</param>
/// <param name="DeadLetters">Dead letters, by the offsets of the log that was copied.</param>
/// <param name="Series">Points by key.</param>
internal sealed record Decided(
    IReadOnlyList<TransitionRecord> Transitions, IReadOnlyDictionary<string, long> Pages, IReadOnlyList<DeadLetter> DeadLetters,
    SeriesByKey Series);

/// <summary>Runs the law over a log on the stores of the edge.</summary>
internal static class FaultFreeRun
{
    private const int AppendRecords = 4096;

    /// <summary>Copies the records, with their arrival times and partitions, into an embedded store and decides them.</summary>
    /// <param name="records">By partition, each partition in the order of the log.</param>
    /// <param name="partitions">The number of partitions.</param>
    /// <param name="law">The law of the fleet.</param>
    /// <param name="folder">A new folder.</param>
    /// <param name="time">The clock; it decides nothing.</param>
    /// <exception cref="StoreException">The folder cannot be used.</exception>
    public static async Task<Decided> DecideAsync(
        IReadOnlyList<LogRecord> records, int partitions, FlowLaw law, string folder, TimeProvider time)
    {
        using var store = EdgeStore.Create(folder, partitions);
        Copy(records, store.Log);
        var series = new SeriesByKey();
        var options = new FlowOptions { CheckpointInterval = TimeSpan.FromHours(1) };
        using var supervisor = new FlowSupervisor(
            new FlowStores(store.Log, store.State, series), law, new LogAppender(store.Log), options, time);
        supervisor.Take([.. Enumerable.Range(0, partitions)]);
        supervisor.Complete();
        await supervisor.WhenEndedAsync();
        await supervisor.StopAsync();
        var pages = store.History.UnsentPages(int.MaxValue).ToDictionary(p => p.Transition.Id, p => p.DelayMs);
        return new([.. store.History.Transitions()], pages, [.. AtTheirOffsets(store.History.DeadLetters(), records, partitions)], series);
    }

    // The copy has no gaps; a log may have them, where its broker wrote something of its own between records.
    private static IEnumerable<DeadLetter> AtTheirOffsets(
        IEnumerable<DeadLetter> letters, IReadOnlyList<LogRecord> records, int partitions)
    {
        var offsets = new List<long>[partitions];
        for (var p = 0; p < partitions; p++)
        {
            offsets[p] = [.. records.Where(record => record.Partition == p).Select(record => record.Offset)];
        }

        return letters.Select(letter => letter with { Offset = offsets[letter.Partition][(int)letter.Offset] });
    }

    private static void Copy(IReadOnlyList<LogRecord> records, IEventLog log)
    {
        var batch = new AppendBatch(log.Partitions);
        foreach (var record in records)
        {
            var writer = batch.Writer(record.Partition);
            var room = writer.GetSpan(RecordFraming.HeaderSize + record.Payload.Length);
            room[0] = (byte)record.Kind;
            BinaryPrimitives.WriteInt64LittleEndian(room[1..], record.ArrivalTime);
            BinaryPrimitives.WriteInt32LittleEndian(room[9..], record.Payload.Length);
            record.Payload.CopyTo(room[RecordFraming.HeaderSize..]);
            writer.Advance(RecordFraming.HeaderSize + record.Payload.Length);
            batch.Added(record.Partition);
            if (batch.Total < AppendRecords)
                continue;

            log.Append(batch);
            batch.Clear();
        }

        if (batch.Total > 0)
            log.Append(batch);
    }
}
