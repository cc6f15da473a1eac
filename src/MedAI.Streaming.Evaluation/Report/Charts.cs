// The plots of the page, one for each set of inputs: ROC, precision-recall, calibration and alarm burden.
using MedAI.Streaming.Evaluation.Metrics;

namespace MedAI.Streaming.Evaluation.Report;

/// <summary>
/// Draws the models of one set of inputs together with what they are compared with. In the legend the best comes first; the thick
/// line is the model with the highest AUROC.
/// </summary>
internal sealed class Charts
{
    private const double ThickLine = 3;
    private const int FewThresholds = 20;

    private readonly List<Panel> _panels = [];
    private readonly EvaluationReport _report;

    public Charts(EvaluationReport report)
    {
        _report = report;
        var styles = new LineStyles();
        var references = report.Models.Where(m => LineStyles.IsReference(m.Model)).ToList();
        foreach (var (inputs, title) in ((string, string)[])[("vitals", "vital signs"), ("all", "all variables")])
        {
            var models = report.Models.Where(m => !LineStyles.IsReference(m.Model) && m.Model.Inputs == inputs).ToList();
            if (models.Count > 0) AddPanel(inputs, $"Models on {title}", [.. models, .. references], styles);
        }

        if (_panels.Count == 0 && references.Count > 0) AddPanel("scores", "Scores", references, styles);
    }

    /// <summary>ROC curves over hours.</summary>
    public IEnumerable<Markup> Roc() => _panels.Select(panel =>
    {
        var plot = new SvgPlot(
            $"roc-{panel.Id}", $"{panel.Title}: ROC",
            Axis.Share("1 - specificity: share of unlabelled hours at or above the threshold"),
            Axis.Share("sensitivity: share of labelled hours"));
        plot.LegendHeading("AUROC");
        plot.Guide((0, 0), (1, 1), "0.500 chance");
        foreach (var m in panel.By(m => m.Auroc.Value)) plot.Line(m.Curves.Roc, panel.Styles[m], Entry(m.Auroc, m));
        return plot.Finished();
    });

    /// <summary>Precision over recall of hours.</summary>
    public IEnumerable<Markup> PrecisionRecall() => _panels.Select(panel =>
    {
        // The very first hours of a curve jump between 0 and 1; the axis is for what comes after them.
        var highest = panel.Models.SelectMany(m => m.Curves.PrecisionRecall)
            .Where(p => p.X >= 0.02).Select(p => p.Y).DefaultIfEmpty(1).Max();
        var plot = new SvgPlot(
            $"pr-{panel.Id}", $"{panel.Title}: precision and recall",
            Axis.Share("recall: share of labelled hours at or above the threshold"),
            Axis.UpTo("precision: share of these hours that are labelled", Math.Max(highest, 0.05)));
        plot.LegendHeading("AUPRC (average precision)");
        if (panel.Models[0].Prevalence.Value is { } prevalence)
            plot.Guide((0, prevalence), (1, prevalence), $"{Numbers.Fixed(prevalence, 3)} prevalence (chance)");
        foreach (var m in panel.By(m => m.Auprc.Value)) plot.Line(m.Curves.PrecisionRecall, panel.Styles[m], Entry(m.Auprc, m));
        return plot.Finished();
    });

    /// <summary>Observed share over mean risk in 15 parts; probabilities only.</summary>
    public IEnumerable<Markup> Calibration() => _panels.Where(p => p.Models.Any(m => m.Model.IsProbability)).Select(panel =>
    {
        var highest = panel.Models.SelectMany(m => m.Curves.Calibration)
            .Select(c => Math.Max(c.Risk, c.Share)).DefaultIfEmpty(1).Max();
        var plot = new SvgPlot(
            $"calibration-{panel.Id}", $"{panel.Title}: calibration",
            Axis.Risk("mean risk of the part (square-root scale)", highest),
            Axis.Risk("share of labelled hours (square-root scale)", highest));
        plot.LegendHeading("ECE (lower is better)");
        plot.Guide((0, 0), (1, 1), "as promised");
        foreach (var m in panel.By(m => -m.Ece.Value))
            plot.Line(m.Curves.Calibration.Select(c => (c.Risk, c.Share)), panel.Styles[m], Entry(m.Ece, m, 4), dots: true);
        return plot.Finished();
    });

    /// <summary>Alarms per patient-day over the sensitivity of alarms, with NEWS2 at 5 and 7 as points.</summary>
    public IEnumerable<Markup> Burden(AlarmRule rule = AlarmRule.Crossing) => _panels.Select(panel =>
    {
        var news2 = _report.Evaluator.News2(rule);
        var (at5, at7) = (news2.AtNews2Ge5, news2.AtNews2Ge7);
        var worst = Math.Max(at5?.AlarmsPerPatientDay.Value ?? 0, at7?.AlarmsPerPatientDay.Value ?? 0);
        var highest = panel.Models.SelectMany(m => m.Curves.BurdenBy(rule)).Select(p => p.Y).DefaultIfEmpty(1).Max();
        var (id, counting) = rule == AlarmRule.Rearmed ? ("rearmed", "alarm burden, re-armed") : ("burden", "alarm burden");
        // Beyond twice what NEWS2 costs nobody would go; the curves are cut there.
        var plot = new SvgPlot(
            $"{id}-{panel.Id}", $"{panel.Title}: {counting}",
            Axis.Share("sensitivity: share of septic patients with an alarm in the 12 h up to onset"),
            Axis.UpTo("alarms per patient-day", worst > 0 ? Math.Min(2 * worst, Math.Max(highest, worst)) : highest));
        plot.LegendHeading("at NEWS2 >= 7's sensitivity");
        foreach (var m in panel.By(m => -m.AlarmsBy(rule).AtNews2Ge7?.AlarmsPerPatientDay.Value))
        {
            var curve = m.Curves.BurdenBy(rule);
            // Few points are few thresholds, with nothing to choose between them.
            plot.Line(curve, panel.Styles[m], Entry(m.AlarmsBy(rule).AtNews2Ge7?.AlarmsPerPatientDay ?? default, m), curve.Length <= FewThresholds);
        }

        foreach (var (burden, name) in ((AlarmBurden?, string)[])[(at5, "NEWS2 >= 5"), (at7, "NEWS2 >= 7")])
        {
            if (burden is { Sensitivity.Value: { } x, AlarmsPerPatientDay.Value: { } y }) plot.Point((x, y), name, diamond: burden == at7);
        }

        return plot.Finished();
    });

    /// <summary>Lead times of every model that has any, at the sensitivity of NEWS2 at 7: first by crossings, then re-armed.</summary>
    public IEnumerable<Markup> Leads()
    {
        var shown = ((AlarmRule, string)[])[(AlarmRule.Crossing, ""), (AlarmRule.Rearmed, ", re-armed")];
        var leads = shown.SelectMany(s => _report.Models.Select(m => (Name: m.Model.Name + s.Item2, At7: m.AlarmsBy(s.Item1).AtNews2Ge7)))
            .Where(l => l.At7?.LeadMedian.Value is not null).ToList();
        var y = Axis.UpTo("patients", leads.SelectMany(l => l.At7!.LeadHistogram).DefaultIfEmpty(1).Max());
        return leads.Select(l => LeadHistogram.Of(l.Name, $"median {Numbers.Fixed(l.At7!.LeadMedian.Value, 1)} h", l.At7.LeadHistogram, y));
    }

    private static string Entry(Figure figure, ModelFigures m, int digits = 3) => $"{Numbers.Fixed(figure.Value, digits)} {m.Model.Name}";

    private void AddPanel(string id, string title, List<ModelFigures> models, LineStyles styles)
    {
        var looks = new Dictionary<ModelFigures, LineStyle>(styles.For(models), ReferenceEqualityComparer.Instance);
        var best = models.Where(m => !LineStyles.IsReference(m.Model)).MaxBy(m => m.Auroc.Value);
        if (best is not null) looks[best] = looks[best] with { Width = ThickLine };
        _panels.Add(new Panel(id, title, models, looks));
    }

    /// <summary>The models of one set of inputs and what they are compared with.</summary>
    private sealed record Panel(string Id, string Title, List<ModelFigures> Models, IReadOnlyDictionary<ModelFigures, LineStyle> Styles)
    {
        /// <summary>The models, the greatest number first; those without one last.</summary>
        public IEnumerable<ModelFigures> By(Func<ModelFigures, double?> number) =>
            Models.OrderByDescending(m => number(m) ?? double.NegativeInfinity);
    }
}
