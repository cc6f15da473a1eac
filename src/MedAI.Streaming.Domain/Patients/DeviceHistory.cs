// The law of who wore a device when: intervals that never overlap, changed by decisions that say what they did or why not.
namespace MedAI.Streaming.Domain.Patients;

/// <summary>A time in which a patient wore a device.</summary>
/// <param name="Patient">Patient id.</param>
/// <param name="From">Event time from which it was theirs, ms since 1970.</param>
/// <param name="Until">Event time from which it was not any more, not before <paramref name="From"/>; null: they wear it.</param>
/// <param name="By">Who said so last.</param>
public sealed record WearInterval(string Patient, long From, long? Until, string By)
{
    /// <summary>Whether a reading of an event time is this patient's.</summary>
    public bool Covers(long eventTime) => eventTime >= From && (Until is not { } until || eventTime < until);
}

/// <summary>What a decision about a device came to.</summary>
public enum WearOutcome : byte
{
    /// <summary>The history changed.</summary>
    Changed,

    /// <summary>It already says so; a repeat is no error.</summary>
    Unchanged,

    /// <summary>Refused: the device was worn by somebody at or after the time from which it is to be worn.</summary>
    Overlap,

    /// <summary>Refused: the patient already wears it, from another time on.</summary>
    OtherBeginning,

    /// <summary>Refused: the end would lie before the beginning.</summary>
    Inverted,

    /// <summary>Refused: the patient took it off already, at another time.</summary>
    OtherEnd,

    /// <summary>Refused: the patient never wore it.</summary>
    NeverWorn,
}

/// <summary>A decision.</summary>
/// <param name="Outcome">What came of it.</param>
/// <param name="History">The history from now on; where nothing changed, the one before.</param>
/// <param name="Ended">The interval that ended with it, with its end; null: none did.</param>
/// <param name="Begun">The interval that began with it; null: none did.</param>
/// <param name="Standing">Where it was refused or changed nothing: the interval that stands in the way or says so already.</param>
public sealed record WearDecision(
    WearOutcome Outcome, DeviceHistory History, WearInterval? Ended = null, WearInterval? Begun = null, WearInterval? Standing = null);

/// <summary>Who wore one device when. It does not change: decisions give a new one.</summary>
public sealed class DeviceHistory
{
    /// <summary>
    /// The most intervals that are kept; the oldest go first. A device that changes hands twice a day fills it in more than a year,
    /// which is longer than any source may be late.
    /// </summary>
    public const int MaxIntervals = 1000;

    private readonly WearInterval[] _intervals;

    private DeviceHistory(WearInterval[] intervals) => _intervals = intervals;

    /// <summary>Nobody ever wore it.</summary>
    public static DeviceHistory Empty { get; } = new([]);

    /// <summary>The intervals by time; only the last one can be open.</summary>
    public IReadOnlyList<WearInterval> Intervals => _intervals;

    /// <summary>The interval that is open: who wears it; null: nobody.</summary>
    public WearInterval? Current => _intervals is [.., { Until: null } last] ? last : null;

    /// <summary>Takes a history up again that was kept.</summary>
    /// <returns>The history, or null where the intervals break the law.</returns>
    public static DeviceHistory? Restore(IReadOnlyList<WearInterval> intervals)
    {
        for (var i = 0; i < intervals.Count; i++)
        {
            var isLast = i == intervals.Count - 1;
            if (intervals[i] is not { Until: { } until } interval ? !isLast : until < interval.From || (!isLast && until > intervals[i + 1].From))
                return null;
        }

        return new([.. intervals]);
    }

    /// <summary>Who wore it at an event time; null: nobody.</summary>
    public WearInterval? WornAt(long eventTime)
    {
        // Nearly all frames are about now, so the search goes backwards. A later interval may be empty and lie at the end of this one.
        for (var i = _intervals.Length - 1; i >= 0; i--)
        {
            if (_intervals[i].Covers(eventTime))
                return _intervals[i];
        }

        return null;
    }

    /// <summary>Lets a patient wear the device; whoever wears it until then takes it off at the same time.</summary>
    /// <param name="patient">Patient id.</param>
    /// <param name="from">Event time from which it is theirs; null: from now on, or from whenever they already wear it.</param>
    /// <param name="now">The time now, ms since 1970.</param>
    /// <param name="by">Who says so.</param>
    public WearDecision Associate(string patient, long? from, long now, string by)
    {
        var current = Current;
        if (current?.Patient == patient)
        {
            var outcome = (from ?? current.From) == current.From ? WearOutcome.Unchanged : WearOutcome.OtherBeginning;
            return new(outcome, this, Standing: current);
        }

        // Without a time of its own it begins as soon as it can.
        var last = _intervals.Length == 0 ? null : _intervals[^1];
        var earliest = last is null ? long.MinValue : last.Until ?? last.From + 1;
        var begin = from ?? Math.Max(now, earliest);
        if (begin < earliest)
            return new(WearOutcome.Overlap, this, Standing: last);

        var begun = new WearInterval(patient, begin, null, by);
        if (current is null)
            return new(WearOutcome.Changed, With(_intervals, begun), Begun: begun);

        var ended = current with { Until = begin, By = by };
        return new(WearOutcome.Changed, With([.. _intervals[..^1], ended], begun), ended, begun);
    }

    /// <summary>Lets a patient take the device off.</summary>
    /// <param name="patient">Patient id.</param>
    /// <param name="until">Event time from which it is not theirs any more; null: from now on, or whenever they took it off last.</param>
    /// <param name="now">The time now, ms since 1970.</param>
    /// <param name="by">Who says so.</param>
    public WearDecision End(string patient, long? until, long now, string by)
    {
        if (Current is { } current && current.Patient == patient)
        {
            var end = until ?? Math.Max(now, current.From);
            if (end < current.From)
                return new(WearOutcome.Inverted, this, Standing: current);

            var ended = current with { Until = end, By = by };
            return new(WearOutcome.Changed, new([.. _intervals[..^1], ended]), Ended: ended);
        }

        var last = Array.FindLast(_intervals, interval => interval.Patient == patient);
        if (last is null)
            return new(WearOutcome.NeverWorn, this);

        return new((until ?? last.Until) == last.Until ? WearOutcome.Unchanged : WearOutcome.OtherEnd, this, Standing: last);
    }

    private static DeviceHistory With(WearInterval[] before, WearInterval begun) =>
        new([.. before.AsSpan(Math.Max(0, before.Length + 1 - MaxIntervals)), begun]);
}
