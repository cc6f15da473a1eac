// The table of inputs that have moved furthest from what each model was trained on.
using MedAI.Streaming.Evaluation.Metrics;

namespace MedAI.Streaming.Evaluation.Report;

/// <summary>The page's part on input drift; empty where no model brings a histogram of its inputs.</summary>
internal static class HtmlDrift
{
    private const int Worst = 10;

    /// <summary>The ten inputs of each model with the largest index.</summary>
    public static Markup Of(EvaluationReport report)
    {
        var html = new Markup();
        var models = report.Models.Where(figures => figures.Model.Drift is { Count: > 0 }).Select(figures => figures.Model).ToArray();
        if (models.Length == 0) return html;

        html.Add($"<h2>Input drift</h2>\n<p>How far the inputs of these patients are from those a model was trained on: the population ")
            .Add($"stability index (PSI) of each input, over all steps, against the histogram on the model's card. Below 0.1 nothing has ")
            .Add($"changed, from 0.1 look at it, above 0.25 it is another population. The {Worst} furthest of each model.</p>\n");
        foreach (var model in models) AddTable(html, model);
        return html;
    }

    private static void AddTable(Markup html, ScoredModel model)
    {
        html.Add($"""<div class="table"><table><caption>{Markup.Encode($"{model.Name} {model.Version}")}</caption>{'\n'}""")
            .Add($"""<thead><tr><th scope="col">input</th><th scope="col">PSI</th></tr></thead>{'\n'}<tbody>{'\n'}""");
        foreach (var (input, psi) in model.Drift!.OrderByDescending(moved => moved.Value).ThenBy(moved => moved.Key, StringComparer.Ordinal).Take(Worst))
        {
            html.Add($"""<tr><th scope="row">{Markup.Encode(input)}</th><td>{Numbers.Fixed(psi, 3)}</td></tr>{'\n'}""");
        }

        html.Add($"</tbody></table></div>\n");
    }
}
