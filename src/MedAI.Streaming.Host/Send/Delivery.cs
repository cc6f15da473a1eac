// A frame on its way to a receiver, and what became of it.
using MedAI.Streaming.Domain.Stream;

namespace MedAI.Streaming.Host.Send;

/// <summary>What became of a frame.</summary>
internal enum Fate
{
    /// <summary>Nothing is known: it was not answered before the sender gave up. It may be in the log.</summary>
    Undelivered = 0,

    /// <summary>The receiver refused it.</summary>
    Refused,

    /// <summary>The receiver said that it is durable.</summary>
    Acknowledged,

    /// <summary>It was never sent, on purpose.</summary>
    Lost,
}

/// <summary>A frame that is sent <see cref="Copies"/> times. All copies go the same way, so one thread at a time touches it.</summary>
/// <param name="frame">The frame.</param>
/// <param name="fault">What went wrong with it, in words without blanks; <c>-</c> for nothing.</param>
/// <param name="copies">How often it is handed over to be sent.</param>
/// <param name="truncated">Whether its last byte is cut off on the wire.</param>
internal sealed class Delivery(FrameElement frame, string fault = "-", int copies = 1, bool truncated = false)
{
    /// <summary>The frame.</summary>
    public FrameElement Frame { get; } = frame;

    /// <summary>What went wrong with it.</summary>
    public string Fault { get; } = fault;

    /// <summary>How often it is handed over.</summary>
    public int Copies { get; } = copies;

    /// <summary>Whether its last byte is cut off.</summary>
    public bool Truncated { get; } = truncated;

    /// <summary>How often it went over the wire, repeats of any kind included.</summary>
    public int Sends { get; set; }

    /// <summary>Of how many copies the outcome is known.</summary>
    public int Settled { get; private set; }

    /// <summary>What became of it so far.</summary>
    public Fate Fate { get; private set; }

    /// <summary>Why it was refused, or not delivered; <c>-</c> where there is nothing to say.</summary>
    public string Reason { get; private set; } = "-";

    /// <summary>The outcome of one copy: what one copy achieved, another cannot undo.</summary>
    /// <returns>Whether the outcome of all copies is known now.</returns>
    public bool Settle(Fate fate, string reason)
    {
        if (Settled == 0 || fate > Fate)
            (Fate, Reason) = (fate, reason);
        Settled++;
        return Settled == Copies;
    }
}
