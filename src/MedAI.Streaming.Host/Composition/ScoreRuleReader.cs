// Makes the rules on scores of their nodes, over the defaults.
using MedAI.Streaming.Domain.Alerts;

namespace MedAI.Streaming.Host.Composition;

/// <summary>Reads rules on scores.</summary>
internal sealed class ScoreRuleReader(SettingValues values, List<ConfigurationError> errors)
{
    /// <summary>The default rule of a score by its name in the configuration.</summary>
    public static ScoreRule Default(string name) => name switch
    {
        "news2" => DefaultRules.News2,
        "mews" => DefaultRules.Mews,
        "qsofa" => DefaultRules.QSofa,
        _ => DefaultRules.ShockIndex,
    };

    /// <summary>Levels as JSON.</summary>
    public static string LevelsText(ScoreRule rule)
    {
        var levels = rule.Levels.Select(level =>
            $"{{\"threshold\":{ConfigurationKey.Format(level.Threshold)},\"priority\":\"{Word(level.Priority)}\"}}");
        return $"[{string.Join(",", levels)}]";
    }

    /// <summary>The rule of a score by its name in the configuration.</summary>
    public ScoreRule Read(string name)
    {
        var section = $"scores.{name}";
        var rule = Default(name);
        if (values.Node($"{section}.levels") is { Faulty: false } list)
        {
            rule = rule with { Levels = new LevelReader(errors).Read(list, $"{section}.levels", rising: true) ?? rule.Levels };
        }

        rule = rule with
        {
            SingleParameter = ConfigurationKeys.Find($"{section}.singleParameter") is null
                ? rule.SingleParameter
                : values.Priority($"{section}.singleParameter"),
            Hysteresis = values.NumberOrNull($"{section}.hysteresis") ?? 0,
            ClearSeconds = values.Whole($"{section}.clearSeconds"),
            Latching = values.Flag($"{section}.latching"),
            Enabled = values.Flag($"{section}.enabled"),
        };
        CheckHysteresis(section, rule);
        return rule;
    }

    private void CheckHysteresis(string section, ScoreRule rule)
    {
        // A score is never below zero, so a hysteresis as large as the first threshold would never let it clear.
        var first = rule.Levels[0].Threshold;
        var distance = double.MaxValue;
        for (var i = 1; i < rule.Levels.Count; i++)
        {
            distance = Math.Min(distance, rule.Levels[i].Threshold - rule.Levels[i - 1].Threshold);
        }

        var node = values.Node($"{section}.hysteresis") ?? values.Node($"{section}.levels");
        if (node is null or { Faulty: true } || (rule.Hysteresis <= distance && rule.Hysteresis < first))
            return;

        var allowed = distance < first
            ? $"from 0 to {ConfigurationKey.Format(distance)}"
            : $"from 0 to below {ConfigurationKey.Format(first)}";
        errors.Add(new(
            $"{section}.hysteresis", node.Line, ConfigurationKey.Format(rule.Hysteresis), allowed,
            "It may be at most the distance between two levels and must be below the first threshold; give a smaller one."));
    }

    private static string Word(AlertPriority priority) => priority switch
    {
        AlertPriority.Low => "low",
        AlertPriority.Medium => "medium",
        _ => "high",
    };
}
