// Sends frames to Kafka as devices that produce by themselves do.
using MedAI.Streaming.Adapters.Kafka;
using MedAI.Streaming.Pipeline.Ports;

namespace MedAI.Streaming.Host.Send;

/// <summary>A Kafka cluster. A broker looks at nothing, so it refuses nothing: what cannot be read is found out by whoever owns the partition.</summary>
/// <param name="producer">The producer, which this owns from now on.</param>
/// <param name="form">The form of frames.</param>
/// <param name="time">The clock.</param>
internal sealed class KafkaRoute(KafkaDeviceProducer producer, FrameForm form, TimeProvider time) : ISendRoute
{
    /// <inheritdoc/>
    public IFrameSender OpenLane() => new Sender(producer, new FrameWriter(form, namesPatients: true), time);

    /// <inheritdoc/>
    public void Dispose() => producer.Dispose();

    private sealed class Sender(KafkaDeviceProducer producer, FrameWriter writer, TimeProvider time) : IFrameSender
    {
        public async Task<SendAnswer> SendAsync(IReadOnlyList<Delivery> frames, CancellationToken stop)
        {
            var messages = new List<(string, byte[])>(frames.Count);
            foreach (var frame in frames)
            {
                messages.Add((frame.Frame.Patient, writer.WriteOne(frame).ToArray()));
            }

            try
            {
                // The producer blocks until it is told of all; it tells by itself when it gives up.
                await Task.Run(() => producer.Produce(messages, time.GetUtcNow().ToUnixTimeMilliseconds()), CancellationToken.None)
                    .WaitAsync(stop);
                return new(SendOutcome.Answered) { Judged = frames.Count };
            }
            catch (StoreException failure) when (failure.Failure is StoreFailure.Unavailable or StoreFailure.DiskFull)
            {
                return new(SendOutcome.Failed, failure.Message);
            }
        }
    }
}
