// The way out for frames: who calls, what each answer means, and what the caller does then.
namespace MedAI.Streaming.Host.Send;

/// <summary>How a receiver answered.</summary>
internal enum SendOutcome
{
    /// <summary>
    /// The first <see cref="SendAnswer.Judged"/> frames are durable but those of <see cref="SendAnswer.Refusals"/>; none of them is sent again. The
    /// others were not looked at, because it was too much at once: they are sent again.
    /// </summary>
    Answered,

    /// <summary>There is no room now. All are sent again, after <see cref="SendAnswer.RetryAfter"/>.</summary>
    Busy,

    /// <summary>It was too much at once, and not said what was taken. Fewer are sent at once; a single one is refused.</summary>
    TooLarge,

    /// <summary>No answer, or none that says what was taken. All are sent again after a while: what comes twice counts once.</summary>
    Failed,
}

/// <summary>A frame that was refused.</summary>
/// <param name="Index">Its place among those that were sent together, from 0.</param>
/// <param name="Reason">Why, in lower snake case.</param>
internal readonly record struct Refusal(int Index, string Reason);

/// <summary>An answer of a receiver.</summary>
/// <param name="Outcome">How it answered.</param>
/// <param name="Detail">What it said, in words; empty where nothing is wrong.</param>
internal sealed record SendAnswer(SendOutcome Outcome, string Detail = "")
{
    /// <summary>How many of the frames, from the first on, have an outcome; at least one where the receiver answered.</summary>
    public int Judged { get; init; }

    /// <summary>Of those that have an outcome: which were refused, by ascending place.</summary>
    public IReadOnlyList<Refusal> Refusals { get; init; } = [];

    /// <summary>For how long to wait; null: as the sender likes.</summary>
    public TimeSpan? RetryAfter { get; init; }
}

/// <summary>Sends frames of one lane; called by one thread at a time, and never for the next frames before the last were answered.</summary>
internal interface IFrameSender
{
    /// <summary>Sends frames once, in their order.</summary>
    /// <param name="frames">At least one.</param>
    /// <param name="stop">Ends the waiting for an answer.</param>
    /// <exception cref="Commands.FailureException">To send again is no use: a key that is not let in, no such service.</exception>
    Task<SendAnswer> SendAsync(IReadOnlyList<Delivery> frames, CancellationToken stop);
}

/// <summary>A receiver that several lanes send to.</summary>
internal interface ISendRoute : IDisposable
{
    /// <summary>A sender for one more lane.</summary>
    IFrameSender OpenLane();
}
