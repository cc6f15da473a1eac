// Says an explanation in words, for screens and pages.
using System.Globalization;
using System.Text;
using MedAI.Streaming.Pipeline.Scoring;

namespace MedAI.Streaming.Pipeline.Explaining;

/// <summary>Writes what the sentence of an alert says of its explanation.</summary>
public static class ExplanationText
{
    private const int MaxInputs = 3;

    /// <summary>
    /// For example <c>up 0.12 in 1 h; moved by respiratory rate 31 /min (high, +0.84), lactate 4.2 mmol/L (high, +0.51); given age 81 (+0.30); looked at 2 h ago (40 %)</c>.
    /// </summary>
    public static string Of(Explanation explanation)
    {
        var text = new StringBuilder();
        if (!double.IsNaN(explanation.RiskChange))
        {
            var change = Number(Math.Abs(explanation.RiskChange), "0.###");
            text.Append(change == "0" ? "unchanged" : explanation.RiskChange < 0 ? "down " : "up ").Append(change == "0" ? "" : change)
                .Append(" in ").Append(Number(explanation.HoursBefore, "0.##")).Append(" h");
        }

        Append(text, "moved by ", explanation.Contributions);
        Append(text, "given ", explanation.Background);
        if (explanation.Attention is [var most, ..])
        {
            text.Append(text.Length > 0 ? "; looked at " : "looked at ")
                .Append(most.HoursAgo == 0 ? "this hour" : Number(most.HoursAgo, "0.#") + " h ago")
                .Append(" (").Append(Number(most.Share * 100, "0")).Append(" %)");
        }

        return text.ToString();
    }

    /// <summary>The same behind the risk, where the alert was decided by an alarm score; <c>risk 0.31, up 0.12 in 1 h</c> and so on.</summary>
    internal static string Of(ModelScore score, Explanation? explanation)
    {
        var why = explanation is null ? "" : Of(explanation);
        return !score.HasAlarm ? why
            : "risk " + Number(score.Risk, "0.###") + (why.Length == 0 ? "" : explanation is { RiskChange: not double.NaN } ? ", " : "; ") + why;
    }

    /// <summary>The contributions as <c>key:+0.84</c>, joined by a space.</summary>
    public static string Contributions(Explanation? explanation) => string.Join(
        ' ', (explanation?.Contributions ?? []).Select(c => $"{c.Input}:{Number(c.Logit, "+0.00;-0.00")}"));

    private static void Append(StringBuilder text, string how, IReadOnlyList<InputContribution> contributions)
    {
        for (var i = 0; i < Math.Min(MaxInputs, contributions.Count); i++)
        {
            text.Append(i > 0 ? ", " : text.Length > 0 ? "; " : "").Append(i > 0 ? "" : how);
            Append(text, contributions[i]);
        }
    }

    private static void Append(StringBuilder text, InputContribution contribution)
    {
        var logit = Number(contribution.Logit, "+0.00;-0.00");
        switch (contribution.Input)
        {
            case "age_years":
                text.Append(CultureInfo.InvariantCulture, $"age {Number(contribution.Value, "0")} ({logit})");
                break;
            case "sex_male":
                text.Append(CultureInfo.InvariantCulture, $"sex {(contribution.Value > 0.5 ? "male" : "female")} ({logit})");
                break;
            case "hours_since_admission":
                text.Append(CultureInfo.InvariantCulture, $"{Number(contribution.Value, "0.#")} h since admission ({logit})");
                break;
            default:
                text.Append(contribution.Input.Replace('_', ' '));
                Value(text, contribution);
                text.Append(logit).Append(')');
                break;
        }
    }

    private static void Value(StringBuilder text, InputContribution contribution)
    {
        if (!double.IsNaN(contribution.Value))
        {
            var unit = contribution.Unit switch { "mm[Hg]" => "mmHg", "Cel" => "\u00b0C", ['{' or '[', ..] => "", var other => other };
            text.Append(' ').Append(Number(contribution.Value, "0.##")).Append(unit.Length > 0 ? " " : "").Append(unit);
        }

        text.Append(contribution.Direction switch
        {
            ValueDirection.High => " (high, ",
            ValueDirection.Low => " (low, ",
            _ => " (",
        });
    }

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
