// The report on outcomes as one HTML page, for people, in the look of the other one.
using MedAI.Streaming.Evaluation.Metrics;

namespace MedAI.Streaming.Evaluation.Report;

/// <summary>Builds the page; it loads nothing and runs no script.</summary>
internal static class OutcomePage
{
    private static readonly string[] Colors = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9"];

    private static readonly (string Figure, string Meaning)[] Meanings =
    [
        ("AUROC", "Take a patient who died and one who did not at random: how often the first has the higher score. 0.5 is chance, 1 is perfect."),
        ("AUPRC", "Average precision over all sensitivities. Chance is the prevalence."),
        ("Sensitivity, precision, smaller of both", "At the threshold that the model brings with it: the share of deaths it points at, and the share of those it points at "
            + "who died. The smaller of the two is event 1 of the challenge."),
        ("Smaller of both at its best threshold", "The same with the threshold that suits these very patients best: an upper bound, and what a score without a "
            + "threshold of its own can be compared by."),
        ("Brier", "Mean squared distance between risk and outcome: lower is better."),
        ("ECE", "How far, on average, a risk is from the share of patients in whom it came true: 0.01 is one percentage point."),
        ("Calibration slope", "1: risks are as spread out as they should be. Below 1: too extreme. Above 1: too timid."),
    ];

    public static Markup Of(OutcomeReport report)
    {
        var html = new Markup();
        AddHead(html, report);
        html.Add($"<h2>Figures</h2>\n").Add(Table(report));
        HtmlReport.AddNotes(html, report.Scores.SelectMany(m => m.Notes.Select(note => (note, m.Model.Name))));
        html.Add($"<h2>What the figures mean</h2>\n<dl>\n");
        foreach (var (figure, meaning) in Meanings) html.Add($"<dt>{figure}</dt><dd>{Markup.Encode(meaning)}</dd>\n");
        html.Add($"</dl>\n");
        HtmlReport.AddPlots(html, "Curves", "ROC, precision over recall, and whether what was promised came true, each over stays.", "plots",
            [Roc(report), PrecisionRecall(report), .. Calibration(report)]);
        return html.Add($"</main></body></html>\n");
    }

    private static void AddHead(Markup html, OutcomeReport report)
    {
        var format = Markup.Encode(report.Format);
        var (stays, deaths) = (report.Stays.Patients.Length, report.Stays.Positives);
        html.Add($"""<!DOCTYPE html>{'\n'}<html lang="en"><head><meta charset="utf-8">{'\n'}""")
            .Add($"""<meta name="viewport" content="width=device-width, initial-scale=1">{'\n'}""")
            .Add($"<title>Evaluation of mortality scores, {format}</title>\n<style>\n{HtmlReport.Style}\n</style></head>\n<body><main>\n")
            .Add($"<h1>Evaluation of mortality scores on {format}</h1>\n<p>{stays:N0} patients, {deaths:N0} of whom died in hospital ")
            .Add($"({100.0 * deaths / stays:0.0} %). Every score is the last one by the end of hour {report.Hour} of intensive care. Intervals are the ")
            .Add($"percentiles 2.5 and 97.5 of {Evaluator.DefaultDraws} draws of patients with replacement.{HtmlReport.Sentence(report.Readings)}</p>\n")
            .Add($"""<p class="warning"><strong>MedAI.Streaming is a secondary monitor.</strong> It is not a medical device, and it decides nothing; """)
            .Add($"a risk of death is no reason to end care. These figures describe recorded data of the past; they promise nothing for another ")
            .Add($"hospital or kind of patient.</p>\n");
    }

    private static Markup Table(OutcomeReport report)
    {
        string[] columns =
        [
            "AUROC", "AUPRC", "Brier", "ECE", "calibration slope", "threshold", "sensitivity", "precision", "smaller of both",
            "at its best threshold",
        ];
        var html = new Markup()
            .Add($"""<div class="table"><table><caption>One score a stay (95 % interval below)</caption>{'\n'}""")
            .Add($"""<thead><tr><th scope="col">model</th><th scope="col">inputs</th>""");
        foreach (var column in columns) html.Add($"""<th scope="col">{Markup.Encode(column)}</th>""");
        html.Add($"</tr></thead>\n<tbody>\n");
        foreach (var m in report.Scores)
        {
            html.Add($"""<tr><th scope="row">{Markup.Encode(m.Model.Name)} <small>{Markup.Encode(m.Model.Version)}</small></th><td>{m.Model.Inputs}</td>""");
            string[] cells =
            [
                HtmlTables.Cell(m.Auroc, 3), HtmlTables.Cell(m.Auprc, 3), HtmlTables.Cell(m.Brier, 4), HtmlTables.Cell(m.Ece, 4),
                HtmlTables.Cell(m.CalibrationSlope, 2), HtmlTables.Plain(Numbers.Threshold(m.Model.Frozen?.Alert)), HtmlTables.Cell(m.Sensitivity, 3),
                HtmlTables.Cell(m.Precision, 3), HtmlTables.Cell(m.MinSensitivityPrecision, 3), HtmlTables.Cell(m.BestMinSensitivityPrecision, 3),
            ];
            foreach (var cell in cells) html.Add($"{cell}");
            html.Add($"</tr>\n");
        }

        html.Add($"</tbody></table></div>\n<p>Published by others, on stays that are not these: ");
        var published = OutcomeReport.Published.Select(p => $"{p.Name} {Numbers.Fixed(p.MinSensitivityPrecision, 4)}");
        return html.Add($"{Markup.Encode(string.Join("; ", published))} (min(sensitivity, precision), {Markup.Encode(OutcomeReport.Published[0].Source)}).</p>\n");
    }

    private static Markup Roc(OutcomeReport report)
    {
        var plot = new SvgPlot(
            "roc", "ROC", Axis.Share("1 - specificity: share of survivors at or above the threshold"), Axis.Share("sensitivity: share of deaths"));
        plot.LegendHeading("AUROC");
        plot.Guide((0, 0), (1, 1), "0.500 chance");
        foreach (var (m, style) in Styled(report)) plot.Line(m.Curves.Roc, style, $"{Numbers.Fixed(m.Auroc.Value, 3)} {m.Model.Name}");
        return plot.Finished();
    }

    private static Markup PrecisionRecall(OutcomeReport report)
    {
        var plot = new SvgPlot(
            "pr", "Precision and recall", Axis.Share("recall: share of deaths at or above the threshold"),
            Axis.Share("precision: share of these patients who died"));
        plot.LegendHeading("AUPRC (average precision)");
        var prevalence = (double)report.Stays.Positives / report.Stays.Patients.Length;
        plot.Guide((0, prevalence), (1, prevalence), $"{Numbers.Fixed(prevalence, 3)} prevalence (chance)");
        foreach (var (m, style) in Styled(report)) plot.Line(m.Curves.PrecisionRecall, style, $"{Numbers.Fixed(m.Auprc.Value, 3)} {m.Model.Name}");
        return plot.Finished();
    }

    private static IEnumerable<Markup> Calibration(OutcomeReport report)
    {
        if (!report.Scores.Any(m => m.Model.IsProbability)) yield break;
        var plot = new SvgPlot("calibration", "Calibration", Axis.Share("mean risk of the part (15 of equal size)"), Axis.Share("share of deaths"));
        plot.LegendHeading("ECE (lower is better)");
        plot.Guide((0, 0), (1, 1), "as promised");
        foreach (var (m, style) in Styled(report).Where(s => s.Figures.Model.IsProbability))
            plot.Line(m.Curves.Calibration.Select(c => (c.Risk, c.Share)), style, $"{Numbers.Fixed(m.Ece.Value, 4)} {m.Model.Name}", dots: true);
        yield return plot.Finished();
    }

    private static IEnumerable<(OutcomeFigures Figures, LineStyle Style)> Styled(OutcomeReport report) => report.Scores.Select((m, i) =>
        (m, m.Model.IsClinicalScore ? new LineStyle("#555555", "6 3", 1.3) : new LineStyle(Colors[i % Colors.Length], "", 1.8)));
}
