// Puts what a flow decided into messages for alerts.v1 and deadletters.v1.
using System.Buffers;
using System.Text;
using Confluent.Kafka;
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.Pipeline.Wire;

namespace MedAI.Streaming.Adapters.Kafka;

/// <summary>Writes the outputs of one commit.</summary>
/// <param name="delivery">Takes the messages.</param>
/// <param name="alerts">Where alerts go.</param>
/// <param name="deadLetters">Where dead letters go.</param>
internal sealed class OutputWriter(ICheckpointDelivery delivery, TopicPartition alerts, TopicPartition deadLetters)
{
    private readonly ArrayBufferWriter<byte> _buffer = new(512);

    /// <summary>Messages written.</summary>
    public int Count { get; private set; }

    /// <summary>Of these, to the alerts.</summary>
    public int Alerts { get; private set; }

    /// <summary>Writes a transition with its page, if one is owed.</summary>
    public AlertMessage Add(TransitionRecord transition, long? pageDelayMs)
    {
        AlertWriter.Write(transition, pageDelayMs, _buffer);
        SendAlert(transition.Patient, transition.ArrivalTime);
        return new(new(transition.Patient, transition.Rule, transition.OpenedEventTime, transition.Ordinal), transition, pageDelayMs);
    }

    /// <summary>Writes that a page is owed for a transition that came before, with its content again where that is at hand.</summary>
    public AlertMessage AddPage(TransitionId id, TransitionRecord? transition, long pageDelayMs)
    {
        if (transition is not null) return Add(transition, pageDelayMs);
        AlertWriter.WritePage(id, pageDelayMs, _buffer);
        SendAlert(id.Patient, 0);
        return new(id, null, pageDelayMs);
    }

    /// <summary>Writes a dead letter.</summary>
    public void Add(DeadLetter letter)
    {
        AlertWriter.Write(letter, _buffer);
        Send(deadLetters, letter.Patient, 0);
    }

    /// <summary>Waits until all are durable; ends of partitions.</summary>
    public IReadOnlyDictionary<TopicPartition, long> Wait() => delivery.Wait();

    private void SendAlert(string patient, long timestamp)
    {
        Alerts++;
        Send(alerts, patient, timestamp);
    }

    private void Send(TopicPartition to, string patient, long timestamp)
    {
        delivery.Add(to, patient.Length == 0 ? null : Encoding.UTF8.GetBytes(patient), _buffer.WrittenSpan.ToArray(), timestamp);
        _buffer.ResetWrittenCount();
        Count++;
    }
}
