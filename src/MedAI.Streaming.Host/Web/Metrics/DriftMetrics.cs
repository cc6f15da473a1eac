// Numbers of how far the inputs of models have moved from what they were trained on.
using MedAI.Streaming.Host.Web.Inference;

namespace MedAI.Streaming.Host.Web.Metrics;

/// <summary>Input drift of every loaded model whose card says how its inputs were distributed.</summary>
/// <param name="models">The models.</param>
internal sealed class DriftMetrics(IServedModels models) : IMetricSource
{
    /// <inheritdoc/>
    public void Write(MetricsText text)
    {
        var loaded = models.Loaded;
        text.Gauge("medai_model_input_steps", "Steps of patients behind medai_model_input_psi; older ones count less.");
        foreach (var model in loaded)
        {
            text.Sample(model.Drift.Steps, ("model", model.Model.Card.Id));
        }

        text.Gauge(
            "medai_model_input_psi",
            "Population stability index of an input against the model's card: above 0.1 look at it, above 0.25 it is another population.");
        foreach (var model in loaded)
        {
            foreach (var (input, psi) in model.Drift.Measure())
            {
                text.Sample(psi, ("model", model.Model.Card.Id), ("input", input));
            }
        }
    }
}
