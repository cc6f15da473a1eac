// Bugs on the way into the log and out of it: what is acknowledged and not there, there and not sent, or there and not read.
using System.Buffers.Binary;
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.Pipeline.Wire;

namespace MedAI.Streaming.TestKit.Worlds.Fleet.Planted;

/// <summary>A bug around the log.</summary>
internal abstract class InputBug(Harm harm) : PlantedBug(harm)
{
    internal const byte Frame = (byte)RecordKind.Frame;
    internal const byte Clock = (byte)RecordKind.Clock;
    internal const byte Refused = (byte)RecordKind.Refused;

    internal sealed class AcknowledgedTooEarly() : InputBug(Harm.Lost)
    {
        internal override IEventLog AroundSending(IEventLog log) => new Hasty(log, this);

        private sealed class Hasty(IEventLog inner, AcknowledgedTooEarly bug) : IEventLog
        {
            public int Partitions => inner.Partitions;

            public long NextOffset(int partition) => inner.NextOffset(partition);

            public void Append(AppendBatch batch)
            {
                try
                {
                    inner.Append(batch);
                }
                catch (StoreException)
                {
                    bug.TookEffect();
                }
            }

            public bool Read(int partition, long fromOffset, int maxRecords, LogBatch into) =>
                inner.Read(partition, fromOffset, maxRecords, into);

            public void Dispose() => inner.Dispose();
        }
    }

    internal sealed class SentAgainOtherwise() : InputBug(Harm.Doubled)
    {
        internal override LogElement SentAgain(LogElement element)
        {
            if (element is not FrameElement frame) return element;
            TookEffect();
            return frame with { EventTime = frame.EventTime + 1 };
        }
    }

    internal sealed class SentAgainAsNew() : InputBug(Harm.Invented)
    {
        internal override LogElement SentAgain(LogElement element)
        {
            if (element is not FrameElement frame) return element;
            TookEffect();
            return frame with { Sequence = frame.Sequence + 100_000 };
        }
    }

    // Which records are lost, by kind and offset; in their place stands a clock record of long ago, which says nothing.
    internal sealed class RecordsLost(Func<byte, long, bool> isLost) : InputBug(Harm.Lost)
    {
        internal override IEventLog AroundReading(IEventLog log, BugPlace place) => new ReadLog(log, (_, batch) =>
        {
            var (first, count) = (batch.FirstOffset, batch.Count);
            var records = batch.Records.ToArray().AsSpan();
            batch.Reset(first);
            for (var i = 0; i < count; i++)
            {
                var length = RecordFraming.RecordLength(records);
                if (isLost(records[0], first + i))
                {
                    TookEffect();
                    var nothing = batch.Add(RecordFraming.HeaderSize, 1);
                    nothing.Clear();
                    nothing[0] = Clock;
                    BinaryPrimitives.WriteInt64LittleEndian(nothing[1..], 1);
                }
                else
                {
                    records[..length].CopyTo(batch.Add(length, 1));
                }

                records = records[length..];
            }
        });
    }
}
