// Elements on their way: what a device has sent and the log has not yet seen.
using System.Diagnostics.CodeAnalysis;
using MedAI.Streaming.Domain.Stream;

namespace MedAI.Streaming.Simulation;

/// <summary>Gives elements back in arrival order; equal arrivals keep the order in which they were sent.</summary>
internal sealed class ArrivalQueue
{
    private readonly PriorityQueue<LogElement, (long Arrival, long Order)> _queue = new();
    private long _order;

    public void Send(LogElement element) => _queue.Enqueue(element, (element.ArrivalTime, _order++));

    /// <summary>Takes the next element that arrives before an instant.</summary>
    public bool TryTake(long before, [NotNullWhen(true)] out LogElement? element)
    {
        if (_queue.TryPeek(out element, out var priority) && priority.Arrival < before)
        {
            _queue.Dequeue();
            return true;
        }

        element = null;
        return false;
    }
}
