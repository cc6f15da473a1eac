// The load of the benchmark: bedside monitors at 1 Hz on quiet patients whose values wander inside the limits.
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Domain.Vitals;

namespace MedAI.Streaming.Host.Commands;

/// <summary>Frames of a number of patients over a number of seconds, the same at every call.</summary>
internal sealed record BenchLoad(int Patients, int Seconds)
{
    private const long Start = 1_772_438_400_000;

    // Middle of the range in which each value wanders; all far from the default limits and in NEWS2's zero band.
    private static readonly (VitalSign Vital, double Middle, double Step)[] Signals =
    [
        (VitalSign.HeartRate, 72, 1), (VitalSign.PulseRate, 72, 1), (VitalSign.SpO2, 97, 0.25), (VitalSign.RespiratoryRate, 16, 0.5),
        (VitalSign.Temperature, 36.8, 0.1), (VitalSign.ArterialSystolicPressure, 124, 1), (VitalSign.ArterialDiastolicPressure, 72, 1),
        (VitalSign.ArterialMeanPressure, 90, 1),
    ];

    /// <summary>Vital signs of a frame.</summary>
    public const int Vitals = 8;

    /// <summary>Frames in all.</summary>
    public long Frames => (long)Patients * Seconds;

    /// <summary>The frames of one second, in arrival order.</summary>
    public IEnumerable<LogElement> Second(int second)
    {
        for (var patient = 0; patient < Patients; patient++)
        {
            var time = Start + second * 1000L;
            var wave = (patient * 7 + second) % 9 - 4;
            var readings = new RecordedReading[Vitals];
            for (var i = 0; i < Vitals; i++)
            {
                readings[i] = new RecordedReading(Signals[i].Vital, Signals[i].Middle + wave * Signals[i].Step / 2);
            }

            yield return new FrameElement(time + 200, Id(patient), "monitor", SourceClass.Bedside, 1, (ulong)second + 1, time, readings);
        }
    }

    /// <summary>All frames.</summary>
    public IEnumerable<LogElement> Elements() => Enumerable.Range(0, Seconds).SelectMany(Second);

    private static string Id(int patient) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"bench-{patient:000000}");
}
