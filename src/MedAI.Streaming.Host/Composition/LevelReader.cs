// Makes levels of their nodes: each must be more extreme and more urgent than the one before.
using System.Globalization;
using MedAI.Streaming.Domain.Alerts;

namespace MedAI.Streaming.Host.Composition;

/// <summary>Reads the levels of limit and score rules.</summary>
internal sealed class LevelReader(List<ConfigurationError> errors)
{
    /// <summary>Reads levels; null (and errors) where they are incomplete or out of order.</summary>
    /// <param name="list">A list of one to three objects; every value in it has passed the check by itself.</param>
    /// <param name="key">Its key.</param>
    /// <param name="rising">Whether more extreme means higher.</param>
    public IReadOnlyList<AlertLevel>? Read(ConfigurationNode list, string key, bool rising)
    {
        var before = errors.Count;
        var levels = new List<AlertLevel>();
        for (var i = 0; i < list.Items.Count; i++)
        {
            var node = list.Items[i];
            var at = string.Create(CultureInfo.InvariantCulture, $"{key}[{i}]");
            if (!Has(node, at, "threshold", "a number") || !Has(node, at, "priority", "low, medium or high"))
                continue;

            var level = new AlertLevel(
                double.Parse(node["threshold"]!.Text, CultureInfo.InvariantCulture),
                SettingValues.ParsePriority(node["priority"]!.Text));
            if (levels.Count > 0)
            {
                Grows(levels[^1], level, node, at, rising);
            }

            levels.Add(level);
        }

        return errors.Count == before ? levels : null;
    }

    private bool Has(ConfigurationNode node, string at, string name, string allowed)
    {
        if (node[name] is not null)
            return true;

        errors.Add(new($"{at}.{name}", node.Line, "nothing", allowed, "Every level needs a threshold and a priority."));
        return false;
    }

    private void Grows(AlertLevel last, AlertLevel level, ConfigurationNode node, string at, bool rising)
    {
        if (rising ? level.Threshold <= last.Threshold : level.Threshold >= last.Threshold)
        {
            var allowed = $"{(rising ? "above" : "below")} {ConfigurationKey.Format(last.Threshold)}";
            errors.Add(new(
                $"{at}.threshold", node["threshold"]!.Line, node["threshold"]!.Found, allowed,
                "Each level must be more extreme than the one before; put them in that order."));
        }

        if (level.Priority <= last.Priority)
        {
            var allowed = last.Priority == AlertPriority.High
                ? "nothing, since the level before is already high"
                : $"above {Word(last.Priority)}";
            errors.Add(new(
                $"{at}.priority", node["priority"]!.Line, node["priority"]!.Found, allowed,
                "Each level must be more urgent than the one before; raise it, or remove a level."));
        }
    }

    private static string Word(AlertPriority priority) => priority == AlertPriority.Low ? "low" : "medium";
}
