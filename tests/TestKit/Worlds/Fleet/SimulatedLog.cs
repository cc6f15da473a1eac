// The log of a simulated fleet: one topic that gateways and the owners of partitions append to, stamped by its broker's clock.
using System.Buffers.Binary;
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.Pipeline.Wire;
using MedAI.Streaming.Simulation;
using MedAI.Streaming.TestKit.InMemory;

namespace MedAI.Streaming.TestKit.Worlds.Fleet;

/// <summary>What the broker keeps of the log, and its clock.</summary>
/// <param name="partitions">Partitions.</param>
/// <param name="random">Decides how far the clocks of its brokers are apart.</param>
internal sealed class SimulatedLog(int partitions, SeededRandom random)
{
    /// <summary>What is in the log.</summary>
    public InMemoryEventLog Records { get; } = new(partitions);

    /// <summary>The broker's time, ms since 1970.</summary>
    public long Now { get; set; }

    /// <summary>Appends a partition's records, stamped with when they arrive.</summary>
    public void Append(int partition, ReadOnlySpan<byte> records, int count)
    {
        var batch = new AppendBatch(partitions);
        var into = batch.Writer(partition);
        var bytes = into.GetSpan(records.Length)[..records.Length];
        records.CopyTo(bytes);

        // What is on its way for the first time arrives when it says so; what was held up arrives now, by a clock that lags a little.
        var now = Now - random.Between(0L, 1500L);
        for (var rest = bytes; rest.Length > 0; rest = rest[RecordFraming.RecordLength(rest)..])
        {
            var own = BinaryPrimitives.ReadInt64LittleEndian(rest[1..]);
            BinaryPrimitives.WriteInt64LittleEndian(rest[1..], Math.Max(own, now));
            Now = Math.Max(Now, own);
        }

        into.Advance(records.Length);
        for (var i = 0; i < count; i++)
            batch.Added(partition);
        Records.Append(batch);
    }
}

/// <summary>The log as one process sees it.</summary>
/// <param name="log">The log.</param>
/// <param name="broker">Where what is not answered waits to arrive.</param>
/// <param name="faults">What goes wrong for this process.</param>
internal sealed class LogView(SimulatedLog log, SimulatedBroker broker, Faults faults) : IEventLog
{
    /// <inheritdoc/>
    public int Partitions => log.Records.Partitions;

    /// <inheritdoc/>
    public long NextOffset(int partition) => log.Records.NextOffset(partition);

    /// <inheritdoc/>
    public void Append(AppendBatch batch)
    {
        for (var p = 0; p < Partitions; p++)
        {
            if (batch.Count(p) == 0) continue;
            var (partition, records, count) = (p, batch.Records(p).ToArray(), batch.Count(p));
            void Arrive() => log.Append(partition, records, count);
            faults.Do(Arrive, () =>
            {
                if (faults.Coin()) Arrive();
                else broker.Delay(Arrive);
            });
        }
    }

    /// <inheritdoc/>
    public bool Read(int partition, long fromOffset, int maxRecords, LogBatch into)
    {
        faults.Ask();
        return log.Records.Read(partition, fromOffset, maxRecords, into);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
