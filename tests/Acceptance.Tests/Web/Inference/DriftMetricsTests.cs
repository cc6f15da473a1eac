// What /metrics says of the inputs of models.
using MedAI.Streaming.Host.Web.Metrics;
using MedAI.Streaming.Pipeline.Scoring;
using Xunit;

namespace Acceptance.Tests.Web.Inference;

public sealed class DriftMetricsTests
{
    [Fact]
    public void The_index_of_an_input_is_told_once_there_are_enough_steps()
    {
        using var shelf = new HeldModels();
        var served = shelf.Put(HeldModels.Card() with
        {
            InputReference = new Dictionary<string, InputReference> { ["x1"] = new([0.5], [0.5, 0.5]) },
        });
        shelf.Put(HeldModels.Card("plain"), decides: false);
        Count(served.Drift, InputDrift.LeastSteps - 1);
        var before = Page(shelf);
        Count(served.Drift, 1);
        var after = Page(shelf);

        Assert.Contains("medai_model_input_steps{model=\"m@1.0.0\"} 499\n", before, StringComparison.Ordinal);
        Assert.Contains("medai_model_input_steps{model=\"plain@1.0.0\"} 0\n", before, StringComparison.Ordinal);
        Assert.DoesNotContain("medai_model_input_psi{", before, StringComparison.Ordinal);
        Assert.Matches("medai_model_input_psi\\{model=\"m@1.0.0\",input=\"x1\"\\} 0\n", after);
    }

    private static string Page(HeldModels shelf)
    {
        var text = new MetricsText();
        new DriftMetrics(shelf).Write(text);
        return text.ToString();
    }

    private static void Count(InputDrift drift, long steps)
    {
        for (var step = 0; step < steps; step++)
        {
            drift.Count([7, drift.Steps % 2]);
        }
    }
}
