// Makes limit rules of their nodes: what is not given is inherited from the rule of the same id, and the whole must make sense.
using System.Globalization;
using MedAI.Streaming.Domain.Alerts;
using MedAI.Streaming.Domain.Vitals;

namespace MedAI.Streaming.Host.Composition;

/// <summary>A rule as it holds in one place, and where it was written.</summary>
/// <param name="Rule">The rule with everything inherited filled in.</param>
/// <param name="Key">The key of its entry.</param>
/// <param name="Node">The entry.</param>
internal readonly record struct WrittenRule(LimitRule Rule, string Key, ConfigurationNode Node);

/// <summary>Reads lists of limit rules.</summary>
internal sealed class LimitRuleReader(List<ConfigurationError> errors)
{
    // Rules on scores, on the model and on the equipment have ids that begin so, and an id names one rule.
    private static readonly string[] Reserved = ["score.", "model.", "technical."];

    /// <summary>Reads a list.</summary>
    /// <param name="list">The list's node, or null where there is none.</param>
    /// <param name="key">Its key.</param>
    /// <param name="inherited">The rules it changes.</param>
    /// <param name="mayAdd">Whether an id that is not inherited makes a new rule (at the site) or is an error (below it).</param>
    public IReadOnlyList<WrittenRule> Read(ConfigurationNode? list, string key, IReadOnlyList<LimitRule> inherited, bool mayAdd)
    {
        var rules = new List<WrittenRule>();
        var firsts = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < (list?.Items.Count ?? 0); i++)
        {
            var node = list!.Items[i];
            var at = string.Create(CultureInfo.InvariantCulture, $"{key}[{i}]");
            if (node.Kind != NodeKind.Object || Id(node, at) is not { } id)
                continue;

            if (!firsts.TryAdd(id.Text, at))
            {
                Report(id, $"{at}.id", "each id once in its list",
                    $"Put both into one entry, or choose another id; the first is {firsts[id.Text]}.");
                continue;
            }

            var parent = inherited.FirstOrDefault(rule => rule.Id == id.Text);
            if (parent is null && !mayAdd)
            {
                var ids = inherited.Select(rule => rule.Id);
                var nearest = ConfigurationPath.Nearest(id.Text, ids);
                var advice = nearest is null
                    ? "Add the rule to the site's limits first."
                    : $"Did you mean {nearest}? Else add the rule to the site's limits first.";
                Report(id, $"{at}.id", "the id of one of the site's rules", advice);
            }
            else if (!node.Faulty && Complete(node, at, parent) && Rule(node, at, id.Text, parent) is { } rule)
            {
                rules.Add(new WrittenRule(rule, at, node));
            }
        }

        return rules;
    }

    private ConfigurationNode? Id(ConfigurationNode node, string at)
    {
        const string Allowed = "1 to 64 of the characters a-z, 0-9, dot, underscore and hyphen";
        var id = node["id"];
        if (id is null)
        {
            errors.Add(new($"{at}.id", node.Line, "nothing", Allowed, "Give the rule an id, for example limit.spo2.low."));
            return null;
        }

        if (id.Faulty)
            return null;

        if (Reserved.FirstOrDefault(word => id.Text.StartsWith(word, StringComparison.Ordinal)) is { } reserved)
        {
            Report(id, $"{at}.id", $"an id that does not begin with {reserved}",
                "The program names its own rules so; begin it with limit.");
            return null;
        }

        if (id.Text.Length is > 0 and <= 64
            && id.Text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '.' or '_' or '-'))
            return id;

        Report(id, $"{at}.id", Allowed, "Choose an id of these characters.");
        return null;
    }

    private bool Complete(ConfigurationNode node, string at, LimitRule? parent)
    {
        string[] needed = parent is null ? ["vital", "side", "levels"] : [];
        var missing = needed.Where(name => node[name] is null).ToArray();
        foreach (var name in missing)
        {
            var row = ConfigurationKeys.Find($"limits[].{name}")!;
            errors.Add(new(
                $"{at}.{name}", node.Line, "nothing", row.Allowed,
                "A rule with a new id needs it; or correct the id to change a known rule."));
        }

        foreach (var name in new[] { "vital", "side" })
        {
            if (parent is null || node[name] is not { } given)
                continue;

            var word = name == "vital" ? VitalSignCatalogue.Info(parent.Vital).Key : SideWord(parent.Side);
            if (given.Text != word)
            {
                Report(given, $"{at}.{name}", $"{word}, as the rule of this id has it",
                    "Leave it out, or make a rule with another id at the site.");
                return false;
            }
        }

        return missing.Length == 0;
    }

    private LimitRule? Rule(ConfigurationNode node, string at, string id, LimitRule? parent)
    {
        var vital = parent?.Vital ?? Vital(node["vital"]!.Text);
        var side = parent?.Side ?? (node["side"]!.Text == "above" ? LimitSide.Above : LimitSide.Below);
        var levels = parent?.Levels ?? [];
        if (node["levels"] is { } given)
        {
            var reader = new LevelReader(errors);
            if (reader.Read(given, $"{at}.levels", side == LimitSide.Above) is not { } read
                || !Plausible(given, at, read, vital, side))
                return null;

            levels = read;
        }

        var rule = new LimitRule { Id = id, Vital = vital, Side = side, Levels = levels };
        rule = rule with
        {
            DelaySeconds = (int)Number(node["delaySeconds"], parent?.DelaySeconds ?? rule.DelaySeconds),
            Hysteresis = Number(node["hysteresis"], parent?.Hysteresis ?? rule.Hysteresis),
            Latching = Flag(node["latching"], parent?.Latching ?? rule.Latching),
            Enabled = Flag(node["enabled"], parent?.Enabled ?? rule.Enabled),
        };
        return Hysteresis(node, at, rule) ? rule : null;
    }

    // A threshold at the edge of the range can never be passed, because what lies beyond it is refused as implausible.
    private bool Plausible(ConfigurationNode list, string at, IReadOnlyList<AlertLevel> levels, VitalSign vital, LimitSide side)
    {
        var info = VitalSignCatalogue.Info(vital);
        var good = true;
        for (var i = 0; i < levels.Count; i++)
        {
            var threshold = levels[i].Threshold;
            var reachable = side == LimitSide.Above
                ? threshold >= info.Low && threshold < info.High
                : threshold > info.Low && threshold <= info.High;
            if (reachable)
                continue;

            good = false;
            var (from, until) = (ConfigurationKey.Format(info.Low), ConfigurationKey.Format(info.High));
            var allowed = side == LimitSide.Above
                ? $"from {from} to below {until} {Units.Code(info.Unit)}"
                : $"above {from} to {until} {Units.Code(info.Unit)}";
            var key = string.Create(CultureInfo.InvariantCulture, $"{at}.levels[{i}].threshold");
            Report(list.Items[i]["threshold"]!, key, allowed,
                $"Give a threshold that {info.Key} can pass; values outside its plausible range are refused.");
        }

        return good;
    }

    private bool Hysteresis(ConfigurationNode node, string at, LimitRule rule)
    {
        var info = VitalSignCatalogue.Info(rule.Vital);
        var most = rule.Side == LimitSide.Above ? rule.Levels[0].Threshold - info.Low : info.High - rule.Levels[0].Threshold;
        for (var i = 1; i < rule.Levels.Count; i++)
        {
            most = Math.Min(most, Math.Abs(rule.Levels[i].Threshold - rule.Levels[i - 1].Threshold));
        }

        if (rule.Hysteresis <= most)
            return true;

        var found = node["hysteresis"]?.Found ?? $"{ConfigurationKey.Format(rule.Hysteresis)} (inherited)";
        errors.Add(new(
            $"{at}.hysteresis", (node["hysteresis"] ?? node).Line, found, $"from 0 to {ConfigurationKey.Format(most)}",
            "It may be at most the distance between two levels, and must leave room to clear in the plausible range."));
        return false;
    }

    private static VitalSign Vital(string key) =>
        VitalSignCatalogue.TryParse(key, out var vital)
            ? vital
            : throw new InvalidOperationException($"the check let {key} pass");

    private static string SideWord(LimitSide side) => side == LimitSide.Above ? "above" : "below";

    private static double Number(ConfigurationNode? node, double otherwise) =>
        node is null ? otherwise : double.Parse(node.Text, CultureInfo.InvariantCulture);

    private static bool Flag(ConfigurationNode? node, bool otherwise) => node is null ? otherwise : node.Text == "true";

    private void Report(ConfigurationNode node, string key, string allowed, string advice) =>
        errors.Add(new(key, node.Line, node.Found, allowed, advice));
}
