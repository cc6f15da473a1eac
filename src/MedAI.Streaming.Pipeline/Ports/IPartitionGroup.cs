// The ports between whoever spreads partitions over processes and whoever works on them.
namespace MedAI.Streaming.Pipeline.Ports;

/// <summary>Says which partitions this process owns, for as long as it runs.</summary>
public interface IPartitionGroup
{
    /// <summary>Tells the owner what it owns until it is stopped; before it returns, everything is given up.</summary>
    /// <param name="owner">Called from this thread only, one call at a time.</param>
    /// <param name="stop">Asks to end.</param>
    /// <exception cref="StoreException">Membership is impossible (settings, authorisation, missing topics).</exception>
    void Run(IPartitionOwner owner, CancellationToken stop);
}

/// <summary>Works on partitions.</summary>
public interface IPartitionOwner
{
    /// <summary>The partitions are this process's from now on: load their state and start.</summary>
    /// <exception cref="StoreException">Their state cannot be loaded.</exception>
    void Take(IReadOnlyList<int> partitions);

    /// <summary>The partitions go to somebody else once this returns: drain, checkpoint, stop.</summary>
    void GiveUp(IReadOnlyList<int> partitions);

    /// <summary>The partitions are somebody else's already: stop, and write nothing.</summary>
    void Lose(IReadOnlyList<int> partitions);
}

/// <summary>The group of one process that owns every partition.</summary>
public sealed class WholeLog(int partitions) : IPartitionGroup
{
    /// <inheritdoc/>
    public void Run(IPartitionOwner owner, CancellationToken stop)
    {
        var all = Enumerable.Range(0, partitions).ToArray();
        owner.Take(all);
        stop.WaitHandle.WaitOne();
        owner.GiveUp(all);
    }
}
