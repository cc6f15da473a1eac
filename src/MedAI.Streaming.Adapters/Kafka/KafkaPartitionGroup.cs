// Membership in the consumer group that spreads the partitions of the log over the workers.
using Confluent.Kafka;
using MedAI.Streaming.Pipeline.Ports;

namespace MedAI.Streaming.Adapters.Kafka;

/// <summary>
/// A member of the group. It is told by Kafka which partitions are this worker's and tells the owner; it reads no records itself, so
/// that a flow that is slow or stands still never looks like a worker that died: that is decided by heartbeats alone.
/// </summary>
/// <remarks>
/// Partitions are given up inside the rebalance: nobody else gets one before the owner has drained and checkpointed it (under
/// <see cref="PartitionSpread.Range"/> within <see cref="KafkaOptions.BusyTimeout"/>). A partition whose state cannot be loaded is tried
/// again while it is this worker's. One that another process took by its transactional id although Kafka says that it is this worker's
/// is lost, and taken back a session timeout later: until then the other one has noticed.
/// </remarks>
/// <param name="options">Settings.</param>
/// <param name="log">Stops fetching what is given up.</param>
/// <param name="state">Knows which partitions others took.</param>
/// <param name="time">Says how long a membership has lasted.</param>
public sealed class KafkaPartitionGroup(KafkaOptions options, KafkaEventLog log, KafkaStateStore state, TimeProvider time) : IPartitionGroup
{
    // The loop's own clock: pauses are waited for in slices of it.
    private static readonly TimeSpan Slice = TimeSpan.FromMilliseconds(100);
    private const int LongestPauseSlices = 150;
    private readonly KafkaTrouble _trouble = new(options);

    // What the group says is this worker's, with the slices to wait before the next try to take it, and how long the wait after that is.
    private readonly Dictionary<int, Waiting> _waiting = [];

    // What the owner works on.
    private readonly HashSet<int> _taken = [];

    // Assigned in a rebalance and still to be paused.
    private readonly List<TopicPartition> _unpaused = [];

    // Whether the membership was lost since partitions were last assigned.
    private bool _lost;
    private volatile string? _unwatched = "This worker has not joined its group yet.";

    // When this membership began.
    private long _joinedAt;

    // Written by the group's thread, read by anybody.
    private long _rebalances;
    private long _partitionsLost;
    private volatile int _untaken;

    private sealed record Waiting(int Slices, int NextPause);

    /// <summary>Why partitions that are, or should be, this worker's are not being worked on; null: all that it was given are.</summary>
    public string? Unwatched => _unwatched;

    /// <summary>How often the group gave this worker partitions or took some away.</summary>
    public long Rebalances => Volatile.Read(ref _rebalances);

    /// <summary>Partitions that others had before this worker could give them up: it was silent for too long, or was fenced.</summary>
    public long PartitionsLost => Volatile.Read(ref _partitionsLost);

    /// <summary>Partitions that are this worker's and are not being worked on yet.</summary>
    public int Untaken => _untaken;

    /// <summary>What brokers complained about last, or null: for those who ask how the program is.</summary>
    public string? Trouble => _trouble.Last;

    /// <inheritdoc/>
    public void Run(IPartitionOwner owner, CancellationToken stop)
    {
        options.CheckOwn();
        while (!stop.IsCancellationRequested)
        {
            try
            {
                BeMember(owner, stop);
            }
            catch (StoreException taken) when (taken.Failure == StoreFailure.InUse && time.GetElapsedTime(_joinedAt) > options.SessionTimeout * 2)
            {
                // Two workers of one name take it from each other at once. Later it is this worker's own membership from before the broker
                // went away that stands in its way, and that is over now.
                options.Report?.Invoke($"the name {options.StaticMember} in group {options.Group} was taken by another member; joining again.");
            }
        }
    }

    private void BeMember(IPartitionOwner owner, CancellationToken stop)
    {
        _joinedAt = time.GetTimestamp();
        using var consumer = Join(owner);
        try
        {
            consumer.Subscribe(options.Vitals);
            while (!stop.IsCancellationRequested)
                Step(consumer, owner);
        }
        finally
        {
            Leave(consumer, owner);
        }
    }

    // Leaving revokes everything, and with that the owner is told; what is still left after it was lost with the membership.
    private void Leave(IConsumer<byte[], byte[]> consumer, IPartitionOwner owner)
    {
        try
        {
            consumer.Close();
            GiveUp(owner, [.. _taken]);
        }
        catch (KafkaException e)
        {
            options.Report?.Invoke($"kafka: leaving group {options.Group}: {e.Error.Reason}");
            Lose(owner, [.. _taken]);
        }

        _waiting.Clear();
        _unpaused.Clear();
        _untaken = 0;
    }

    private IConsumer<byte[], byte[]> Join(IPartitionOwner owner)
    {
        var config = new ConsumerConfig
        {
            GroupId = options.Group,
            GroupInstanceId = options.StaticMember,
            SessionTimeoutMs = (int)options.SessionTimeout.TotalMilliseconds,
            HeartbeatIntervalMs = Math.Min(3000, (int)(options.SessionTimeout.TotalMilliseconds / 3)),
            MaxPollIntervalMs = (int)options.BusyTimeout.TotalMilliseconds,
            PartitionAssignmentStrategy = options.Spread == PartitionSpread.Range
                ? PartitionAssignmentStrategy.Range
                : PartitionAssignmentStrategy.CooperativeSticky,
            EnableAutoCommit = false,
            EnableAutoOffsetStore = false,
            AutoOffsetReset = AutoOffsetReset.Latest,
            AllowAutoCreateTopics = false,

            // Between being assigned and being paused a little is fetched and thrown away.
            QueuedMaxMessagesKbytes = 64,
            FetchMaxBytes = 64 * 1024,
            MaxPartitionFetchBytes = 16 * 1024,
            MessageMaxBytes = 16 * 1024,
        };
        return KafkaClients.Build(options, config, "group", c => new ConsumerBuilder<byte[], byte[]>(c)
            .SetErrorHandler((_, e) => _trouble.Hear(e))
            .SetLogHandler((_, l) => _trouble.Hear(l))
            .SetPartitionsAssignedHandler((_, partitions) => Assigned(partitions))
            .SetPartitionsRevokedHandler((_, partitions) => Revoked(owner, partitions))
            .SetPartitionsLostHandler((_, partitions) => Lost(owner, partitions))
            .Build());
    }

    private void Step(IConsumer<byte[], byte[]> consumer, IPartitionOwner owner)
    {
        Poll(consumer);
        if (_unpaused.Count > 0)
        {
            consumer.Pause(_unpaused);
            _unpaused.Clear();
        }

        foreach (var partition in state.Fenced.Where(_taken.Contains).ToList())
        {
            options.Report?.Invoke(
                $"partition {partition} was taken by another process of group {options.Group} while it is this worker's. Taking it back in "
                + $"{options.SessionTimeout.TotalSeconds:0} s.");
            Lose(owner, [partition]);
            _waiting[partition] = new((int)(options.SessionTimeout / Slice), 1);
        }

        TakeOne(owner);
        _untaken = _waiting.Count;
        _unwatched = _lost ? "This worker lost its membership in the group, and others own its partitions."
            : _waiting.Count > 0 ? $"{_waiting.Count} partitions of this worker are not being worked on yet."
            : string.IsNullOrEmpty(consumer.MemberId) ? "This worker has not joined its group yet."
            : null;
    }

    // One at a time, so that the group is heard between two.
    private void TakeOne(IPartitionOwner owner)
    {
        foreach (var (partition, waiting) in _waiting)
            _waiting[partition] = waiting with { Slices = waiting.Slices - 1 };
        var due = _waiting.Where(w => w.Value.Slices <= 0).OrderBy(w => w.Key).Select(w => w.Key).FirstOrDefault(-1);
        if (due < 0) return;
        var pause = _waiting[due].NextPause;
        try
        {
            owner.Take([due]);
            _waiting.Remove(due);
            _taken.Add(due);
        }
        catch (StoreException e) when (e.Failure is not (StoreFailure.Corrupt or StoreFailure.Mismatch or StoreFailure.InUse))
        {
            options.Report?.Invoke($"partition {due} could not be taken yet: {e.Message}");
            _waiting[due] = new(pause * 10, Math.Min(pause * 2, LongestPauseSlices / 10));
        }
        catch (OwnershipLostException e)
        {
            options.Report?.Invoke($"partition {due} could not be taken yet: {e.Message}");
            _waiting[due] = new((int)(options.SessionTimeout / Slice), pause);
        }
    }

    private void Poll(IConsumer<byte[], byte[]> consumer)
    {
        try
        {
            // While there is something to take, the group is only looked at.
            consumer.Consume(_waiting.Values.Any(w => w.Slices <= 1) ? TimeSpan.Zero : Slice);
        }
        catch (ConsumeException e) when (IsHopeless(e.Error))
        {
            throw e.Error.Code == ErrorCode.FencedInstanceId
                ? new StoreException(
                    StoreFailure.InUse,
                    $"another worker of group {options.Group} has the name {options.StaticMember} (kafka.staticMember). Give each its own.", e)
                : KafkaFailure.Describe(options, e.Error, $"be a member of group {options.Group}", _trouble, e);
        }
        catch (ConsumeException e)
        {
            // It goes on by itself: the group is joined again when a broker can be reached.
            _trouble.Hear(e.Error);
        }
    }

    private static bool IsHopeless(Error error) => error.IsFatal || error.Code
        is ErrorCode.FencedInstanceId or ErrorCode.GroupAuthorizationFailed or ErrorCode.TopicAuthorizationFailed
        or ErrorCode.UnknownTopicOrPart or ErrorCode.InconsistentGroupProtocol or ErrorCode.InvalidSessionTimeout
        or ErrorCode.SaslAuthenticationFailed;

    private List<TopicPartitionOffset> Assigned(List<TopicPartition> partitions)
    {
        _lost = false;
        _rebalances++;
        foreach (var partition in partitions)
            _waiting[partition.Partition.Value] = new(0, 1);
        _unpaused.AddRange(partitions);
        return [.. partitions.Select(p => new TopicPartitionOffset(p, Offset.End))];
    }

    private void Revoked(IPartitionOwner owner, List<TopicPartitionOffset> partitions)
    {
        _rebalances++;
        GiveUp(owner, Forget(partitions));
    }

    private void Lost(IPartitionOwner owner, List<TopicPartitionOffset> partitions)
    {
        _lost = true;
        _rebalances++;
        _unwatched = "This worker lost its membership in the group, and others own its partitions.";
        Lose(owner, Forget(partitions));
    }

    // What is no longer waited for or to be paused; of it, what the owner works on.
    private int[] Forget(List<TopicPartitionOffset> partitions)
    {
        var numbers = partitions.Select(p => p.Partition.Value).ToHashSet();
        foreach (var number in numbers)
            _waiting.Remove(number);
        _unpaused.RemoveAll(p => numbers.Contains(p.Partition.Value));
        return [.. numbers.Where(_taken.Contains)];
    }

    private void GiveUp(IPartitionOwner owner, int[] partitions) => End(partitions, owner.GiveUp);

    private void Lose(IPartitionOwner owner, int[] partitions)
    {
        _partitionsLost += partitions.Length;
        End(partitions, owner.Lose);
    }

    // A partition that could not be checkpointed is left all the same: whoever gets it goes on from the checkpoint before.
    private void End(int[] partitions, Action<IReadOnlyList<int>> end)
    {
        if (partitions.Length == 0) return;
        for (var tries = 0; tries <= partitions.Length; tries++)
        {
            try
            {
                end(partitions);
                break;
            }
            catch (Exception e) when (e is StoreException or OwnershipLostException)
            {
                options.Report?.Invoke($"giving up partitions {string.Join(", ", partitions)}: {e.Message}");
            }
        }

        foreach (var partition in partitions)
        {
            _taken.Remove(partition);
            log.Release(partition);
        }
    }
}
