// Judges models that were asked once a stay how it will end, beside the score that the data itself brings.
using MedAI.Streaming.Evaluation.Metrics;
using MedAI.Streaming.Evaluation.Readers;
using MedAI.Streaming.Evaluation.Report;
using MedAI.Streaming.Host.Commands;

namespace MedAI.Streaming.Host.Judging;

/// <summary>The step between a stream of stays with outcomes and the report on them.</summary>
internal static class OutcomeJudging
{
    /// <summary>The task of a model that says how a stay ends, and the name of the one that is judged where none is named.</summary>
    public const string Task = "acuity";

    /// <summary>A stay as it is streamed: it is asked about at one hour.</summary>
    public static StayLabels ToLabels(StayOutcome stay) => new(stay.Patient, stay.Admission, [stay.Hour], [stay.Died]);

    /// <summary>Judges what was said at the judged hour.</summary>
    /// <param name="format">Format of the data.</param>
    /// <param name="outcomes">The stays, in the order in which they were streamed.</param>
    /// <param name="stream">What was said of them.</param>
    /// <param name="models">Who said it.</param>
    /// <param name="readings">What became of their readings.</param>
    /// <exception cref="InputException">The scores cannot be judged.</exception>
    public static OutcomeReport Judge(
        string format, IReadOnlyList<StayOutcome> outcomes, ScoreStream stream, LoadedModels models, ReadingAccount readings)
    {
        var scores = models.Shadows.Select((model, number) => new ScoredModel
        {
            Name = model.Scorer.Model.Card.Name,
            Version = model.Scorer.Model.Card.Version,
            Inputs = model.Scorer.Model.Card.InputSet,
            Scores = [.. stream.Stays.Select(stay => stay.Risks(number)[0])],
            IsProbability = true,
            IsClinicalScore = false,
            Notes = models.NotesOn(number, Task),
            Frozen = model.HasAlarmScore ? null : new FrozenThresholds(model.Scorer.Model.Card.AlertThreshold, null),
        }).ToList();
        if (outcomes.Any(stay => stay.SapsI is not null))
            scores.Insert(0, SapsI(outcomes));

        try
        {
            var stays = LabelledCohort.Of(outcomes.Select(stay => new LabelledStay(stay.Patient, [stay.Hour], [stay.Died])));
            return OutcomeReport.Of(format, stays, scores, readings);
        }
        catch (ArgumentException refused)
        {
            throw new InputException($"These scores cannot be judged: {refused.Message}", refused);
        }
    }

    // As it stands in the file of outcomes; where it is missing it counts as 0, like every clinical score.
    private static ScoredModel SapsI(IReadOnlyList<StayOutcome> outcomes) => new()
    {
        Name = "saps-i",
        Version = "as recorded",
        Inputs = "all",
        Scores = [.. outcomes.Select(stay => stay.SapsI ?? double.NaN)],
        IsProbability = false,
        IsClinicalScore = true,
    };
}
