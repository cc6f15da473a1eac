// Puts the name of a history into its cursors, so that a place of another one is never taken for a place of this.
using MedAI.Streaming.Pipeline.Ports;

namespace MedAI.Streaming.Host.Web.Reading;

/// <summary>
/// A history whose cursors carry its name. Stores count their transitions from one, each in its own order: a client that comes with the
/// place of a store that was made anew, or of another process, would otherwise miss what lies between, and nobody would notice.
/// </summary>
/// <param name="history">The history.</param>
/// <param name="name">Its name: letters and digits, another one for every store that is made.</param>
internal sealed class NamedHistory(IAlertHistory history, string name) : IAlertHistory
{
    /// <inheritdoc/>
    public IReadOnlyList<(string Cursor, TransitionRecord Transition)> After(string cursor, int limit) =>
        [.. history.After(Inner(cursor), limit).Select(found => (Outer(found.Cursor), found.Transition))];

    /// <inheritdoc/>
    public string EndCursor() => Outer(history.EndCursor());

    /// <inheritdoc/>
    public IEnumerable<TransitionRecord> Transitions(string? patient = null) => history.Transitions(patient);

    /// <inheritdoc/>
    public IReadOnlyList<PageRecord> UnsentPages(int limit) => history.UnsentPages(limit);

    /// <inheritdoc/>
    public void MarkSent(string transitionId) => history.MarkSent(transitionId);

    /// <inheritdoc/>
    public IEnumerable<DeadLetter> DeadLetters((int Partition, long Offset, int Index)? after = null) => history.DeadLetters(after);

    private string Outer(string cursor) => cursor.Length == 0 ? "" : $"{name}.{cursor}";

    // The beginning has no name: it is that of every history.
    private string Inner(string cursor) =>
        cursor.Length == 0 ? ""
        : cursor.StartsWith($"{name}.", StringComparison.Ordinal) && cursor.Length > name.Length + 1 ? cursor[(name.Length + 1)..]
        : throw new FormatException($"'{cursor}' is not a place of the history {name}.");
}
