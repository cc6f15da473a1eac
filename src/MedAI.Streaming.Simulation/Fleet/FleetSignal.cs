// The values of one vital sign from one device of a fleet, lingering near and across its alarm limits.
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Domain.Vitals;

namespace MedAI.Streaming.Simulation;

/// <summary>
/// A signal that stays for a while in one mood (calm, at a limit, beyond it), so that conditions last long enough to become
/// alarms and end again.
/// </summary>
internal sealed class FleetSignal
{
    private enum Mood
    {
        Calm,
        AtLow,
        BelowLow,
        AtHigh,
        AboveHigh,
    }

    private readonly record struct Range(double Low, double High, double Below, double Above, double Step);

    private readonly VitalSign _vital;
    private readonly Range _range;
    private readonly bool _namesUnit;
    private readonly bool _otherUnit;
    private Mood _mood;
    private Validity _validity;

    public FleetSignal(VitalSign vital, SeededRandom random)
    {
        _vital = vital;
        _range = RangeOf(vital);
        _namesUnit = random.Chance(0.5);
        _otherUnit = random.Chance(0.15);
    }

    /// <summary>One frame's readings: every signal, or now and then only some of them.</summary>
    public static RecordedReading[] Read(FleetSignal[] signals, SeededRandom random)
    {
        var partial = random.Chance(0.1);
        var readings = new List<RecordedReading>(signals.Length);
        foreach (var signal in signals)
        {
            var reading = signal.Next(random);
            if (!partial || readings.Count == 0 || random.Chance(0.5)) readings.Add(reading);
        }

        return [.. readings];
    }

    private RecordedReading Next(SeededRandom random)
    {
        if (random.Chance(0.08)) _mood = (Mood)random.Between(0, 4);
        if (random.Chance(_validity == Validity.Valid ? 0.02 : 0.1))
            _validity = random.Chance(0.5) ? Validity.Valid : random.Pick([Validity.Questionable, Validity.Invalid]);
        var value = _mood switch
        {
            Mood.Calm => random.Between(Middle(0.3), Middle(0.7)),
            Mood.AtLow => _range.Low + (_range.Step * random.Between(-2, 2)),
            Mood.BelowLow => _range.Low - (_range.Below * random.NextDouble()),
            Mood.AtHigh => _range.High + (_range.Step * random.Between(-2, 2)),
            _ => _range.High + (_range.Above * random.NextDouble()),
        };
        if (_vital == VitalSign.SpO2) value = Math.Min(value, 100);
        return InUnit(Rounding.To(value, _range.Step));
    }

    private double Middle(double part) => _range.Low + ((_range.High - _range.Low) * part);

    private RecordedReading InUnit(double value)
    {
        var own = VitalSignCatalogue.CanonicalUnit(_vital);
        if (_otherUnit)
        {
            switch (own)
            {
                case Unit.Celsius: return Sent(Rounding.To((value * 1.8) + 32, 0.1), Unit.Fahrenheit);
                case Unit.MillimetreOfMercury:
                    return Sent(Rounding.To(value / UnitConversion.MillimetreOfMercuryInKilopascal, 0.1), Unit.Kilopascal);
                case Unit.MilligramPerDecilitre:
                    var molar = value / UnitConversion.MilligramPerDecilitreInMillimolePerLitre;
                    return Sent(Rounding.To(molar, 0.1), Unit.MillimolePerLitre);
                case Unit.Percent when _vital != VitalSign.PerfusionIndex:
                    return Sent(Rounding.To(value / 100, 0.01), Unit.Fraction);
                default: break;
            }
        }

        return Sent(value, _namesUnit ? own : Unit.Canonical);
    }

    private RecordedReading Sent(double value, Unit unit) => new(_vital, value, unit, _validity);

    // The limits are those of DefaultRules where it has the vital sign; below and above reach past its second level.
    private static Range RangeOf(VitalSign vital) => vital switch
    {
        VitalSign.HeartRate or VitalSign.PulseRate => new(45, 130, 14, 30, 1),
        VitalSign.SpO2 => new(90, 98, 9, 2, 1),
        VitalSign.RespiratoryRate => new(8, 30, 5, 14, 1),
        VitalSign.Temperature => new(35.0, 39.0, 3.5, 2.4, 0.1),
        VitalSign.SystolicPressure or VitalSign.ArterialSystolicPressure => new(90, 200, 22, 25, 1),
        VitalSign.DiastolicPressure or VitalSign.ArterialDiastolicPressure => new(45, 105, 12, 12, 1),
        VitalSign.MeanPressure or VitalSign.ArterialMeanPressure => new(62, 120, 15, 15, 1),
        VitalSign.EndTidalCarbonDioxide => new(28, 52, 10, 10, 1),
        VitalSign.Glucose => new(72, 250, 20, 40, 1),
        VitalSign.InspiredOxygen => new(24, 60, 3, 20, 1),
        VitalSign.OxygenFlow => new(2, 10, 2, 5, 0.5),
        VitalSign.Consciousness => new(2, 2, 2, 2, 1),
        VitalSign.GlasgowComaScale => new(9, 13, 6, 2, 1),
        VitalSign.PerfusionIndex => new(0.6, 8, 0.4, 4, 0.1),
        _ => throw new ArgumentOutOfRangeException(nameof(vital), vital, "The fleet has no range for this vital sign."),
    };
}
