// The shock index: heart rate over systolic pressure.
using MedAI.Streaming.Domain.Vitals;

namespace MedAI.Streaming.Domain.Scores;

/// <summary>
/// Shock index. Source: Allgöwer M, Burri C. Schockindex. Dtsch Med Wochenschr 1967;92:1947-1950; healthy adults have 0.5 to
/// 0.7. The ratio is defined at every age and in pregnancy, so nobody is refused; its thresholds are for adults.
/// </summary>
public static class ShockIndex
{
    /// <summary>
    /// Ratio above which mortality was widely found to be raised (Koch E, et al. Shock index in the emergency department: utility
    /// and limitations. Open Access Emerg Med 2019;11:179-199).
    /// </summary>
    public const double RaisedAbove = 1.0;

    private const int PulsePart = 0;
    private const int SystolicPart = 1;

    private static readonly string[] Names = ["Pulse", "SBP"];

    /// <summary>Every vital sign that may feed the index, as bits of <see cref="VitalSignMask"/>.</summary>
    public static ulong Inputs =>
        VitalSignMask.Of(VitalSign.ArterialSystolicPressure, VitalSign.SystolicPressure)
        | VitalSignMask.Of(VitalSign.HeartRate, VitalSign.PulseRate);

    /// <summary>Short names of the inputs; a known one shows 0 points, since a ratio has none.</summary>
    public static ReadOnlySpan<string> PartNames => Names;

    /// <summary>
    /// Gives the ratio, not rounded; substitutes are those of <see cref="News2.Score"/>. A ratio has no lower bound to give when
    /// one side is unknown, so it is Complete or NotComputable, never Partial. It is not computable either where the systolic
    /// pressure is 0 or less; the pressure limits speak then.
    /// </summary>
    public static ScoreResult Score(in ScoreInputs inputs)
    {
        var tally = new ScoreTally(in inputs);
        if (tally.TryTakePulse(out var pulse))
        {
            tally.Give(PulsePart, 0);
        }
        if (tally.TryTakeSystolic(out var systolic))
        {
            tally.Give(SystolicPart, 0);
        }
        var result = tally.ResultOf(pulse / systolic);
        return result.Status == ScoreStatus.Complete && systolic > 0
            ? result
            : result with { Status = ScoreStatus.NotComputable };
    }
}
