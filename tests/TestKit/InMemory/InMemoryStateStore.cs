// The state store without a disk: what a completed Commit leaves behind is what a crash leaves behind.
using System.Globalization;
using MedAI.Streaming.Pipeline.Ports;

namespace MedAI.Streaming.TestKit.InMemory;

/// <summary>A state store in memory, with hooks at which a simulation lets it fail.</summary>
public sealed class InMemoryStateStore : IStateStore, IAlertHistory
{
    // Guards everything below: partitions commit side by side, and people read meanwhile.
    private readonly Lock _lock = new();
    private readonly Dictionary<(int Partition, string Name), string> _facts;
    private readonly Dictionary<(int Partition, string Patient), byte[]> _patients;
    private readonly Dictionary<int, long> _offsets;
    private readonly Dictionary<string, TransitionRecord> _transitions;

    // The ids of transitions in the order of their commits.
    private readonly List<string> _order;
    private readonly Dictionary<string, Page> _pages;
    private readonly Dictionary<(int Partition, long Offset, int Index), DeadLetter> _deadLetters;

    /// <summary>An empty store.</summary>
    public InMemoryStateStore()
    {
        _facts = [];
        _patients = [];
        _offsets = [];
        _transitions = [];
        _order = [];
        _pages = [];
        _deadLetters = [];
    }

    private InMemoryStateStore(InMemoryStateStore other)
    {
        _facts = new(other._facts);
        _patients = new(other._patients);
        _offsets = new(other._offsets);
        _transitions = new(other._transitions);
        _order = [.. other._order];
        _pages = new(other._pages);
        _deadLetters = new(other._deadLetters);
    }

    private readonly record struct Page(int Number, long DelayMs, bool Sent);

    /// <summary>Called before a commit takes effect; what it throws, the flow sees, and nothing of the batch took effect.</summary>
    public Action? BeforeCommit { get; set; }

    /// <summary>Called before a checkpoint is loaded; what it throws, the flow sees.</summary>
    public Action? BeforeLoad { get; set; }

    /// <summary>Called after a commit took effect; throwing here is a crash before the flow learnt of it.</summary>
    public Action? AfterCommit { get; set; }

    /// <inheritdoc/>
    public string? GetFact(int partition, string name)
    {
        lock (_lock) return _facts.GetValueOrDefault((partition, name));
    }

    /// <inheritdoc/>
    public void SetFact(int partition, string name, string value)
    {
        lock (_lock) _facts[(partition, name)] = value;
    }

    /// <inheritdoc/>
    public long Load(int partition, PatientBlobReader eachPatient)
    {
        BeforeLoad?.Invoke();
        KeyValuePair<(int Partition, string Patient), byte[]>[] patients;
        long offset;
        lock (_lock)
        {
            patients = [.. _patients.Where(p => p.Key.Partition == partition)];
            offset = _offsets.GetValueOrDefault(partition);
        }

        foreach (var (key, blob) in patients.OrderBy(p => p.Key.Patient, StringComparer.Ordinal))
            eachPatient(key.Patient, blob);
        return offset;
    }

    /// <inheritdoc/>
    public int Commit(CommitBatch batch)
    {
        int known;
        BeforeCommit?.Invoke();
        lock (_lock)
        {
            batch.Conflicts.Clear();
            CheckPages(batch);
            known = Keep(batch.Transitions, batch.Conflicts);
            foreach (var (id, delay) in batch.Pages)
                _pages.TryAdd(id, new Page(_pages.Count, delay, Sent: false));
            foreach (var letter in batch.DeadLetters)
                _deadLetters.TryAdd((letter.Partition, letter.Offset, letter.Index), letter);
            foreach (var (patient, blob) in batch.Patients)
                _patients[(batch.Partition, patient)] = blob.ToArray();
            if (batch.Offset >= 0)
                _offsets[batch.Partition] = batch.Offset;
        }

        AfterCommit?.Invoke();
        return known;
    }

    /// <inheritdoc/>
    public IEnumerable<TransitionRecord> Transitions(string? patient = null)
    {
        lock (_lock)
        {
            return
            [
                .. _transitions.Values
                    .Where(t => patient is null || t.Patient == patient)
                    .OrderBy(t => t.Patient, StringComparer.Ordinal)
                    .ThenBy(t => t.Rule, StringComparer.Ordinal)
                    .ThenBy(t => t.OpenedEventTime)
                    .ThenBy(t => t.Ordinal),
            ];
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<(string Cursor, TransitionRecord Transition)> After(string cursor, int limit)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        lock (_lock)
        {
            var from = 0;
            if (cursor.Length > 0 && !int.TryParse(cursor, NumberStyles.None, CultureInfo.InvariantCulture, out from))
                throw new FormatException($"'{cursor}' is no cursor.");
            return [.. _order.Skip(from).Take(limit).Select((id, i) => ($"{from + i + 1}", _transitions[id]))];
        }
    }

    /// <inheritdoc/>
    public string EndCursor()
    {
        lock (_lock) return $"{_order.Count}";
    }

    /// <inheritdoc/>
    public IReadOnlyList<PageRecord> UnsentPages(int limit)
    {
        lock (_lock)
        {
            return
            [
                .. _pages
                    .Where(p => !p.Value.Sent)
                    .OrderBy(p => p.Value.Number)
                    .Take(limit)
                    .Select(p => new PageRecord(_transitions[p.Key], p.Value.DelayMs)),
            ];
        }
    }

    /// <inheritdoc/>
    public void MarkSent(string transitionId)
    {
        lock (_lock)
        {
            if (_pages.TryGetValue(transitionId, out var page))
                _pages[transitionId] = page with { Sent = true };
        }
    }

    /// <inheritdoc/>
    public IEnumerable<DeadLetter> DeadLetters((int Partition, long Offset, int Index)? after = null)
    {
        lock (_lock)
            return [.. _deadLetters.Values.Where(d => after is not { } place || (d.Partition, d.Offset, d.Index).CompareTo(place) > 0).OrderBy(d => (d.Partition, d.Offset, d.Index))];
    }

    /// <summary>What a process that starts after a crash at this moment would find. Later calls on either do not touch the other.</summary>
    public InMemoryStateStore Clone()
    {
        lock (_lock) return new InMemoryStateStore(this);
    }

    /// <summary>Keeps everything: a disposed store can be cloned, which stands for opening it again.</summary>
    public void Dispose()
    {
    }

    private void CheckPages(CommitBatch batch)
    {
        foreach (var (id, _) in batch.Pages)
        {
            if (!_transitions.ContainsKey(id) && !batch.Transitions.Exists(t => t.Id == id))
                throw new ArgumentException($"A page for the transition {id}, which is neither here nor in the batch.", nameof(batch));
        }
    }

    private int Keep(List<TransitionRecord> transitions, List<TransitionRecord> conflicts)
    {
        var known = 0;
        foreach (var transition in transitions)
        {
            if (_transitions.TryAdd(transition.Id, transition))
            {
                _order.Add(transition.Id);
                continue;
            }

            if (_transitions[transition.Id] == transition) known++;
            else conflicts.Add(transition);
        }

        return known;
    }
}
