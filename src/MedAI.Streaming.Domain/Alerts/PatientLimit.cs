// A patient's own limits: what a person may set for one patient, and what is wrong with it if it may not hold.
using System.Globalization;
using MedAI.Streaming.Domain.Vitals;

namespace MedAI.Streaming.Domain.Alerts;

/// <summary>
/// What holds for one patient instead of the limit rule of the same id. Vital sign, side, hysteresis and latching stay the rule's.
/// </summary>
/// <param name="Rule">Id of a limit rule of the site.</param>
/// <param name="Enabled">Whether the rule is in force for the patient.</param>
/// <param name="Levels">One to three levels; empty only where the rule is not in force.</param>
/// <param name="DelaySeconds">Condition delay, seconds of event time, 0..600; null: the rule's.</param>
public sealed record PatientLimit(string Rule, bool Enabled, IReadOnlyList<AlertLevel> Levels, int? DelaySeconds = null);

/// <summary>The one check of patients' own limits: whoever takes them in and whoever applies them must agree.</summary>
public static class PatientLimits
{
    /// <summary>The longest condition delay, seconds.</summary>
    public const int MaxDelaySeconds = 600;

    /// <summary>Says in words what is wrong with a patient's limits; null: they may hold.</summary>
    /// <remarks>It depends on the site's rules only, so that a change of ward never makes limits wrong that were right.</remarks>
    /// <param name="limits">The limits.</param>
    /// <param name="site">The limit rules of the site (<see cref="MonitorSettings.Limits"/>).</param>
    public static string? Problem(IReadOnlyList<PatientLimit> limits, IReadOnlyList<LimitRule> site)
    {
        for (var i = 0; i < limits.Count; i++)
        {
            var limit = limits[i];
            var rule = site.FirstOrDefault(r => r.Id == limit.Rule);
            var problem = rule is null ? "is not the id of a limit rule of this site"
                : limits.Take(i).Any(l => l.Rule == limit.Rule) ? "is named twice; put both into one entry"
                : Problem(limit, rule);
            if (problem is not null)
            {
                return $"limits[{i.ToString(CultureInfo.InvariantCulture)}]: '{Beginning(limit.Rule)}' {problem}";
            }
        }

        return Opposed(limits, site);
    }

    /// <summary>The rule as it holds for the patient.</summary>
    internal static LimitRule Over(this PatientLimit own, LimitRule rule)
    {
        var levels = own.Levels.Count > 0 ? own.Levels : rule.Levels;
        return rule with
        {
            Enabled = own.Enabled,
            Levels = levels,
            DelaySeconds = own.DelaySeconds ?? rule.DelaySeconds,
            Hysteresis = Math.Min(rule.Hysteresis, Room(rule, levels)),
        };
    }

    private static string? Problem(PatientLimit limit, LimitRule rule)
    {
        if (limit.DelaySeconds is < 0 or > MaxDelaySeconds)
        {
            return $"has a delay of {Number(limit.DelaySeconds.Value)} s; it must be from 0 to {Number(MaxDelaySeconds)} s";
        }

        if (limit.Levels.Count > LimitRule.MaxLevels || (limit.Enabled && limit.Levels.Count == 0))
        {
            return $"has {Number(limit.Levels.Count)} levels; it must have 1 to {Number(LimitRule.MaxLevels)}";
        }

        for (var i = 0; i < limit.Levels.Count; i++)
        {
            var level = limit.Levels[i];
            var before = i == 0 ? (AlertLevel?)null : limit.Levels[i - 1];
            var problem = Reach(level, rule) ?? (before is { } last ? Order(last, level, rule.Side) : null);
            if (problem is not null)
            {
                return $"level {Number(i + 1)} {problem}";
            }
        }

        return null;
    }

    // A threshold at or beyond the edge of the plausible range can never be passed: what lies beyond is refused as implausible.
    private static string? Reach(AlertLevel level, LimitRule rule)
    {
        var info = VitalSignCatalogue.Info(rule.Vital);
        var reachable = rule.Side == LimitSide.Above
            ? level.Threshold >= info.Low && level.Threshold < info.High
            : level.Threshold > info.Low && level.Threshold <= info.High;
        if (!reachable)
        {
            var range = rule.Side == LimitSide.Above
                ? $"from {Number(info.Low)} to below {Number(info.High)}"
                : $"above {Number(info.Low)} to {Number(info.High)}";
            return $"has the threshold {Number(level.Threshold)}; it must be {range} {Units.Code(info.Unit)}, so that a reading can pass it";
        }

        return level.Priority is AlertPriority.None or > AlertPriority.High ? "must have the priority low, medium or high" : null;
    }

    private static string? Order(AlertLevel last, AlertLevel level, LimitSide side)
    {
        var further = side == LimitSide.Above ? level.Threshold > last.Threshold : level.Threshold < last.Threshold;
        return further && level.Priority > last.Priority
            ? null
            : "must be more extreme and more urgent than the level before it";
    }

    // A low limit at or above a high one leaves no value between them: such a patient would alarm for ever.
    private static string? Opposed(IReadOnlyList<PatientLimit> limits, IReadOnlyList<LimitRule> site)
    {
        var rules = limits.Where(l => l.Enabled).Select(l => l.Over(site.First(r => r.Id == l.Rule))).ToArray();
        foreach (var low in rules.Where(r => r.Side == LimitSide.Below))
        {
            foreach (var high in rules.Where(r => r.Side == LimitSide.Above && r.Vital == low.Vital))
            {
                if (low.Levels[0].Threshold >= high.Levels[0].Threshold)
                {
                    return $"'{low.Id}' begins at {Number(low.Levels[0].Threshold)} and '{high.Id}' at {Number(high.Levels[0].Threshold)}; "
                        + "a low limit must lie below the high limit of its vital sign";
                }
            }
        }

        return null;
    }

    // The widest hysteresis that these levels can bear: levels stay apart, and there is a plausible value at which all is over.
    private static double Room(LimitRule rule, IReadOnlyList<AlertLevel> levels)
    {
        var info = VitalSignCatalogue.Info(rule.Vital);
        var room = rule.Side == LimitSide.Above ? levels[0].Threshold - info.Low : info.High - levels[0].Threshold;
        for (var i = 1; i < levels.Count; i++)
        {
            room = Math.Min(room, Math.Abs(levels[i].Threshold - levels[i - 1].Threshold));
        }

        return room;
    }

    private static string Beginning(string text) => text.Length <= 64 ? text : text[..64] + "...";

    private static string Number(double number) => number.ToString("0.###", CultureInfo.InvariantCulture);
}
