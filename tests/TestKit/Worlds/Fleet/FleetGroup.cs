// The consumer group of a simulated fleet: who owns which partition, moved cooperatively and with as few moves as there can be.
namespace MedAI.Streaming.TestKit.Worlds.Fleet;

/// <summary>The coordinator of the group. A partition goes to its next owner only when the one before released it, or is no member any more.</summary>
/// <param name="partitions">Partitions.</param>
internal sealed class FleetGroup(int partitions)
{
    private readonly SortedSet<string> _members = new(StringComparer.Ordinal);

    // By partition: whose it is, and whose it is to become; null: nobody's.
    private readonly string?[] _owners = new string?[partitions];
    private readonly string?[] _targets = new string?[partitions];

    /// <summary>Whether a name is a member's.</summary>
    public bool Has(string member) => _members.Contains(member);

    /// <summary>The partitions that are a member's now.</summary>
    public IEnumerable<int> OwnedBy(string member) => Enumerable.Range(0, partitions).Where(p => _owners[p] == member);

    /// <summary>The partitions that a member is asked to give up.</summary>
    public IEnumerable<int> RevokedFrom(string member) => OwnedBy(member).Where(p => _targets[p] != member);

    /// <summary>Whether every partition is with whom it is to be with.</summary>
    public bool IsSettled => Enumerable.Range(0, partitions).All(p => _owners[p] is not null && _owners[p] == _targets[p]);

    /// <summary>A member comes, or comes back under its name and finds what it had.</summary>
    public void Join(string member)
    {
        if (_members.Add(member)) Rebalance();
    }

    /// <summary>A member goes, by its own will or because nobody heard of it.</summary>
    public void Remove(string member)
    {
        if (!_members.Remove(member)) return;
        foreach (var p in OwnedBy(member).ToList())
            _owners[p] = null;
        Rebalance();
    }

    /// <summary>Nobody has heard of the other members for long enough.</summary>
    public void KeepOnly(IReadOnlyCollection<string> members)
    {
        foreach (var gone in _members.Except(members).ToList())
            Remove(gone);
    }

    /// <summary>A member has given a partition up.</summary>
    public void Release(string member, int partition)
    {
        if (_owners[partition] == member) _owners[partition] = _targets[partition];
    }

    /// <inheritdoc/>
    public override string ToString() => $"Owners are [{string.Join(" ", _owners)}], and are to be [{string.Join(" ", _targets)}].";

    private void Rebalance()
    {
        if (_members.Count == 0) return;
        var most = (partitions + _members.Count - 1) / _members.Count;
        var shares = _members.ToDictionary(m => m, _ => 0);
        for (var p = 0; p < partitions; p++)
        {
            // What can stay stays.
            var stays = _owners[p] is { } owner && _members.Contains(owner) && shares[owner] < most;
            _targets[p] = stays ? _owners[p] : null;
            if (stays) shares[_owners[p]!]++;
        }

        for (var p = 0; p < partitions; p++)
        {
            if (_targets[p] is null)
            {
                var least = _members.MinBy(m => shares[m])!;
                _targets[p] = least;
                shares[least]++;
            }

            _owners[p] ??= _targets[p];
        }
    }
}
