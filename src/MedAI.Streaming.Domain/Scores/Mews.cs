// The Modified Early Warning Score in Subbe's version; local variants abound, this is the one that was validated in print.
using MedAI.Streaming.Domain.Vitals;

namespace MedAI.Streaming.Domain.Scores;

/// <summary>
/// <para>MEWS. Source: Subbe CP, Kruger M, Rutherford P, Gemmel L. Validation of a modified Early Warning Score in medical
/// admissions. QJM 2001;94:521-526.</para>
/// <para>It was made from medical admissions of an adult hospital, so it is refused under 16 years; an unknown age counts as
/// adult. Missing and stale inputs count as 0 and make the result Partial, a lower bound.</para>
/// </summary>
public static class Mews
{
    /// <summary>The highest total, points.</summary>
    public const int MaxValue = 14;

    /// <summary>Total from which the risk was found to be high, points.</summary>
    public const int HighRiskFrom = 5;

    private const int SystolicPart = 0;
    private const int HeartRatePart = 1;
    private const int RespirationPart = 2;
    private const int TemperaturePart = 3;
    private const int ConsciousnessPart = 4;

    private static readonly string[] Names = ["SBP", "HR", "RR", "Temp", "AVPU"];

    private static readonly Band[] Systolic =
        [new(70, 3), new(80, 2), new(100, 1), new(199, 0), new(Band.AnyHigher, 2)];

    private static readonly Band[] HeartRate =
        [new(40, 2), new(50, 1), new(100, 0), new(110, 1), new(129, 2), new(Band.AnyHigher, 3)];

    private static readonly Band[] Respiration = [new(8, 2), new(14, 0), new(20, 1), new(29, 2), new(Band.AnyHigher, 3)];

    private static readonly Band[] Temperature = [new(34.9, 2), new(38.4, 0), new(Band.AnyHigher, 2)];

    // Alert, new confusion, voice, pain, unresponsive. AVPU has no grade for new confusion; it is given the least grade that is
    // not alert, because NEWS2 added it for being missed as alert.
    private static readonly int[] Consciousness = [0, 1, 1, 2, 3];

    /// <summary>Every vital sign that may feed the score, as bits of <see cref="VitalSignMask"/>.</summary>
    public static ulong Inputs =>
        VitalSignMask.Of(VitalSign.ArterialSystolicPressure, VitalSign.SystolicPressure)
        | VitalSignMask.Of(VitalSign.HeartRate, VitalSign.PulseRate)
        | VitalSignMask.Of(VitalSign.RespiratoryRate, VitalSign.Temperature) | VitalSignMask.Of(VitalSign.Consciousness);

    /// <summary>Short names of the parameters, in the order of the published table.</summary>
    public static ReadOnlySpan<string> PartNames => Names;

    /// <summary>
    /// Scores 0..14. Substitutes and rounding are those of <see cref="News2.Score"/>; new confusion on ACVPU, which AVPU does not
    /// have, counts 1 like a response to voice (this project's decision).
    /// </summary>
    public static ScoreResult Score(in ScoreInputs inputs)
    {
        var refusal = Refusals.InChildhood(in inputs);
        if (refusal != RefusalReason.None)
        {
            return new ScoreResult { Status = ScoreStatus.Refused, Refusal = refusal };
        }
        var tally = new ScoreTally(in inputs);
        if (tally.TryTakeSystolic(out var systolic))
        {
            tally.Give(SystolicPart, Band.PointsOf(Systolic, TablePrecision.Whole(systolic)));
        }
        if (tally.TryTakePulse(out var heartRate))
        {
            tally.Give(HeartRatePart, Band.PointsOf(HeartRate, TablePrecision.Whole(heartRate)));
        }
        if (tally.TryTake(VitalSign.RespiratoryRate, out var respiration))
        {
            tally.Give(RespirationPart, Band.PointsOf(Respiration, TablePrecision.Whole(respiration)));
        }
        if (tally.TryTake(VitalSign.Temperature, out var temperature))
        {
            tally.Give(TemperaturePart, Band.PointsOf(Temperature, TablePrecision.Tenth(temperature)));
        }
        if (tally.TryTakeConsciousness(out var code))
        {
            tally.Give(ConsciousnessPart, Consciousness[code]);
        }
        return tally.Result();
    }
}
