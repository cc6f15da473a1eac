// Says of risks that raise an alert what moved them: the strongest inputs, where the model looked, and the change since the last step.
using MedAI.Streaming.Domain.Features;
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.Pipeline.Scoring;
using MedAI.Streaming.Pipeline.State;

namespace MedAI.Streaming.Pipeline.Explaining;

/// <summary>Explains alerts of a model, all that are raised at once together.</summary>
internal sealed class Explainer(FlowState state)
{
    private const int MaxContributions = 5;
    private const int MaxAttended = 3;
    private const double HourMs = 3_600_000;

    // A risk of exactly 0 or 1 in float32 is one that lies beyond this.
    private const double LeastRisk = 1e-7;
    private readonly Occlusion _occlusion = new(state);

    /// <summary>Explains risks before anything of their patients changes.</summary>
    /// <param name="model">The model.</param>
    /// <param name="instants">The instants; a patient at most once.</param>
    /// <returns>The explanations, in the order of the instants.</returns>
    /// <exception cref="ModelFailedException">The model did not answer.</exception>
    public Explanation[] Explain(LoadedModel model, ExplainedInstant[] instants)
    {
        var attends = !model.Scorer.Model.Attentions.IsEmpty;
        return [.. _occlusion.Run(model, instants).Select((found, i) => Make(model.Features, instants[i], found, attends))];
    }

    private Explanation Make(FeatureSpec features, ExplainedInstant instant, Occluded found, bool attends)
    {
        // Equal contributions keep the order of the card.
        var contributions = found.Groups
            .Select((group, i) => Contribution(features, group, instant, Logit(found.Risks[^1]) - Logit(found.Without[i]), found))
            .Where(contribution => contribution.Logit != 0)
            .OrderByDescending(contribution => Math.Abs(contribution.Logit))
            .ToLookup(contribution => Explanation.IsBackground(contribution.Input));
        var hasBefore = found.Risks.Length > 1;
        return new Explanation(
            [.. contributions[false].Take(MaxContributions)],
            [.. contributions[true]],
            attends ? Attended(found) : [],
            hasBefore ? Round(found.Risks[^2], 4) : double.NaN,
            hasBefore ? Round((instant.Time - found.Times[^2]) / HourMs, 2) : double.NaN,
            hasBefore ? Round((double)found.Risks[^1] - found.Risks[^2], 4) : double.NaN);
    }

    private InputContribution Contribution(FeatureSpec features, int number, ExplainedInstant instant, double logit, Occluded found)
    {
        var group = features.Groups[number];
        ref readonly var patient = ref state.Patient(instant.Patient);
        var value = features.ValueOf(number, in patient, instant.Time);
        var step = found.Before;
        var before = found.Risks.Length > 1 ? features.ValueOf(number, in step, in patient.Facts) : double.NaN;
        return new InputContribution(
            group.Key, Round(logit, 2), Round(value, 3), Round(value - before, 3), Explanation.UnitOf(group.Key, group.Vital),
            value > group.Mean ? ValueDirection.High : value < group.Mean ? ValueDirection.Low : ValueDirection.None);
    }

    // The model weighs what it has seen by the softmax of these scores.
    private static AttendedStep[] Attended(Occluded found)
    {
        var most = found.Attentions.Max();
        var weights = found.Attentions.Select(score => Math.Exp((double)score - most)).ToArray();
        var sum = weights.Sum();
        return
        [
            .. weights.Select((weight, i) => new AttendedStep(Round((found.Times[^1] - found.Times[i]) / HourMs, 2), Round(weight / sum, 2)))
                .Where(step => step.Share > 0)
                .OrderByDescending(step => step.Share).ThenBy(step => step.HoursAgo)
                .Take(MaxAttended),
        ];
    }

    private static double Logit(double risk)
    {
        var inside = Math.Clamp(risk, LeastRisk, 1 - LeastRisk);
        return Math.Log(inside / (1 - inside));
    }

    // There is no negative zero: on the wire zero is what is left out.
    private static double Round(double value, int decimals) => Math.Round(value, decimals, MidpointRounding.AwayFromZero) + 0.0;
}
