// What was decided of a partition and may be decided again: the end of its alerts, behind the last checkpoints of its patients.
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.Pipeline.Wire;

namespace MedAI.Streaming.Adapters.Kafka;

/// <summary>
/// Transitions that lie in the alerts and that no blob of their patient covers yet. After a crash they are decided again, and must come
/// out the same; they leave when a blob that covers them was committed, one commit later.
/// </summary>
internal sealed class AlertTail
{
    private readonly Dictionary<string, Entry> _entries = [];

    /// <summary>The offset behind the last record of the alerts' partition, as far as this process knows.</summary>
    public long End { get; set; }

    /// <summary>Where what no blob covers begins.</summary>
    public long From
    {
        get
        {
            var from = End;
            foreach (var entry in _entries.Values)
            {
                if (!entry.Settled) from = Math.Min(from, entry.Offset);
            }

            return from;
        }
    }

    /// <summary>The transition of an id, or null.</summary>
    public TransitionRecord? Find(string id) => _entries.GetValueOrDefault(id)?.Transition;

    /// <summary>Whether a page is owed for a transition by what lies in the alerts.</summary>
    public bool HasPage(string id) => _entries.GetValueOrDefault(id)?.Paged ?? false;

    /// <summary>A message lies in the alerts.</summary>
    /// <param name="message">The message.</param>
    /// <param name="offset">Its offset.</param>
    /// <param name="settled">Whether its patient's blob covers it.</param>
    public void Add(AlertMessage message, long offset, bool settled)
    {
        var id = message.Id.ToString();
        if (!_entries.TryGetValue(id, out var entry))
        {
            if (message.Transition is null) return;
            entry = new Entry(message.Transition, offset) { Settled = settled };
            _entries.Add(id, entry);
        }

        entry.Paged |= message.PageDelayMs is not null;
    }

    /// <summary>Blobs of patients were committed.</summary>
    public void Settle(IEnumerable<string> patients)
    {
        foreach (var gone in _entries.Where(e => e.Value.Settled).Select(e => e.Key).ToList())
            _entries.Remove(gone);
        var settled = patients.ToHashSet();
        foreach (var entry in _entries.Values)
            entry.Settled |= settled.Contains(entry.Transition.Patient);
    }

    private sealed class Entry(TransitionRecord transition, long offset)
    {
        public TransitionRecord Transition { get; } = transition;

        public long Offset { get; } = offset;

        // Whether a committed blob covers it, and whether a page for it lies in the alerts.
        public bool Settled { get; set; }

        public bool Paged { get; set; }
    }
}
