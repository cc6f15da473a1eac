// The one state machine of every alarm, physiological or technical: what may follow what, and nothing else.
namespace MedAI.Streaming.Domain.Alerts;

/// <summary>The state of an episode.</summary>
public enum EpisodeState : byte
{
    /// <summary>No episode.</summary>
    Closed = 0,

    /// <summary>The condition holds, or cannot be told (see <see cref="AlertEpisode.Indeterminate"/>).</summary>
    Open = 1,

    /// <summary>The condition is over; the episode waits for an acknowledgement.</summary>
    Latched = 2,
}

/// <summary>What a call changed: at most one transition.</summary>
/// <param name="Changed">Whether anything changed.</param>
/// <param name="Kind">What changed.</param>
public readonly record struct EpisodeChange(bool Changed, TransitionKind Kind)
{
    /// <summary>Nothing changed.</summary>
    public static EpisodeChange None => default;

    internal static EpisodeChange Of(TransitionKind kind) => new(true, kind);
}

/// <summary>
/// The episode of one patient and one rule.
/// <code>
/// Closed --Hold--> Open --End--> Closed, or Latched if the rule latches and nobody acknowledged
/// Open --Hold(higher)--> Open (escalated)      Open --Lower--> Open (de-escalated)
/// Open --Doubt--> Open, indeterminate --Hold--> Open
/// Latched --Hold--> Open (recurred)            Latched --Acknowledge--> Closed
/// Open or Latched --Close--> Closed: a person ended what it is about
/// </code>
/// Escalation, recurrence and the end of doubt take an acknowledgement back: what was accepted was less.
/// </summary>
public struct AlertEpisode
{
    /// <summary>Event time of the opening, ms; with the rule and the patient it names the episode.</summary>
    public long OpenedEventTime;

    /// <summary>Ordinal of the last transition; it goes on counting if an episode opens again at the same event time.</summary>
    public int Ordinal;

    /// <summary>Ordinal of the last transition that called for attention: opened, escalated or recurred.</summary>
    public int AlarmOrdinal;

    /// <summary>The state.</summary>
    public EpisodeState State;

    /// <summary>The priority while not closed.</summary>
    public AlertPriority Priority;

    /// <summary>The inputs no longer tell whether the condition holds.</summary>
    public bool Indeterminate;

    /// <summary>Somebody acknowledged it at its present priority.</summary>
    public bool Acknowledged;

    private bool _everOpened;

    /// <summary>Whether there is an episode.</summary>
    public readonly bool IsLive => State != EpisodeState.Closed;

    /// <summary>The condition holds, at least at a priority.</summary>
    public EpisodeChange Hold(long eventTime, AlertPriority priority)
    {
        switch (State)
        {
            case EpisodeState.Closed:
                // Episodes of a rule open in order, so that an id is never used twice; two of one time share their ordinals.
                var again = _everOpened && eventTime <= OpenedEventTime;
                this = new AlertEpisode
                {
                    OpenedEventTime = again ? OpenedEventTime : eventTime,
                    Ordinal = again ? Ordinal : -1,
                    State = EpisodeState.Open,
                    Priority = priority,
                    _everOpened = true,
                };
                return Change(TransitionKind.Opened);
            case EpisodeState.Latched:
                State = EpisodeState.Open;
                Priority = priority;
                Acknowledged = false;
                return Change(TransitionKind.Recurred);
            default:
                if (priority > Priority)
                {
                    Priority = priority;
                    Indeterminate = false;
                    Acknowledged = false;
                    return Change(TransitionKind.Escalated);
                }

                return EndDoubt();
        }
    }

    /// <summary>The condition holds only at a lower priority.</summary>
    public EpisodeChange Lower(AlertPriority priority)
    {
        if (State != EpisodeState.Open || priority >= Priority)
        {
            return EpisodeChange.None;
        }

        Priority = priority;
        Indeterminate = false;
        return Change(TransitionKind.Deescalated);
    }

    /// <summary>The condition is over.</summary>
    public EpisodeChange End(bool latching)
    {
        if (State != EpisodeState.Open)
        {
            return EpisodeChange.None;
        }

        Indeterminate = false;
        State = latching && !Acknowledged ? EpisodeState.Latched : EpisodeState.Closed;
        return Change(State == EpisodeState.Latched ? TransitionKind.Latched : TransitionKind.Resolved);
    }

    /// <summary>
    /// What the episode is about was ended by a person (the device was taken away, the patient discharged, the limit put out of force):
    /// the episode is over, and nothing is left to be acknowledged.
    /// </summary>
    public EpisodeChange Close()
    {
        if (State == EpisodeState.Closed)
        {
            return EpisodeChange.None;
        }

        Indeterminate = false;
        State = EpisodeState.Closed;
        return Change(TransitionKind.Resolved);
    }

    /// <summary>It can no longer be told whether the condition holds.</summary>
    public EpisodeChange Doubt()
    {
        if (State != EpisodeState.Open || Indeterminate)
        {
            return EpisodeChange.None;
        }

        Indeterminate = true;
        return Change(TransitionKind.BecameIndeterminate);
    }

    /// <summary>It can be told again, and the condition holds.</summary>
    public EpisodeChange EndDoubt()
    {
        if (State != EpisodeState.Open || !Indeterminate)
        {
            return EpisodeChange.None;
        }

        Indeterminate = false;
        if (Acknowledged)
        {
            // What was accepted was before the doubt: that it holds again is news.
            Acknowledged = false;
            return Change(TransitionKind.Recurred);
        }

        return Change(TransitionKind.BecameDeterminate);
    }

    /// <summary>The condition came once more, in another place: what was acknowledged was less.</summary>
    public EpisodeChange HoldAnew(long eventTime, AlertPriority priority)
    {
        var change = Hold(eventTime, priority);
        if (change.Changed || State != EpisodeState.Open)
        {
            return change;
        }

        Acknowledged = false;
        return Change(TransitionKind.Recurred);
    }

    /// <summary>Somebody acknowledged what was seen of the episode.</summary>
    /// <param name="openedEventTime">The episode that was seen; null: whatever is live.</param>
    /// <param name="ordinal">
    /// The newest transition that was seen; null: all of them. If the episode opened, escalated or recurred after it, nothing changes:
    /// what was seen was less.
    /// </param>
    public EpisodeChange Acknowledge(long? openedEventTime = null, int? ordinal = null)
    {
        if ((openedEventTime ?? OpenedEventTime) != OpenedEventTime || (ordinal ?? AlarmOrdinal) < AlarmOrdinal)
        {
            return EpisodeChange.None;
        }

        if (State == EpisodeState.Latched)
        {
            State = EpisodeState.Closed;
            return Change(TransitionKind.Resolved);
        }

        if (State != EpisodeState.Open || Acknowledged)
        {
            return EpisodeChange.None;
        }

        Acknowledged = true;
        return Change(TransitionKind.Acknowledged);
    }

    private EpisodeChange Change(TransitionKind kind)
    {
        Ordinal++;
        AlarmOrdinal = kind is TransitionKind.Opened or TransitionKind.Escalated or TransitionKind.Recurred ? Ordinal : AlarmOrdinal;
        return EpisodeChange.Of(kind);
    }
}
