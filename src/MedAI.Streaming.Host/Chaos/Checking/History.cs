// What outsiders saw of a run: what was sent, logged, decided and stored, and what should have been decided.
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.Pipeline.Wire;

namespace MedAI.Streaming.Host.Chaos.Checking;

/// <summary>Which frame: a device numbers its frames from 1 in each epoch.</summary>
internal readonly record struct FrameId(string Device, ulong Epoch, ulong Sequence)
{
    /// <inheritdoc/>
    public override string ToString() => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Device}/{Epoch}/{Sequence}");
}

/// <summary>What the sender learned about a frame.</summary>
internal enum SentOutcome
{
    /// <summary>The receiver said that it is durable.</summary>
    Acknowledged,

    /// <summary>The receiver refused it.</summary>
    Refused,

    /// <summary>Nothing is known: it may be in the log.</summary>
    Undelivered,

    /// <summary>It was never sent, on purpose.</summary>
    Lost,
}

/// <summary>A frame in the fleet's own journal.</summary>
/// <param name="Id">Which.</param>
/// <param name="Patient">Its patient; empty where the receiver finds out.</param>
/// <param name="EventTime">Event time, ms since 1970.</param>
/// <param name="Fault">What the sender did to it on purpose.</param>
/// <param name="Sent">How often it went over the wire.</param>
/// <param name="Outcome">What the sender learned.</param>
internal sealed record SentFrame(FrameId Id, string Patient, long EventTime, string Fault, int Sent, SentOutcome Outcome);

/// <summary>A frame in the log.</summary>
/// <param name="Partition">Its partition.</param>
/// <param name="Offset">Its offset.</param>
/// <param name="Id">Which.</param>
/// <param name="Patient">Its patient.</param>
/// <param name="EventTime">Event time, ms since 1970.</param>
/// <param name="Content">A hash of all of it; 0 where none was made.</param>
internal sealed record LoggedFrame(int Partition, long Offset, FrameId Id, string Patient, long EventTime, ulong Content = 0);

/// <summary>A message of the alerts as it stands there, repeats included.</summary>
/// <param name="Partition">Its partition.</param>
/// <param name="Offset">Its offset.</param>
/// <param name="Id">The transition's id.</param>
/// <param name="Transition">The transition; null: the message holds a page only.</param>
/// <param name="PageDelayMs">The page's delay, ms; null: it holds none.</param>
internal sealed record PublishedAlert(int Partition, long Offset, TransitionId Id, TransitionRecord? Transition, long? PageDelayMs);

/// <summary>The key of a point in the series store.</summary>
internal readonly record struct PointKey(string Patient, string Series, string Device, long EventTime, long Apart = 0);

/// <summary>What a point says.</summary>
internal readonly record struct PointValue(double Value, PointFlags Flags);

/// <summary>Everything that a verdict rests on. How it came about is of no concern to the checker.</summary>
internal sealed record History
{
    /// <summary>The fleet's journal.</summary>
    public required IReadOnlyList<SentFrame> Sent { get; init; }

    /// <summary>The frames in the log, repeats included.</summary>
    public required IReadOnlyList<LoggedFrame> Logged { get; init; }

    /// <summary>The alerts, repeats included.</summary>
    public required IReadOnlyList<PublishedAlert> Published { get; init; }

    /// <summary>The transitions of a fault-free single-process run over the same log.</summary>
    public required IReadOnlyList<TransitionRecord> Expected { get; init; }

    /// <summary>The pages of that run: id of the transition and delay, ms.</summary>
    public required IReadOnlyDictionary<string, long> ExpectedPages { get; init; }

    /// <summary>The dead letters, repeats included.</summary>
    public required IReadOnlyList<DeadLetter> DeadLetters { get; init; }

    /// <summary>The dead letters of that run.</summary>
    public required IReadOnlyList<DeadLetter> ExpectedDeadLetters { get; init; }

    /// <summary>What the series store holds; empty together with <see cref="ExpectedSeries"/> where series are not compared.</summary>
    public required IReadOnlyDictionary<PointKey, PointValue> Series { get; init; }

    /// <summary>What it should hold.</summary>
    public required IReadOnlyDictionary<PointKey, PointValue> ExpectedSeries { get; init; }

    /// <summary>The transitions in the series store, repeats included.</summary>
    public required IReadOnlyList<TransitionRecord> SinkTransitions { get; init; }

    /// <summary>
    /// Whether the series store should hold every transition. Without it transitions there are only looked at where there are any.
    /// </summary>
    public bool SinkHoldsTransitions { get; init; }
}
