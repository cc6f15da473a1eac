// An owner of partitions that writes down what it is told.
using System.Collections.Concurrent;
using MedAI.Streaming.Pipeline.Ports;

namespace MedAI.Streaming.Adapters.Tests.Kafka;

/// <summary>Records calls; what tests want to happen in them, they set.</summary>
internal sealed class RecordingOwner : IPartitionOwner
{
    private readonly ConcurrentDictionary<int, bool> _owned = [];
    private readonly ConcurrentQueue<string> _calls = [];

    /// <summary>Called with the partitions before they are taken.</summary>
    public Action<IReadOnlyList<int>>? Taking { get; set; }

    /// <summary>Called with the partitions while they are given up.</summary>
    public Action<IReadOnlyList<int>>? GivingUp { get; set; }

    /// <summary>What is owned now, in order.</summary>
    public int[] Owned => [.. _owned.Keys.Order()];

    /// <summary>What was called so far, in order, for example <c>take 3</c>.</summary>
    public string[] Calls => [.. _calls];

    public void Take(IReadOnlyList<int> partitions)
    {
        Taking?.Invoke(partitions);
        foreach (var partition in partitions)
        {
            if (!_owned.TryAdd(partition, true)) throw new InvalidOperationException($"Partition {partition} was taken twice.");
            _calls.Enqueue($"take {partition}");
        }
    }

    public void GiveUp(IReadOnlyList<int> partitions)
    {
        GivingUp?.Invoke(partitions);
        Remove(partitions, "give up");
    }

    public void Lose(IReadOnlyList<int> partitions) => Remove(partitions, "lose");

    private void Remove(IReadOnlyList<int> partitions, string call)
    {
        foreach (var partition in partitions)
        {
            if (_owned.TryRemove(partition, out _)) _calls.Enqueue($"{call} {partition}");
        }
    }
}
