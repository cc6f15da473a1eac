// For whom the scores are not made.
namespace MedAI.Streaming.Domain.Scores;

/// <summary>Reasons to refuse a patient; an unknown age is taken as adult.</summary>
internal static class Refusals
{
    private const double AdultFromYears = 16;

    /// <summary>For scores that were made and tested in adults.</summary>
    public static RefusalReason InChildhood(in ScoreInputs inputs) =>
        inputs.AgeYears < AdultFromYears ? RefusalReason.UnderSixteen : RefusalReason.None;

    /// <summary>For NEWS2, whose publication excludes both.</summary>
    public static RefusalReason InChildhoodOrPregnancy(in ScoreInputs inputs)
    {
        var refusal = InChildhood(in inputs);
        return refusal == RefusalReason.None && inputs.Pregnant ? RefusalReason.Pregnant : refusal;
    }
}
