// What one partition remembers between its writes of the series.
using MedAI.Streaming.Pipeline.Ports;

namespace MedAI.Streaming.Adapters.Sqlite;

/// <summary>
/// The state of one partition's writes: the store's numbers for the numbers of the batch it was last given, and which buckets each
/// patient has. Used by the partition's one thread, or under the store's lock.
/// </summary>
internal sealed class SeriesWriter
{
    private SeriesBatch? _batch;

    /// <summary>Makes the blocks.</summary>
    public PointSorter Sorter { get; } = new();

    /// <summary>The store's patient numbers by the batch's.</summary>
    public List<long> Patients { get; } = [];

    /// <summary>The store's series numbers by the batch's.</summary>
    public List<uint> Series { get; } = [];

    /// <summary>First and last bucket by the store's patient number, as committed; null until it is loaded.</summary>
    public Dictionary<long, (long First, long Last)>? Spans { get; set; }

    /// <summary>The spans that the running transaction changes.</summary>
    public Dictionary<long, (long First, long Last)> Changed { get; } = [];

    /// <summary>The offset that is applied, once it is known; -1 before.</summary>
    public long Applied { get; set; } = -1;

    /// <summary>Forgets the numbers of another batch.</summary>
    public void Use(SeriesBatch batch)
    {
        if (ReferenceEquals(batch, _batch)) return;
        _batch = batch;
        Patients.Clear();
        Series.Clear();
    }

    /// <summary>Widens a patient's span in the running transaction, if need be.</summary>
    public void Widen(long patient, long bucket)
    {
        if (!Changed.TryGetValue(patient, out var span) && !Spans!.TryGetValue(patient, out span))
            span = (bucket, bucket - 1);
        if (bucket >= span.First && bucket <= span.Last) return;
        Changed[patient] = (Math.Min(span.First, bucket), Math.Max(span.Last, bucket));
    }

    /// <summary>Takes over what the transaction has committed.</summary>
    public void Committed(long throughOffset)
    {
        foreach (var (patient, span) in Changed)
            Spans![patient] = span;
        Applied = throughOffset;
    }
}
