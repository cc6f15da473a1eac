// What the devices of a live fleet measure of a body: a bedside monitor's readings, or a wearable's.
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Domain.Vitals;

namespace MedAI.Streaming.Simulation;

/// <summary>Measures a body.</summary>
internal sealed class LiveSensor(SourceClass source, bool demo, SeededRandom random)
{
    private const int CuffSeconds = 15 * 60;
    private const int CuffSecondsUnwell = 5 * 60;
    private const double ShareQuestionable = 0.01;

    private long _nextCuff = random.Between(5, CuffSeconds);

    /// <summary>The readings at a second since the start.</summary>
    public RecordedReading[] Measure(in Body body, long second)
    {
        // Motion now and then makes a signal doubtful, which the device says.
        var validity = demo ? Validity.Demo : random.Chance(ShareQuestionable) ? Validity.Questionable : Validity.Valid;
        if (source == SourceClass.Wearable)
        {
            return
            [
                Reading(VitalSign.HeartRate, body.HeartRate + (1.5 * random.NextBell()), 1, validity),
                Reading(VitalSign.SpO2, Math.Min(100, body.SpO2 + (0.3 * random.NextBell())), 1, validity),
                Reading(VitalSign.RespiratoryRate, body.RespiratoryRate + (0.5 * random.NextBell()), 1, validity),
                Reading(VitalSign.Temperature, body.Temperature + (0.1 * random.NextBell()), 0.1, validity),
            ];
        }

        var cuff = second >= _nextCuff;
        var readings = new RecordedReading[cuff ? 7 : 4];
        readings[0] = Reading(VitalSign.HeartRate, body.HeartRate, 1, validity);
        readings[1] = Reading(VitalSign.PulseRate, (body.HeartRate * body.PulseShare) + (0.5 * random.NextBell()), 1, validity);
        readings[2] = Reading(VitalSign.SpO2, Math.Min(100, body.SpO2), 1, validity);
        readings[3] = Reading(VitalSign.RespiratoryRate, body.RespiratoryRate, 1, validity);
        if (cuff)
        {
            _nextCuff = second + (body.Unwell ? CuffSecondsUnwell : CuffSeconds);
            var high = body.Systolic + (2 * random.NextBell());
            var low = Math.Min(high, body.Diastolic + (2 * random.NextBell()));
            readings[4] = Reading(VitalSign.SystolicPressure, high, 1, validity);
            readings[5] = Reading(VitalSign.DiastolicPressure, low, 1, validity);
            readings[6] = Reading(VitalSign.MeanPressure, low + ((high - low) / 3), 1, validity);
        }

        return readings;
    }

    /// <summary>Spoils one reading so that it, and not its frame, is rejected; what it becomes can be written in every form of a frame.</summary>
    public static RecordedReading[] Spoil(RecordedReading[] readings, SeededRandom random)
    {
        var at = random.Between(0, readings.Length - 1);
        var reading = readings[at];
        switch (random.Between(0, 3))
        {
            case 0: readings[at] = reading with { Value = 9_999 }; break;
            case 1: readings[at] = reading with { Vital = null, Name = "BIS_INDEX" }; break;
            case 2: readings[at] = reading with { Unit = Unit.LitrePerMinute }; break;
            default: return [.. readings, reading with { Value = reading.Value + 1 }];
        }

        return readings;
    }

    private static RecordedReading Reading(VitalSign vital, double value, double step, Validity validity) =>
        new(vital, Rounding.To(Math.Max(0, value), step), Unit.Canonical, validity);
}
