// Numbers of the models: which one decides, and which of those that are loaded still answer.
using MedAI.Streaming.Host.Composition;
using MedAI.Streaming.Pipeline;

namespace MedAI.Streaming.Host.Web.Metrics;

/// <summary>Numbers of the models of a process that decides.</summary>
/// <param name="flows">The flows.</param>
/// <param name="shelf">The models that are loaded.</param>
internal sealed class ModelMetrics(FlowSupervisor flows, ModelShelf shelf) : IMetricSource
{
    /// <inheritdoc/>
    public void Write(MetricsText text)
    {
        text.Gauge("medai_model_elected", "Partitions of this process in which the log elected a model last.");
        foreach (var model in flows.Elected.Where(one => one.Elected is not null).GroupBy(one => one.Elected!.Model))
        {
            text.Sample(model.Count(), ("model", model.Key));
        }

        text.Gauge("medai_model_in_service", "1: a loaded model is asked; 0: it failed, and is not asked until the process starts anew.");
        foreach (var model in shelf.Models)
        {
            text.Sample(model.Scorer.InService ? 1 : 0, ("model", model.Id));
        }
    }
}
