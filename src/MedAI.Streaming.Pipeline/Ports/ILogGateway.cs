// The port by which live input gets into the log: who calls, what each outcome promises, and what the caller does then.
using MedAI.Streaming.Domain.Stream;

namespace MedAI.Streaming.Pipeline.Ports;

/// <summary>The only door for live input. Any number of callers at a time.</summary>
public interface ILogGateway
{
    /// <summary>Hands elements to the log in their order.</summary>
    /// <param name="elements">
    /// Frames, control records and refused input, at least one. Their arrival times are ignored: the gateway stamps its own. The
    /// list must not change until the call is over.
    /// </param>
    /// <param name="stop">Ends the waiting. Elements may become durable all the same.</param>
    /// <returns>
    /// <see cref="AppendResult.Durable"/>: all elements are in the log, and those of one patient are there in the order given; only
    /// then may a sender be told so. Busy: none of them is, and the sender comes again after <see cref="AppendResult.RetryAfter"/>.
    /// </returns>
    /// <exception cref="StoreException">
    /// The log cannot take them (a full disk, a broken connection). It is not known whether any of them is in the log; to hand them
    /// over again is harmless, because the flow tells repeats apart.
    /// </exception>
    Task<AppendResult> AppendAsync(IReadOnlyList<LogElement> elements, CancellationToken stop);
}

/// <summary>What became of elements that were handed to the log.</summary>
public readonly record struct AppendResult
{
    /// <summary>All elements are in the log.</summary>
    public static AppendResult Durable => new() { IsDurable = true };

    /// <summary>Whether all elements are in the log; else none of them is.</summary>
    public bool IsDurable { get; private init; }

    /// <summary>For how long the caller waits before it comes again; zero where the elements are durable.</summary>
    public TimeSpan RetryAfter { get; private init; }

    /// <summary>There is no room at present; nothing was taken.</summary>
    public static AppendResult Busy(TimeSpan retryAfter) => new() { RetryAfter = retryAfter };
}
