// What the devices of a live fleet have sent and what is still on its way, by the time at which it is sent.
using System.Diagnostics.CodeAnalysis;

namespace MedAI.Streaming.Simulation;

/// <summary>Frames in the order in which they are sent; what is sent at the same time keeps the order in which it was added.</summary>
internal sealed class LiveOutbox
{
    private readonly PriorityQueue<LiveFrame, (long At, long Order)> _queue = new();
    private long _order;

    /// <summary>When the next one is sent; <see cref="long.MaxValue"/> where there is none.</summary>
    public long NextAt => _queue.TryPeek(out _, out var next) ? next.At : long.MaxValue;

    public void Add(LiveFrame frame, long at) => _queue.Enqueue(frame, (at, _order++));

    public bool TryTake([MaybeNullWhen(false)] out LiveFrame frame) => _queue.TryDequeue(out frame, out _);
}
