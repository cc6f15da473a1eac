// Short names of rules and priorities for narrow columns.
using MedAI.Streaming.Domain.Alerts;
using MedAI.Streaming.Domain.Vitals;

namespace MedAI.Streaming.Host.View;

/// <summary>Names for people.</summary>
internal static class RuleLabel
{
    /// <summary>A rule's name: <c>limit.spo2.low</c> is "SpO2 low", <c>score.news2</c> is "NEWS2".</summary>
    public static string Of(string rule)
    {
        var parts = rule.Split('.');
        return parts switch
        {
            ["score", "news2"] => "NEWS2",
            ["score", "mews"] => "MEWS",
            ["score", "qsofa"] => "qSOFA",
            ["model", .. var name] => string.Join('.', name),
            [_, _, ..] => string.Join(' ', parts.Skip(1).Select(Word)),
            _ => rule,
        };
    }

    /// <summary>The tone of an alarm shown as a block.</summary>
    public static Tone Block(AlertPriority priority) => priority switch
    {
        AlertPriority.High => Tone.High,
        AlertPriority.Medium => Tone.Medium,
        AlertPriority.Low => Tone.Low,
        _ => Tone.Dim,
    };

    /// <summary>The tone of text about an alarm.</summary>
    public static Tone Text(AlertPriority priority) => priority switch
    {
        AlertPriority.High => Tone.HighText,
        AlertPriority.Medium => Tone.MediumText,
        AlertPriority.Low => Tone.LowText,
        _ => Tone.Dim,
    };

    /// <summary>A priority in at most four letters, so that colour is never the only sign.</summary>
    public static string Short(AlertPriority priority) => priority switch
    {
        AlertPriority.High => "HIGH",
        AlertPriority.Medium => "MED",
        AlertPriority.Low => "LOW",
        _ => "none",
    };

    private static string Word(string part) =>
        VitalSignCatalogue.TryParse(part, out var vital) ? VitalSignCatalogue.Info(vital).Label : part.Replace('_', ' ');
}
