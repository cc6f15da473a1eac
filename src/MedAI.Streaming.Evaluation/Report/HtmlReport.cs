// The report as one HTML page, for people: tables, plots, and in plain words what each figure means.
using MedAI.Streaming.Evaluation.Metrics;

namespace MedAI.Streaming.Evaluation.Report;

/// <summary>Builds the page; it loads nothing and runs no script.</summary>
internal static class HtmlReport
{
    internal const string Style = """
        :root { color-scheme: light; }
        body { font: 15px/1.45 system-ui, sans-serif; color: #111; background: #fff; margin: 1.5rem auto; max-width: 1480px; padding: 0 1rem; }
        h1 { font-size: 1.6rem; margin-bottom: .3rem; }
        h2 { font-size: 1.2rem; margin: 2rem 0 .3rem; }
        h3 { font-size: 1rem; margin: 1.2rem 0 .3rem; }
        p, dd, li { max-width: 75ch; }
        .warning { border: 2px solid #111; padding: .6rem .8rem; }
        .table, .plot { overflow-x: auto; }
        .table { margin-bottom: 1rem; }
        table { border-collapse: collapse; }
        caption { text-align: left; font-weight: 600; padding: .3rem 0; }
        th, td { border-bottom: 1px solid #ccc; padding: .25rem .6rem; text-align: right; vertical-align: top; }
        th { font-weight: 600; }
        td { font-variant-numeric: tabular-nums; }
        thead th { border-bottom: 2px solid #333; max-width: 9rem; }
        th:first-child, td:nth-child(2), thead th:nth-child(2) { text-align: left; }
        th:first-child { white-space: nowrap; max-width: none; position: sticky; left: 0; background: #fff; }
        td small { display: block; color: #444; white-space: nowrap; }
        .plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 600px), 1fr)); gap: 1rem; }
        .leads { display: grid; grid-template-columns: repeat(auto-fill, minmax(230px, 1fr)); gap: .6rem; }
        svg { display: block; width: 100%; height: auto; max-width: 760px; }
        .plot svg { min-width: 580px; }
        .leads .plot svg { min-width: 0; }
        dl { columns: 2 34rem; column-gap: 3rem; }
        dl div { break-inside: avoid; padding-bottom: .5rem; }
        dt { font-weight: 600; break-after: avoid; }
        dd { margin-left: 1.2rem; }
        @media (max-width: 40rem) {
          body { margin: .8rem auto; }
          th, td { padding: .25rem .4rem; }
          th:first-child { white-space: normal; max-width: 8rem; overflow-wrap: break-word; }
        }
        @media print {
          body { font-size: 10px; max-width: none; margin: 0; }
          .plot svg { min-width: 0; }
          th, td { padding: .15rem .3rem; }
          svg, tr { break-inside: avoid; }
          h2 { break-after: avoid; }
          .plots { grid-template-columns: 1fr 1fr; }
          .leads { grid-template-columns: repeat(5, 1fr); }
          @page { size: A4 landscape; margin: 12mm; }
        }
        """;

    private static readonly (string Figure, string Meaning)[] Meanings =
    [
        ("AUROC", "Take a labelled and an unlabelled hour at random: how often the labelled one has the higher score. "
            + "0.5 is chance, 1 is perfect."),
        ("AUPRC", "Average precision: of the hours a score points at, how many are labelled, averaged over all sensitivities. "
            + "Chance is the prevalence."),
        ("Utility", "The PhysioNet/CinC Challenge 2019's worth of predictions: early ones gain, missed and false ones cost. "
            + "1 is perfect, 0 is as good as never predicting, below 0 is worse."),
        ("Sensitivity, precision, F1 (of hours)", "At the frozen utility threshold: the share of labelled hours found, the share of "
            + "found hours that are labelled, and their harmonic mean."),
        ("Brier", "Mean squared distance between risk and outcome: lower is better. Always saying the prevalence gives "
            + "prevalence x (1 - prevalence)."),
        ("ECE", "How far, on average, a risk is from the share of hours in which it came true: 0.01 is one percentage point."),
        ("Calibration slope", "1: risks are as spread out as they should be. Below 1: too extreme. Above 1: too timid."),
        ("Alarms per patient-day", "How often an alarm would sound for one patient in 24 h. An alarm is a rise of the score to its "
            + "threshold, at most once in 6 h."),
        ("Re-armed", "A second way of counting: a score that is still at or above its threshold 6 h after an alarm alarms again. NEWS2, to "
            + "which models are compared, is counted in the same way."),
        ("– finds 0.412", "No threshold finds as many septic patients as NEWS2 does; at best the score finds this share of them."),
        ("False alarms per patient-day", "The alarms that do not lie in the 12 h up to the onset of a septic patient."),
        ("Number needed to evaluate", "How many alarms have to be looked at for one that lies in the 12 h up to onset."),
        ("Sensitivity (of alarms)", "The share of septic patients with at least one alarm in the 12 h up to onset."),
        ("Median lead", "Hours from a septic patient's first alarm in the 12 h up to onset until onset, where there is such an alarm."),
    ];

    public static Markup Of(EvaluationReport report)
    {
        var charts = new Charts(report);
        var html = new Markup();
        AddHead(html, report);
        html.Add($"<h2>Figures</h2>\n").Add(HtmlTables.Hours(report)).Add(HtmlTables.Matched(report, AlarmRule.Crossing));
        html.Add(HtmlTables.Matched(report, AlarmRule.Rearmed)).Add(HtmlTables.Frozen(report));
        AddNotes(html, report.Models.SelectMany(m => m.Notes.Select(note => (note, m.Model.Name))));
        AddMeanings(html);
        AddPlots(html, "ROC", "The further a curve bends to the upper left, the better the score tells labelled from unlabelled hours. "
            + "The thick line is the model with the highest AUROC; clinical scores and time alone are grey.", "plots", charts.Roc());
        AddPlots(html, "Precision and recall", "How many of the hours that a score points at are labelled, the more of the labelled "
            + "hours it is to find. Higher is better; the grey line is what chance gives.", "plots", charts.PrecisionRecall());
        AddPlots(html, "Calibration", "Hours in 15 parts of equal size by rising risk: does what was promised come true? On the grey "
            + "line it does; below it risks are too high, above it too low.", "plots", charts.Calibration());
        AddPlots(html, "Alarm burden", "The alarms a ward would hear for the share of septic patients found in time; lower is better. "
            + "Each point of a curve is the highest threshold that finds so many. NEWS2 stands at its usual thresholds 5 and 7.",
            "plots", charts.Burden());
        AddPlots(html, "Alarm burden, re-armed", "The same, where a score that is still at or above the threshold alarms again every six hours. "
            + "By crossings a steady score that is right for hours alarms once, perhaps too early, and one that jumps up and down alarms "
            + "often; counted like this, both are heard as long as they last.", "plots", charts.Burden(AlarmRule.Rearmed));
        AddPlots(html, "Lead time", "At the sensitivity of NEWS2 >= 7, of the models that reach it: how many hours before onset the first "
            + "alarm in the 12 h up to onset came. Onset is at the right.", "leads", charts.Leads());
        html.Add(HtmlDrift.Of(report));
        return html.Add($"</main></body></html>\n");
    }

    private static void AddHead(Markup html, EvaluationReport report)
    {
        var (patients, septic, hours) = (report.Cohort.Patients.Length, report.Cohort.Positives, report.Cohort.Hours.Length);
        var labelled = 100.0 * report.Cohort.Labels.Count(label => label) / hours;
        var format = Markup.Encode(report.Format);
        html.Add($"""<!DOCTYPE html>{'\n'}<html lang="en"><head><meta charset="utf-8">{'\n'}""")
            .Add($"""<meta name="viewport" content="width=device-width, initial-scale=1">{'\n'}""")
            .Add($"<title>Evaluation of sepsis scores, {format}</title>\n<style>\n{Style}\n</style></head>\n<body><main>\n")
            .Add($"<h1>Evaluation of sepsis scores on {format}</h1>\n<p>{patients:N0} patients, {septic:N0} of them septic, ")
            .Add($"{hours:N0} scored hours; {labelled:0.00} % of hours are labelled (from 6&#160;h before onset). Intervals are the ")
            .Add($"percentiles 2.5 and 97.5 of {report.Draws} draws of patients with replacement, seed {report.Seed}.{Sentence(report.Readings)}</p>\n")
            .Add($"""<p class="warning"><strong>MedAI.Streaming is a secondary monitor.</strong> It does not replace the bedside """)
            .Add($"alarm, it is not a medical device, and it decides nothing. These figures describe recorded data of the past; they ")
            .Add($"promise nothing for another hospital, ward or kind of patient.</p>\n");
    }

    // What the scores could not rest on belongs beside the figures.
    internal static string Sentence(ReadingAccount? readings) => readings is null ? "" : $" {readings.InWords}.";

    internal static void AddNotes(Markup html, IEnumerable<(string Note, string Model)> found)
    {
        var notes = found.ToLookup(n => n.Note, n => n.Model);
        if (notes.Count == 0) return;
        html.Add($"<h2>Notes on the figures</h2>\n<ul>\n");
        foreach (var note in notes) html.Add($"<li>{Markup.Encode(note.Key)} ({Markup.Encode(string.Join(", ", note))})</li>\n");
        html.Add($"</ul>\n");
    }

    private static void AddMeanings(Markup html)
    {
        html.Add($"<h2>What the figures mean</h2>\n<dl>\n");
        foreach (var (figure, meaning) in Meanings) html.Add($"<div><dt>{figure}</dt><dd>{Markup.Encode(meaning)}</dd></div>\n");
        html.Add($"</dl>\n");
    }

    internal static void AddPlots(Markup html, string title, string meaning, string layout, IEnumerable<Markup> plots)
    {
        html.Add($"""<h2>{title}</h2>{'\n'}<p>{Markup.Encode(meaning)}</p>{'\n'}<div class="{layout}">{'\n'}""");
        foreach (var plot in plots) html.Add($"""<div class="plot">""").Add(plot).Add($"</div>\n");
        html.Add($"</div>\n");
    }
}
