// How a simulated fleet is run, and what it leaves behind for others to judge.
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Pipeline;
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.Pipeline.Wire;

namespace MedAI.Streaming.TestKit.Worlds.Fleet;

/// <summary>How a fleet is run. Nothing of it may change what is decided over its log.</summary>
/// <param name="Seed">Decides the order of everything.</param>
/// <param name="Partitions">Partitions of the topics.</param>
/// <param name="Workers">Workers at the start.</param>
/// <param name="Batch">The most records of a batch.</param>
/// <param name="StaticMembers">A worker that starts again has the name it had, and finds its partitions if it is quick.</param>
/// <param name="Rates">What goes wrong.</param>
/// <param name="SeriesPoints">Points that are written together; ten times as many fit into memory while they cannot be written.</param>
public sealed record FleetRun(
    ulong Seed, int Partitions, int Workers, int Batch, bool StaticMembers, FaultRates Rates, int SeriesPoints = 100);

/// <summary>A frame that was handed to a gateway.</summary>
/// <param name="Frame">The frame.</param>
/// <param name="Acknowledged">Whether the gateway said that it is durable; else it may be in the log or not.</param>
public sealed record SentElement(FrameElement Frame, bool Acknowledged);

/// <summary>A message of the alerts as it lies there.</summary>
/// <param name="Partition">Its partition.</param>
/// <param name="Offset">Its offset.</param>
/// <param name="Message">The message.</param>
public sealed record RawAlert(int Partition, long Offset, AlertMessage Message);

/// <summary>What a fleet left behind.</summary>
/// <param name="Log">The log.</param>
/// <param name="Sent">The frames that were handed to gateways.</param>
/// <param name="Alerts">The alerts, repeats included, by partition and offset.</param>
/// <param name="DeadLetters">The dead letters, repeats included.</param>
/// <param name="Series">The series by key.</param>
/// <param name="Marks">The transitions in the series store, one of each of its keys.</param>
/// <param name="Totals">Counters, as the last checkpoints have them.</param>
/// <param name="GroupOffsets">The group's offset by partition.</param>
/// <param name="Seen">What happened, and how often.</param>
public sealed record FleetResult(
    IEventLog Log, IReadOnlyList<SentElement> Sent, IReadOnlyList<RawAlert> Alerts, IReadOnlyList<DeadLetter> DeadLetters,
    IReadOnlyDictionary<SeriesKey, SeriesValue> Series, IReadOnlyList<TransitionRecord> Marks, FlowTotals Totals, IReadOnlyList<long> GroupOffsets,
    IReadOnlyDictionary<string, int> Seen);
