// Says in sentences what a figure is of where that is not plain, and why it has no value: an empty cell is never a riddle.
namespace MedAI.Streaming.Evaluation.Metrics;

/// <summary>The notes beside the figures of one model.</summary>
internal static class FigureNotes
{
    /// <summary>One sentence for each thing to know.</summary>
    public static IEnumerable<string> On(ModelFigures figures) => [.. OnHours(figures), .. OnAlarms(figures)];

    private static IEnumerable<string> OnHours(ModelFigures figures)
    {
        var labelled = figures.Prevalence.Value ?? 0;
        if (labelled == 0) yield return "No hour is labelled: there is no AUROC, AUPRC, utility or sensitivity to compare at.";
        if (labelled == 1) yield return "Every hour is labelled: there is no AUROC.";
        if (!figures.Model.IsProbability) yield return "The score is no probability: there is no Brier score, ECE or calibration slope.";
        if (figures.Model.IsProbability && figures.CalibrationSlope.Value is null)
        {
            yield return "There is no calibration slope: with one label, one risk, or labels that the risk separates, the likelihood "
                + "has no maximum.";
        }

        if (figures.Model.Frozen?.Utility is null)
            yield return "The score brings no utility threshold: there is no utility, sensitivity, precision or F1 of hours.";
    }

    private static IEnumerable<string> OnAlarms(ModelFigures figures)
    {
        if (!figures.Model.AlarmScores.IsDefaultOrEmpty)
        {
            yield return "Alarms are decided by the model's alarm score, its risk held against the patient's own recent level; figures over hours "
                + "are of the risk.";
        }

        foreach (var note in OnMatched(figures, figures.Alarms, "")) yield return note;
        foreach (var note in OnMatched(figures, figures.Rearmed, ", re-armed")) yield return note;
        if (figures.Alarms.Frozen is null)
            yield return "The score brings no alert threshold: there are no alarms at a frozen threshold.";
        else if (figures.Alarms.Frozen.Nne.Value is null)
            yield return "At the frozen threshold no alarm is a hit: there is no number needed to evaluate and no lead.";
    }

    private static IEnumerable<string> OnMatched(ModelFigures figures, CountedAlarms alarms, string counting)
    {
        foreach (var (burden, level) in ((AlarmBurden?, int)[])[(alarms.AtNews2Ge5, 5), (alarms.AtNews2Ge7, 7)])
        {
            if (burden is null && figures.Prevalence.Value > 0)
                yield return $"No threshold finds as many septic patients as NEWS2 >= {level} does{counting}: there are no alarms to compare.";
            else if (burden is { Nne.Value: null })
                yield return $"At NEWS2 >= {level}'s sensitivity{counting} no alarm is a hit: there is no number needed to evaluate and no lead.";
        }
    }
}
