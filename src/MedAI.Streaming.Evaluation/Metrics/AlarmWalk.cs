// The alarm rule: at or above the threshold, six hours or more after the patient's last alarm, and by crossings only if it was below.
namespace MedAI.Streaming.Evaluation.Metrics;

/// <summary>
/// What the rule remembers of one patient while it walks over the scored hours. There is no hysteresis. Starts as
/// <see cref="Start"/>.
/// </summary>
internal struct AlarmWalk
{
    /// <summary>Hours after an alarm in which the same patient cannot alarm again.</summary>
    public const int LockOutHours = 6;

    /// <summary>Hours before onset in which an alarm of a septic patient is a hit, both ends included.</summary>
    public const int HitWindowHours = 12;

    private bool _rearmed;
    private bool _above;
    private long _last;

    /// <summary>A patient of whom nothing has been seen.</summary>
    public static AlarmWalk Start(AlarmRule rule) => new() { _rearmed = rule == AlarmRule.Rearmed, _last = int.MinValue };

    /// <summary>Whether the next scored hour alarms.</summary>
    public bool Alarms(int hour, double score, double threshold)
    {
        var now = score >= threshold;
        var alarm = now && (_rearmed || !_above) && hour - _last >= LockOutHours;
        if (alarm) _last = hour;
        _above = now;
        return alarm;
    }

    /// <summary>Whether an alarm at an hour is a hit of a patient with this onset.</summary>
    public static bool IsHit(int hour, int onset) => hour >= onset - HitWindowHours && hour <= onset;
}
