// The National Early Warning Score 2, with its tables as published and its rules for what must not be guessed.
using MedAI.Streaming.Domain.Vitals;

namespace MedAI.Streaming.Domain.Scores;

/// <summary>
/// <para>NEWS2. Source: Royal College of Physicians. National Early Warning Score (NEWS) 2: Standardising the assessment of
/// acute-illness severity in the NHS. Updated report of a working party. London: RCP, 2017 (Chart 1). Reproduced with
/// acknowledgement.</para>
/// <para>The published score is for seven known parameters. Where some are missing or stale, this gives the sum of the others,
/// marked Partial: a lower bound that has not been validated as a score. It is refused under 16 years and in pregnancy, as
/// published; an unknown age counts as adult, because the score belongs to adult wards and refusing it there for want of a birth
/// date would take away the monitoring.</para>
/// </summary>
public static class News2
{
    /// <summary>The highest total, points.</summary>
    public const int MaxValue = 20;

    /// <summary>Total from which the published trigger is an urgent response (medium risk), points.</summary>
    public const int UrgentFrom = 5;

    /// <summary>Total from which the published trigger is an emergency response (high risk), points.</summary>
    public const int EmergencyFrom = 7;

    private const int RespirationPart = 0;
    private const int SaturationPart = 1;
    private const int OxygenPart = 2;
    private const int SystolicPart = 3;
    private const int PulsePart = 4;
    private const int ConsciousnessPart = 5;
    private const int TemperaturePart = 6;

    // Points for supplemental oxygen.
    private const int OnOxygen = 2;
    private const double RoomAirPercent = 21;

    private static readonly string[] Names = ["RR", "SpO2", "O2", "SBP", "Pulse", "ACVPU", "Temp"];

    private static readonly Band[] Respiration = [new(8, 3), new(11, 1), new(20, 0), new(24, 2), new(Band.AnyHigher, 3)];

    private static readonly Band[] SaturationScale1 = [new(91, 3), new(93, 2), new(95, 1), new(Band.AnyHigher, 0)];

    private static readonly Band[] SaturationScale2OnAir = [new(83, 3), new(85, 2), new(87, 1), new(Band.AnyHigher, 0)];

    private static readonly Band[] SaturationScale2OnOxygen =
        [new(83, 3), new(85, 2), new(87, 1), new(92, 0), new(94, 1), new(96, 2), new(Band.AnyHigher, 3)];

    private static readonly Band[] Systolic = [new(90, 3), new(100, 2), new(110, 1), new(219, 0), new(Band.AnyHigher, 3)];

    private static readonly Band[] Pulse =
        [new(40, 3), new(50, 1), new(90, 0), new(110, 1), new(130, 2), new(Band.AnyHigher, 3)];

    private static readonly Band[] Temperature = [new(35.0, 3), new(36.0, 1), new(38.0, 0), new(39.0, 1), new(Band.AnyHigher, 2)];

    // Alert, new confusion, voice, pain, unresponsive.
    private static readonly int[] Consciousness = [0, 3, 3, 3, 3];

    // The highest saturation whose points on scale 2 are the same on air and on oxygen.
    private const double SameOnAirAndOxygen = 92;

    private enum Oxygen : byte
    {
        Unknown,
        Air,
        Supplemental,
    }

    /// <summary>Every vital sign that may feed the score, as bits of <see cref="VitalSignMask"/>.</summary>
    public static ulong Inputs =>
        VitalSignMask.Of(VitalSign.RespiratoryRate, VitalSign.SpO2)
        | VitalSignMask.Of(VitalSign.OxygenFlow, VitalSign.InspiredOxygen)
        | VitalSignMask.Of(VitalSign.ArterialSystolicPressure, VitalSign.SystolicPressure)
        | VitalSignMask.Of(VitalSign.HeartRate, VitalSign.PulseRate)
        | VitalSignMask.Of(VitalSign.Consciousness, VitalSign.Temperature);

    /// <summary>Short names of the parameters, in the order of the chart.</summary>
    public static ReadOnlySpan<string> PartNames => Names;

    /// <summary>
    /// <para>Scores 0..20. Systolic pressure is the arterial line's if there is one, else the cuff's; pulse is the heart rate,
    /// else the pulse rate. Consciousness comes from ACVPU only and is never inferred.</para>
    /// <para>Oxygen: any flow above 0 L/min, or inspired oxygen above 21 % (rounded), is supplemental oxygen even where the other
    /// says air; otherwise either of them says air; where neither is known it is missing, never air.</para>
    /// <para>On SpO2 scale 2 a saturation of 93 % or more depends on oxygen. While oxygen is unknown such a saturation gives no
    /// points (on air it would give 0, on oxygen 1 to 3): assuming oxygen would break the promise of a lower bound, assuming air
    /// would hide that the part is open. The part shows as None, and oxygen is listed as missing or stale.</para>
    /// </summary>
    public static ScoreResult Score(in ScoreInputs inputs)
    {
        var refusal = Refusals.InChildhoodOrPregnancy(in inputs);
        if (refusal != RefusalReason.None)
        {
            return new ScoreResult { Status = ScoreStatus.Refused, Refusal = refusal };
        }
        var tally = new ScoreTally(in inputs);
        if (tally.TryTake(VitalSign.RespiratoryRate, out var respiration))
        {
            tally.Give(RespirationPart, Band.PointsOf(Respiration, TablePrecision.Whole(respiration)));
        }
        var oxygen = TakeOxygen(in inputs, ref tally);
        ScoreSaturation(inputs.Scale2, oxygen, ref tally);
        if (oxygen != Oxygen.Unknown)
        {
            tally.Give(OxygenPart, oxygen == Oxygen.Supplemental ? OnOxygen : 0);
        }
        if (tally.TryTakeSystolic(out var systolic))
        {
            tally.Give(SystolicPart, Band.PointsOf(Systolic, TablePrecision.Whole(systolic)));
        }
        if (tally.TryTakePulse(out var pulse))
        {
            tally.Give(PulsePart, Band.PointsOf(Pulse, TablePrecision.Whole(pulse)));
        }
        if (tally.TryTakeConsciousness(out var code))
        {
            tally.Give(ConsciousnessPart, Consciousness[code]);
        }
        if (tally.TryTake(VitalSign.Temperature, out var temperature))
        {
            tally.Give(TemperaturePart, Band.PointsOf(Temperature, TablePrecision.Tenth(temperature)));
        }
        return tally.Result();
    }

    private static void ScoreSaturation(bool scale2, Oxygen oxygen, ref ScoreTally tally)
    {
        if (!tally.TryTake(VitalSign.SpO2, out var measured))
        {
            return;
        }
        var saturation = TablePrecision.Whole(measured);
        if (!scale2)
        {
            tally.Give(SaturationPart, Band.PointsOf(SaturationScale1, saturation));
        }
        else if (oxygen != Oxygen.Unknown || saturation <= SameOnAirAndOxygen)
        {
            var bands = oxygen == Oxygen.Supplemental ? SaturationScale2OnOxygen : SaturationScale2OnAir;
            tally.Give(SaturationPart, Band.PointsOf(bands, saturation));
        }
    }

    private static Oxygen TakeOxygen(in ScoreInputs inputs, ref ScoreTally tally)
    {
        var supplemental = false;
        var known = false;
        if (inputs.IsUsable(VitalSign.OxygenFlow))
        {
            // Not rounded: 0.25 L/min is oxygen.
            known = true;
            supplemental |= tally.Use(VitalSign.OxygenFlow) > 0;
        }
        if (inputs.IsUsable(VitalSign.InspiredOxygen))
        {
            known = true;
            supplemental |= TablePrecision.Whole(tally.Use(VitalSign.InspiredOxygen)) > RoomAirPercent;
        }
        if (!known)
        {
            tally.Lack(VitalSignMask.Of(VitalSign.OxygenFlow, VitalSign.InspiredOxygen), VitalSign.OxygenFlow);
            return Oxygen.Unknown;
        }
        return supplemental ? Oxygen.Supplemental : Oxygen.Air;
    }
}
