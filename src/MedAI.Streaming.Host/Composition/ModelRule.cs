// The rule on a model's alarm score, or risk: made of the model's card and what the site says about it.
using MedAI.Streaming.Domain.Alerts;
using MedAI.Streaming.Pipeline.Scoring;

namespace MedAI.Streaming.Host.Composition;

/// <summary>Makes the model's rule.</summary>
public static class ModelRule
{
    /// <summary>The rule, or null where no model is served.</summary>
    /// <param name="settings">What the site says.</param>
    /// <param name="card">What the model says.</param>
    /// <param name="mayPage">Whether the model gave equal bits in every batch here; one that did not only runs in shadow.</param>
    public static ScoreRule? For(ModelSettings settings, ModelCard card, bool mayPage)
    {
        if (!settings.Enabled)
            return null;

        var alert = settings.AlertThreshold ?? card.AlertThreshold;

        // Where the site moves the alert threshold only, clearing keeps its proportion to it.
        var clear = settings.ClearThreshold ?? card.ClearThreshold / card.AlertThreshold * alert;
        return new ScoreRule
        {
            Id = $"model.{card.Task}",
            Levels = [new(alert, settings.Priority)],
            Hysteresis = Math.Max(0, alert - clear),
            ClearSeconds = settings.ClearSeconds,
            Enabled = settings.Page && mayPage,
        };
    }
}
