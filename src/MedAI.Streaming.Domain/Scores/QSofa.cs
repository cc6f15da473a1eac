// The quick sepsis-related organ failure assessment.
using MedAI.Streaming.Domain.Vitals;

namespace MedAI.Streaming.Domain.Scores;

/// <summary>
/// <para>qSOFA. Source: Singer M, Deutschman CS, Seymour CW, et al. The Third International Consensus Definitions for Sepsis and
/// Septic Shock (Sepsis-3). JAMA 2016;315:801-810: respiratory rate of 22 /min or more, systolic pressure of 100 mm[Hg] or less,
/// altered mentation (Glasgow coma scale below 15).</para>
/// <para>The definitions are for adults, so it is refused under 16 years; an unknown age counts as adult. Missing and stale
/// inputs count as 0 and make the result Partial, a lower bound.</para>
/// </summary>
public static class QSofa
{
    /// <summary>The highest total, points.</summary>
    public const int MaxValue = 3;

    /// <summary>Total from which the score is positive, points.</summary>
    public const int PositiveFrom = 2;

    private const int RespirationPart = 0;
    private const int SystolicPart = 1;
    private const int MentationPart = 2;

    private const int Alert = 0;
    private const int FullComaScale = 15;

    private static readonly string[] Names = ["RR", "SBP", "Mentation"];

    private static readonly Band[] Respiration = [new(21, 0), new(Band.AnyHigher, 1)];

    private static readonly Band[] Systolic = [new(100, 1), new(Band.AnyHigher, 0)];

    /// <summary>Every vital sign that may feed the score, as bits of <see cref="VitalSignMask"/>.</summary>
    public static ulong Inputs =>
        VitalSignMask.Of(VitalSign.ArterialSystolicPressure, VitalSign.SystolicPressure)
        | VitalSignMask.Of(VitalSign.Consciousness, VitalSign.GlasgowComaScale) | VitalSignMask.Of(VitalSign.RespiratoryRate);

    /// <summary>Short names of the parameters.</summary>
    public static ReadOnlySpan<string> PartNames => Names;

    /// <summary>
    /// Scores 0..3. Mentation is altered if ACVPU says anything but alert or the Glasgow coma scale is below 15; one of them is
    /// enough to know it, and where they disagree it is altered. Substitutes and rounding are those of
    /// <see cref="News2.Score"/>.
    /// </summary>
    public static ScoreResult Score(in ScoreInputs inputs)
    {
        var refusal = Refusals.InChildhood(in inputs);
        if (refusal != RefusalReason.None)
        {
            return new ScoreResult { Status = ScoreStatus.Refused, Refusal = refusal };
        }
        var tally = new ScoreTally(in inputs);
        if (tally.TryTake(VitalSign.RespiratoryRate, out var respiration))
        {
            tally.Give(RespirationPart, Band.PointsOf(Respiration, TablePrecision.Whole(respiration)));
        }
        if (tally.TryTakeSystolic(out var systolic))
        {
            tally.Give(SystolicPart, Band.PointsOf(Systolic, TablePrecision.Whole(systolic)));
        }
        var hasAcvpu = tally.HasCode(VitalSign.Consciousness);
        var hasComaScale = tally.HasCode(VitalSign.GlasgowComaScale);
        if (hasAcvpu || hasComaScale)
        {
            var altered = hasAcvpu && tally.Use(VitalSign.Consciousness) != Alert;
            altered |= hasComaScale && tally.Use(VitalSign.GlasgowComaScale) < FullComaScale;
            tally.Give(MentationPart, altered ? 1 : 0);
        }
        else
        {
            tally.Lack(VitalSignMask.Of(VitalSign.Consciousness, VitalSign.GlasgowComaScale), VitalSign.Consciousness);
        }
        return tally.Result();
    }
}
