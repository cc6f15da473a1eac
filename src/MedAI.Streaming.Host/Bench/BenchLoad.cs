// A synthetic ward for measuring: bedside monitors at 1 Hz with eight vital signs, quiet but for a small share.
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Domain.Vitals;
using MedAI.Streaming.Pipeline;
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.Pipeline.Wire;

namespace MedAI.Streaming.Host.Bench;

/// <summary>
/// Frames of a number of patients, always the same. Patients send spread over the second. One patient in
/// <see cref="OneBeyondIn"/> has a heart rate that is beyond its limit for every other five minutes.
/// </summary>
internal sealed class BenchLoad
{
    /// <summary>Readings of a frame.</summary>
    public const int ReadingsPerFrame = 8;

    /// <summary>One patient in so many is beyond a limit half of the time.</summary>
    public const int OneBeyondIn = 200;

    // A full minute, so that the first tick comes after a minute.
    private const long Start = 1_750_000_020_000;
    private const long Transport = 40;
    private const int SecondsBeyond = 300;
    private const int Variants = 64;

    private readonly string[] _ids;
    private readonly RecordedReading[][] _quiet = [.. Enumerable.Range(0, Variants).Select(v => Readings(v, 72))];
    private readonly RecordedReading[][] _beyond = [.. Enumerable.Range(0, Variants).Select(v => Readings(v, 139))];

    public BenchLoad(int patients) => _ids = [.. Enumerable.Range(0, patients).Select(i => $"patient-{i:D6}")];

    /// <summary>The number of patients.</summary>
    public int Patients => _ids.Length;

    /// <summary>The frames that arrive in a second, in order of arrival.</summary>
    public IEnumerable<FrameElement> Second(int second)
    {
        for (var patient = 0; patient < _ids.Length; patient++)
        {
            var at = Start + (second * 1000L) + (patient * 1000L / _ids.Length);
            var variants = patient % OneBeyondIn == 0 && second / SecondsBeyond % 2 == 1 ? _beyond : _quiet;
            yield return new FrameElement(
                at + Transport, _ids[patient], "monitor-1", SourceClass.Bedside, 1, (ulong)second + 1, at,
                variants[(patient + second) % Variants]);
        }
    }

    /// <summary>Appends the frames of some seconds, each second with its clock record.</summary>
    /// <param name="firstSecond">The first second.</param>
    /// <param name="seconds">How many.</param>
    /// <param name="appender">Where they go.</param>
    /// <param name="stop">Ends it.</param>
    public void Append(int firstSecond, int seconds, LogAppender appender, CancellationToken stop)
    {
        for (var second = firstSecond; second < firstSecond + seconds; second++)
        {
            stop.ThrowIfCancellationRequested();
            foreach (var frame in Second(second))
            {
                appender.AddInput(frame);
            }

            appender.AddClock(EndOf(second));
            appender.Flush();
        }
    }

    /// <summary>Arrival time at which a second is over.</summary>
    public static long EndOf(int second) => Start + ((second + 1) * 1000L) + Transport;

    /// <summary>The records of some seconds, cut into batches as a log would hand them over.</summary>
    /// <param name="firstSecond">The first second.</param>
    /// <param name="seconds">How many.</param>
    /// <param name="batchRecords">Records of a batch.</param>
    /// <param name="firstOffset">Offset of the first record.</param>
    public List<LogBatch> Batches(int firstSecond, int seconds, int batchRecords, long firstOffset)
    {
        var batches = new List<LogBatch>();
        var writer = new RecordWriter();
        var buffer = new System.Buffers.ArrayBufferWriter<byte>(256);
        var offset = firstOffset;
        void Add(LogElement element)
        {
            if (batches.Count == 0 || batches[^1].Count == batchRecords)
            {
                batches.Add(new LogBatch());
                batches[^1].Reset(offset);
            }

            buffer.ResetWrittenCount();
            writer.Write(element, buffer);
            buffer.WrittenSpan.CopyTo(batches[^1].Add(buffer.WrittenCount, 1));
            offset++;
        }

        for (var second = firstSecond; second < firstSecond + seconds; second++)
        {
            foreach (var frame in Second(second))
            {
                Add(frame);
            }

            Add(new ClockElement(EndOf(second)));
        }

        return batches;
    }

    private static RecordedReading[] Readings(int variant, double heartRate)
    {
        double Near(double value, double width) => Math.Round(value + (width * Math.Sin(variant * 0.7)), 1);
        return
        [
            new(VitalSign.HeartRate, Near(heartRate, 6)),
            new(VitalSign.PulseRate, Near(heartRate, 5)),
            new(VitalSign.SpO2, Near(97, 1)),
            new(VitalSign.RespiratoryRate, Near(15, 2)),
            new(VitalSign.Temperature, Near(36.9, 0.3)),
            new(VitalSign.SystolicPressure, Near(124, 7)),
            new(VitalSign.DiastolicPressure, Near(76, 5)),
            new(VitalSign.MeanPressure, Near(92, 5)),
        ];
    }
}
