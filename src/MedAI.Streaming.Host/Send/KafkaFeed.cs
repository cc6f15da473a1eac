// Appends a recording to a log with its own arrival times, so that whoever reads that log decides what a replay into a store decides.
using System.Buffers.Binary;
using MedAI.Streaming.Domain;
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Host.Commands;
using MedAI.Streaming.Pipeline;
using MedAI.Streaming.Pipeline.Ports;

namespace MedAI.Streaming.Host.Send;

/// <summary>What was appended.</summary>
/// <param name="Finished">Whether it was all of the recording, with the last clock record.</param>
/// <param name="Frames">Frames.</param>
/// <param name="Others">Control records and refused input.</param>
/// <param name="Devices">Devices of the frames.</param>
internal sealed record KafkaFeedOutcome(bool Finished, long Frames, long Others, int Devices);

/// <summary>Feeds one recording into a log of its own.</summary>
/// <param name="log">The log; nothing is in it.</param>
/// <param name="settings">Decide how far the last clock record is behind the last element.</param>
/// <param name="time">Paces.</param>
internal sealed class KafkaFeed(IEventLog log, MonitorSettings settings, TimeProvider time)
{
    private readonly HashSet<(string, string)> _devices = [];
    private long _frames;
    private long _others;
    private long _firstArrival;
    private bool _isFinished;
    private bool _isChecked;

    /// <summary>Elements that are in the log.</summary>
    public long Fed { get; private set; }

    /// <summary>Feeds the recording.</summary>
    /// <param name="elements">In arrival order.</param>
    /// <param name="speed">Seconds of arrival time per second; 0: as fast as it goes.</param>
    /// <param name="interrupted">Ends it earlier; what was appended stays.</param>
    /// <exception cref="FailureException">The log holds something already, or does not keep arrival times.</exception>
    public async Task<KafkaFeedOutcome> RunAsync(IEnumerable<LogElement> elements, double speed, CancellationToken interrupted)
    {
        for (var p = 0; p < log.Partitions; p++)
        {
            if (log.NextOffset(p) > 0)
            {
                throw new FailureException(
                    "The topic holds records already. A recording needs topics of its own, or its times and others would mix: make them by "
                    + "'medai topics create --arrival producer' under another topic prefix.");
            }
        }

        var appender = new LogAppender(log);
        var feeder = new LogFeeder(appender, time, settings);
        appender.Appended = () => Appended(feeder);
        await feeder.FeedAsync(Counted(elements), speed, interrupted);
        return new KafkaFeedOutcome(_isFinished && !interrupted.IsCancellationRequested, _frames, _others, _devices.Count);
    }

    private IEnumerable<LogElement> Counted(IEnumerable<LogElement> elements)
    {
        foreach (var element in elements)
        {
            if (_frames + _others == 0)
                _firstArrival = element.ArrivalTime;
            if (element is FrameElement frame)
            {
                _frames++;
                _devices.Add((frame.Patient, frame.Device));
            }
            else
            {
                _others++;
            }

            yield return element;
        }

        _isFinished = true;
    }

    // Found out with the first records, not after hours: a broker that stamps arrival times makes another recording of it.
    private void Appended(LogFeeder feeder)
    {
        Fed = feeder.Fed;
        if (_isChecked)
            return;

        _isChecked = true;
        var batch = new LogBatch();
        for (var p = 0; p < log.Partitions; p++)
        {
            if (log.NextOffset(p) == 0 || !log.Read(p, 0, 1, batch))
                continue;

            var arrival = BinaryPrimitives.ReadInt64LittleEndian(batch.Records[1..]);
            if (arrival >= _firstArrival && arrival <= feeder.ArrivalTime + LogFeeder.LastClockMs(settings))
                return;

            throw new FailureException(
                "The topic does not keep the arrival times of the recording (message.timestamp.type is not CreateTime). Make topics by 'medai topics "
                + "create --arrival producer' under another topic prefix.");
        }
    }
}
