// A limit on one vital sign: the levels at which it alarms and how it behaves around them.
using MedAI.Streaming.Domain.Vitals;

namespace MedAI.Streaming.Domain.Alerts;

/// <summary>On which side of its threshold a limit alarms.</summary>
public enum LimitSide : byte
{
    /// <summary>Alarms when the value is greater than the threshold.</summary>
    Above = 0,

    /// <summary>Alarms when the value is less than the threshold.</summary>
    Below = 1,
}

/// <summary>A threshold and the priority it calls for.</summary>
/// <param name="Threshold">In the vital sign's own unit, or in points of the score.</param>
/// <param name="Priority">Low, medium or high.</param>
public readonly record struct AlertLevel(double Threshold, AlertPriority Priority);

/// <summary>A limit rule.</summary>
public sealed record LimitRule
{
    /// <summary>The most levels a rule may have.</summary>
    public const int MaxLevels = 3;

    /// <summary>Id, for example <c>limit.spo2.low</c>.</summary>
    public required string Id { get; init; }

    /// <summary>The vital sign.</summary>
    public required VitalSign Vital { get; init; }

    /// <summary>The side.</summary>
    public required LimitSide Side { get; init; }

    /// <summary>One to three levels, each more extreme and more urgent than the one before.</summary>
    public required IReadOnlyList<AlertLevel> Levels { get; init; }

    /// <summary>Event time for which readings must be beyond a level before it alarms, seconds; charted readings alarm at once.</summary>
    public int DelaySeconds { get; init; } = 10;

    /// <summary>How far inside a threshold the value must be before the level is over, in the vital sign's unit.</summary>
    public double Hysteresis { get; init; }

    /// <summary>Whether the alarm stays, once its condition is over, until somebody acknowledges it.</summary>
    public bool Latching { get; init; }

    /// <summary>Whether the rule is in force.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>Rules are equal that say the same, level by level.</summary>
    public bool Equals(LimitRule? other) =>
        ReferenceEquals(this, other)
        || (other is not null && Id == other.Id && Vital == other.Vital && Side == other.Side && Levels.SequenceEqual(other.Levels)
            && DelaySeconds == other.DelaySeconds && Hysteresis.Equals(other.Hysteresis) && Latching == other.Latching
            && Enabled == other.Enabled);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Id, Levels.Count, DelaySeconds, Enabled);
}

/// <summary>A rule on a score: the levels at which it alarms, and when it is over.</summary>
public sealed record ScoreRule
{
    /// <summary>Id, for example <c>score.news2</c> or <c>model.sepsis</c>.</summary>
    public required string Id { get; init; }

    /// <summary>One to three levels, each higher and more urgent than the one before; reached when the score is at least the threshold.</summary>
    public required IReadOnlyList<AlertLevel> Levels { get; init; }

    /// <summary>Priority when a single parameter scores its highest points (NEWS2's red score); none: not an alarm by itself.</summary>
    public AlertPriority SingleParameter { get; init; } = AlertPriority.None;

    /// <summary>The score must be this far below a threshold before the level is over.</summary>
    public double Hysteresis { get; init; }

    /// <summary>Event time for which complete scores must stay below before a level is over, seconds.</summary>
    public int ClearSeconds { get; init; } = 300;

    /// <summary>Whether the alarm stays, once its condition is over, until somebody acknowledges it.</summary>
    public bool Latching { get; init; }

    /// <summary>Whether the rule is in force; a score without a rule in force is still computed and stored.</summary>
    public bool Enabled { get; init; } = true;
}
