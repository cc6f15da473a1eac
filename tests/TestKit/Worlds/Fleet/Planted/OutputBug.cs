// Bugs of what is published: alerts that come again, otherwise, or under another id.
using System.Buffers;
using Confluent.Kafka;
using MedAI.Streaming.Adapters.Kafka;
using MedAI.Streaming.Domain.Alerts;
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.Pipeline.Wire;

namespace MedAI.Streaming.TestKit.Worlds.Fleet.Planted;

/// <summary>A bug that lies between a worker's checkpoints and the broker.</summary>
internal abstract class OutputBug(Harm harm) : PlantedBug(harm)
{
    internal override ICheckpointBroker Around(ICheckpointBroker broker, BugPlace place) => new Broker(broker, this, place);

    /// <summary>What is published beside a message of the alerts; null: nothing.</summary>
    protected virtual AlertMessage? Beside(AlertMessage message) => null;

    /// <summary>What is published for a message of the alerts.</summary>
    protected virtual AlertMessage InsteadOf(AlertMessage message, BugPlace place) => message;

    /// <summary>Whether the alerts are read when a partition is taken.</summary>
    protected virtual bool ReadsAlerts => true;

    private static byte[] Write(AlertMessage message)
    {
        var into = new ArrayBufferWriter<byte>();
        if (message.Transition is { } transition) AlertWriter.Write(transition, message.PageDelayMs, into);
        else AlertWriter.WritePage(message.Id, message.PageDelayMs!.Value, into);
        return into.WrittenSpan.ToArray();
    }

    private sealed class Broker(ICheckpointBroker inner, OutputBug bug, BugPlace place) : ICheckpointBroker
    {
        public ICheckpointScan OpenScan() => new Scan(inner.OpenScan(), bug, place);

        public ICheckpointDelivery Begin(string what) => new Delivery(inner.Begin(what), bug, place);

        public void Dispose() => inner.Dispose();
    }

    private sealed class Scan(ICheckpointScan inner, OutputBug bug, BugPlace place) : ICheckpointScan
    {
        public int[] CountPartitions(params string[] topics) => inner.CountPartitions(topics);

        public (long Low, long High) Bounds(TopicPartition partition) => inner.Bounds(partition);

        public long Read(TopicPartition partition, long from, Action<BrokerRecord> each) =>
            inner.Read(partition, from, record =>
            {
                if (bug.ReadsAlerts || partition.Topic != place.Options.Alerts) each(record);
            });

        public ICheckpointWriter TakeId(int partition) => inner.TakeId(partition);

        public void Dispose() => inner.Dispose();
    }

    private sealed class Delivery(ICheckpointDelivery inner, OutputBug bug, BugPlace place) : ICheckpointDelivery
    {
        public void Add(TopicPartition to, byte[]? key, byte[] value, long timestamp)
        {
            if (to.Topic != place.Options.Alerts)
            {
                inner.Add(to, key, value, timestamp);
                return;
            }

            var message = bug.InsteadOf(AlertReader.Transition(value)!, place);
            inner.Add(to, key, Write(message), timestamp);
            if (bug.Beside(message) is not { } beside) return;
            bug.TookEffect();
            inner.Add(to, key, Write(beside), timestamp);
        }

        public IReadOnlyDictionary<TopicPartition, long> Wait() => inner.Wait();
    }

    internal sealed class TailIgnored() : OutputBug(Harm.Doubled)
    {
        protected override bool ReadsAlerts => false;

        protected override AlertMessage InsteadOf(AlertMessage message, BugPlace place)
        {
            // As if decided under another profile: the last digit of a value depends on the machine.
            if (message.Transition is not { } transition) return message;
            TookEffect();
            return message with { Transition = transition with { Text = $"{transition.Text} ({place.Process}.{place.Starts})" } };
        }
    }

    internal sealed class PageAgain() : OutputBug(Harm.Doubled)
    {
        protected override AlertMessage? Beside(AlertMessage message) =>
            message.PageDelayMs is { } delay ? message with { Transition = null, PageDelayMs = delay + 1000 } : null;
    }

    internal sealed class ContentAgain() : OutputBug(Harm.Doubled)
    {
        protected override AlertMessage? Beside(AlertMessage message) => message.Transition is { } transition
            ? message with { Transition = transition with { ArrivalTime = transition.ArrivalTime + 1 }, PageDelayMs = null }
            : null;
    }

    internal sealed class OpenedTwice() : OutputBug(Harm.Invented)
    {
        protected override AlertMessage? Beside(AlertMessage message) => message.Transition is { Kind: TransitionKind.Opened } opened
            ? Under(opened with { OpenedEventTime = opened.OpenedEventTime + 1, EventTime = opened.EventTime + 1 })
            : null;
    }

    internal sealed class TwoIds() : OutputBug(Harm.Invented)
    {
        protected override AlertMessage? Beside(AlertMessage message) => message.Transition is { Ordinal: > 0 } later
            ? Under(later with { Ordinal = later.Ordinal + 100 })
            : null;
    }

    private static AlertMessage Under(TransitionRecord t) => new(new(t.Patient, t.Rule, t.OpenedEventTime, t.Ordinal), t, null);
}
