// The thresholds of scores that bring no card: where they usually alert, and where the challenge's utility is greatest.
namespace MedAI.Streaming.Evaluation.Metrics;

/// <summary>
/// Frozen thresholds of the clinical scores and of the clock, so that all rows of the table are judged alike. Alert thresholds are the usual
/// ones; utility thresholds were chosen on the validation patients of hospital A (PhysioNet/CinC Challenge 2019), as those of models are.
/// </summary>
public static class ClinicalThresholds
{
    /// <summary>NEWS2: 7 or more calls for an emergency response (Royal College of Physicians, 2017).</summary>
    public static FrozenThresholds News2 { get; } = new(7, 5);

    /// <summary>MEWS: 5 or more goes with intensive care and death (Subbe et al., QJM 2001;94:521-526).</summary>
    public static FrozenThresholds Mews { get; } = new(5, 3);

    /// <summary>qSOFA: 2 or more (Singer et al., JAMA 2016;315:801-810).</summary>
    public static FrozenThresholds QSofa { get; } = new(2, 1);

    /// <summary>Hours since admission: nobody alerts by the clock, but its utility is what a model has to be better than.</summary>
    public static FrozenThresholds Clock { get; } = new(null, 51);
}
