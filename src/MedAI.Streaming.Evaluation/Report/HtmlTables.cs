// The tables of the page: figures over hours, alarms at NEWS2's sensitivity, alarms at frozen thresholds.
using MedAI.Streaming.Evaluation.Metrics;

namespace MedAI.Streaming.Evaluation.Report;

/// <summary>Every number with its interval in small print below it.</summary>
internal static class HtmlTables
{
    /// <summary>Ranking, calibration and utility.</summary>
    public static Markup Hours(EvaluationReport report) => Table(
        report, "hours", "Figures over hours (95 % interval below)",
        ["AUROC", "AUPRC", "utility", "sensitivity", "precision", "F1", "Brier", "ECE", "calibration slope"],
        m =>
        [
            Cell(m.Auroc, 3), Cell(m.Auprc, 3), Cell(m.Utility, 3), Cell(m.Sensitivity, 3), Cell(m.Precision, 3), Cell(m.F1, 3),
            Cell(m.Brier, 4), Cell(m.Ece, 4), Cell(m.CalibrationSlope, 2),
        ]);

    /// <summary>Alarms where a score finds as many septic patients as NEWS2 does.</summary>
    public static Markup Matched(EvaluationReport report, AlarmRule rule)
    {
        var news2 = report.Evaluator.News2(rule);
        var (at5, at7) = (news2.AtNews2Ge5, news2.AtNews2Ge7);
        return Table(
            report,
            rule == AlarmRule.Rearmed ? "matched-rearmed" : "matched",
            $"Alarms {(rule == AlarmRule.Rearmed ? "(re-armed) " : "")}needed to find as many septic patients as NEWS2 >= 5 (sensitivity "
                + $"{Numbers.Fixed(at5?.Sensitivity.Value, 3)}) and as NEWS2 >= 7 ({Numbers.Fixed(at7?.Sensitivity.Value, 3)})",
            [
                "NEWS2 >= 5: alarms per patient-day", "of NEWS2's", "NEWS2 >= 7: alarms per patient-day", "of NEWS2's",
                "false alarms per patient-day", "number needed to evaluate", "median lead, h", "threshold",
            ],
            m =>
            {
                var (alarms, own7) = (m.AlarmsBy(rule), m.AlarmsBy(rule).AtNews2Ge7);
                return
                [
                    PerDay(alarms.AtNews2Ge5, alarms), Ratio(alarms.AtNews2Ge5, at5), PerDay(own7, alarms), Ratio(own7, at7),
                    Cell(own7?.FalseAlarmsPerPatientDay, 3), Cell(own7?.Nne, 1), Cell(own7?.LeadMedian, 1),
                    Plain(Numbers.Threshold(own7?.Threshold)),
                ];
            });
    }

    /// <summary>Alarms at the thresholds that models bring with them.</summary>
    public static Markup Frozen(EvaluationReport report) => Table(
        report, "frozen", "Alarms at the frozen thresholds",
        [
            "alert threshold", "sensitivity", "alarms per patient-day", "false alarms per patient-day", "number needed to evaluate",
            "median lead, h", "re-armed: sensitivity", "re-armed: alarms per patient-day", "utility threshold",
        ],
        m =>
        [
            Plain(Numbers.Threshold(m.Model.Frozen?.Alert)), Cell(m.Alarms.Frozen?.Sensitivity, 3),
            Cell(m.Alarms.Frozen?.AlarmsPerPatientDay, 3), Cell(m.Alarms.Frozen?.FalseAlarmsPerPatientDay, 3), Cell(m.Alarms.Frozen?.Nne, 1),
            Cell(m.Alarms.Frozen?.LeadMedian, 1), Cell(m.Rearmed.Frozen?.Sensitivity, 3), Cell(m.Rearmed.Frozen?.AlarmsPerPatientDay, 3),
            Plain(Numbers.Threshold(m.Model.Frozen?.Utility)),
        ]);

    // The heading stands outside what scrolls sideways on a narrow screen; a caption would be cut.
    private static Markup Table(EvaluationReport report, string id, string caption, string[] columns, Func<ModelFigures, string[]> cells)
    {
        var html = new Markup()
            .Add($"""<h3 id="table-{id}">{Markup.Encode(caption)}</h3>{'\n'}""")
            .Add($"""<div class="table"><table aria-labelledby="table-{id}">{'\n'}""")
            .Add($"""<thead><tr><th scope="col">model</th><th scope="col">inputs</th>""");
        foreach (var column in columns) html.Add($"""<th scope="col">{Markup.Encode(column)}</th>""");
        html.Add($"</tr></thead>\n<tbody>\n");
        foreach (var m in report.Models)
        {
            html.Add($"""<tr><th scope="row">{Markup.Encode(m.Model.Name)} <small>{Markup.Encode(m.Model.Version)}</small></th>""")
                .Add($"<td>{m.Model.Inputs}</td>");
            foreach (var cell in cells(m)) html.Add($"{cell}");
            html.Add($"</tr>\n");
        }

        return html.Add($"</tbody></table></div>\n");
    }

    internal static string Cell(Figure? figure, int digits) => figure is { Value: { } value } known
        ? $"<td>{Numbers.Fixed(value, digits)}<small>{Numbers.Range(known.Interval95, digits)}</small></td>"
        : Plain(Numbers.None);

    // Where no threshold is sensitive enough, the cell says how near the score comes.
    private static string PerDay(AlarmBurden? own, CountedAlarms alarms) => own is null && alarms.MostSensitive?.Sensitivity.Value is { } most
        ? $"<td>{Numbers.None}<small>finds {Numbers.Fixed(most, 3)}</small></td>"
        : Cell(own?.AlarmsPerPatientDay, 3);

    private static string Ratio(AlarmBurden? own, AlarmBurden? news2) =>
        own?.AlarmsPerPatientDay.Value / news2?.AlarmsPerPatientDay.Value is { } ratio && double.IsFinite(ratio)
            ? Plain($"{Numbers.Fixed(ratio, 2)}×")
            : Plain(Numbers.None);

    internal static string Plain(string text) => $"<td>{text}</td>";
}
