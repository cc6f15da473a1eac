// The port through which what was decided is read out: by screens, the API, pagers and reports.

namespace MedAI.Streaming.Pipeline.Ports;

/// <summary>What was decided, for whoever reads it. Any thread, at any time, beside the writers.</summary>
public interface IAlertHistory
{
    /// <summary>All transitions in canonical order: patient, rule, opened event time, ordinal (ordinal string comparison).</summary>
    /// <param name="patient">Only this patient, or null.</param>
    IEnumerable<TransitionRecord> Transitions(string? patient = null);

    /// <summary>Transitions in the order in which they became readable here, after a place in that order.</summary>
    /// <param name="cursor">A place that an earlier answer gave; empty: before the first.</param>
    /// <param name="limit">The most to give, at least 1.</param>
    /// <returns>Transitions with the place behind each. None: there is nothing newer yet.</returns>
    /// <remarks>
    /// Reading on from the last place skips nothing and repeats nothing, whenever it is done: what becomes readable later has a
    /// later place.
    /// </remarks>
    /// <exception cref="FormatException">The cursor is none of this history.</exception>
    IReadOnlyList<(string Cursor, TransitionRecord Transition)> After(string cursor, int limit);

    /// <summary>The place behind the newest transition.</summary>
    string EndCursor();

    /// <summary>The pages that are not marked sent, in the order in which they became readable.</summary>
    IReadOnlyList<PageRecord> UnsentPages(int limit);

    /// <summary>Marks a page sent, durably; marking it twice, or one that is not there, is harmless.</summary>
    void MarkSent(string transitionId);

    /// <summary>Dead letters by partition, offset and index.</summary>
    /// <param name="after">Only those behind this place; null: all.</param>
    /// <remarks>They are read as they are taken, and the place is found at once: who takes only some reads only those.</remarks>
    IEnumerable<DeadLetter> DeadLetters((int Partition, long Offset, int Index)? after = null);
}
