// The port of everything that must be exactly once: patient state, transitions, pages, dead letters and the committed offset.
using MedAI.Streaming.Domain.Alerts;
using MedAI.Streaming.Pipeline.Explaining;

namespace MedAI.Streaming.Pipeline.Ports;

/// <summary>Keeps the state of all partitions. One thread at a time per partition; partitions may call side by side.</summary>
public interface IStateStore : IDisposable
{
    /// <summary>Loads a partition: calls back once per patient with its newest blob.</summary>
    /// <returns>The committed offset: every record before it is covered by the blobs. 0 for a new partition.</returns>
    /// <remarks>Called once per partition before anything else of it. The span is only valid during the callback.</remarks>
    /// <exception cref="StoreException">The store cannot be read; nothing may be assumed.</exception>
    long Load(int partition, PatientBlobReader eachPatient);

    /// <summary>A fact about a partition (the law and the execution profile it is decided under), by name; null: it was never set.</summary>
    /// <remarks>Not before <see cref="Load"/> of the partition.</remarks>
    string? GetFact(int partition, string name);

    /// <summary>Sets a fact, durably.</summary>
    /// <exception cref="StoreException">It could not be written.</exception>
    /// <exception cref="OwnershipLostException">Another process owns the partition now.</exception>
    void SetFact(int partition, string name, string value);

    /// <summary>
    /// Commits in one transaction: transitions and pages (kept once per id), dead letters (once per key), patient blobs
    /// (replaced) and the offset (if given).
    /// </summary>
    /// <returns>
    /// How many transitions were there already with the same content. A transition that is there with *other* content is kept as
    /// it is and listed in <see cref="CommitBatch.Conflicts"/>: the caller decides what that means.
    /// </returns>
    /// <remarks>
    /// A store over several topics makes transitions, pages and dead letters durable first, each once under its id or key, and
    /// then blobs and offset in one transaction; what a crash leaves between the two is decided again, with equal results.
    /// </remarks>
    /// <exception cref="StoreException">Nothing of blobs and offset took effect (for example a full disk).</exception>
    /// <exception cref="OwnershipLostException">Another process owns the partition now; nothing of blobs and offset took effect.</exception>
    /// <exception cref="ArgumentException">A page is for a transition that is neither kept nor in the batch; nothing took effect.</exception>
    int Commit(CommitBatch batch);
}

/// <summary>Receives one patient's blob while a partition is loaded.</summary>
public delegate void PatientBlobReader(string patient, ReadOnlySpan<byte> blob);

/// <summary>One transition with everything a person or an auditor needs; it holds no wall time.</summary>
/// <param name="Patient">Patient id.</param>
/// <param name="Rule">Rule id; it holds no <c>|</c>, so that <see cref="Id"/> is unique whatever the patient id holds.</param>
/// <param name="OpenedEventTime">Event time at which the episode opened, ms since 1970.</param>
/// <param name="Ordinal">0 for the first transition of the episode, then counting.</param>
/// <param name="Kind">What changed.</param>
/// <param name="Alert">Physiological or technical.</param>
/// <param name="Priority">The priority from now on.</param>
/// <param name="Reason">Why.</param>
/// <param name="EventTime">Event time of the change, ms since 1970.</param>
/// <param name="ArrivalTime">Arrival time at which it was decided, ms since 1970.</param>
/// <param name="Value">The value or score that decided; NaN where there is none.</param>
/// <param name="Threshold">The limit or threshold it was held against; NaN where there is none.</param>
/// <param name="Inputs">The readings behind it, as ids <c>device/epoch/sequence/vital</c> joined by a space.</param>
/// <param name="Missing">Inputs that were missing or stale, as vital keys joined by a space (stale ones end in <c>:stale</c>).</param>
/// <param name="ModelVersion">Name and version of the model that decided, or empty.</param>
/// <param name="Text">The whole reason as one sentence for a person.</param>
public sealed record TransitionRecord(
    string Patient, string Rule, long OpenedEventTime, int Ordinal, TransitionKind Kind, AlertKind Alert, AlertPriority Priority,
    TransitionReason Reason, long EventTime, long ArrivalTime, double Value, double Threshold, string Inputs, string Missing,
    string ModelVersion, string Text)
{
    /// <summary>Why the model's risk is what it is, where a model raised the alert; else null.</summary>
    public Explanation? Explanation { get; init; }

    /// <summary>The derived id: patient, rule, opened event time, ordinal.</summary>
    public string Id => string.Create(
        System.Globalization.CultureInfo.InvariantCulture, $"{Patient}|{Rule}|{OpenedEventTime}|{Ordinal}");
}

/// <summary>A page that is owed to people.</summary>
/// <param name="Transition">The transition it is about.</param>
/// <param name="DelayMs">How old the condition was when it was decided, ms; shown to the person.</param>
public sealed record PageRecord(TransitionRecord Transition, long DelayMs);

/// <summary>Input that was rejected, with the reason.</summary>
/// <param name="Partition">Its partition.</param>
/// <param name="Offset">Its record's offset.</param>
/// <param name="Index">Its index among the dead letters of that record.</param>
/// <param name="Readings">How many readings it stands for.</param>
/// <param name="Patient">Patient id, or empty.</param>
/// <param name="Reason">Name of the reject reason.</param>
/// <param name="Detail">What was wrong, with the values as received.</param>
public sealed record DeadLetter(int Partition, long Offset, int Index, int Readings, string Patient, string Reason, string Detail);

/// <summary>What one commit carries; owned by its flow and used again.</summary>
public sealed class CommitBatch(int partition)
{
    /// <summary>The partition.</summary>
    public int Partition { get; } = partition;

    /// <summary>Transitions since the last commit.</summary>
    public List<TransitionRecord> Transitions { get; } = [];

    /// <summary>Pages owed since the last commit: id of the transition, and its delay in ms.</summary>
    public List<(string TransitionId, long DelayMs)> Pages { get; } = [];

    /// <summary>Dead letters since the last commit.</summary>
    public List<DeadLetter> DeadLetters { get; } = [];

    /// <summary>Patients to checkpoint with their blobs.</summary>
    public List<(string Patient, ReadOnlyMemory<byte> Blob)> Patients { get; } = [];

    /// <summary>The new committed offset, or -1 to leave it.</summary>
    public long Offset { get; set; } = -1;

    /// <summary>Emptied and filled by the store: transitions whose id is there with other content.</summary>
    public List<TransitionRecord> Conflicts { get; } = [];

    /// <summary>Whether there is nothing to commit.</summary>
    public bool IsEmpty => Transitions.Count == 0 && Pages.Count == 0 && DeadLetters.Count == 0 && Patients.Count == 0 && Offset < 0;

    /// <summary>Empties the batch and keeps its memory.</summary>
    public void Clear()
    {
        Transitions.Clear();
        Pages.Clear();
        DeadLetters.Clear();
        Patients.Clear();
        Conflicts.Clear();
        Offset = -1;
    }
}
