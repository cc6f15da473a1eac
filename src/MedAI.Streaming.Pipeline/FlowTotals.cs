// What became of everything, summed over patients and partitions: the numbers of a report.
using MedAI.Streaming.Domain.Patients;
using MedAI.Streaming.Domain.Vitals;

namespace MedAI.Streaming.Pipeline;

/// <summary>Sums over patients. Readings add up: accepted + late + duplicate + rejected = in.</summary>
public sealed class FlowTotals
{
    private readonly long[] _rejected = new long[RejectReasons.Count];
    private long _eventMs;

    /// <summary>Patients with at least one record.</summary>
    public long Patients { get; private set; }

    /// <summary>Frames, repeats included.</summary>
    public long Frames { get; private set; }

    /// <summary>Readings that arrived.</summary>
    public long In { get; private set; }

    /// <summary>Readings taken.</summary>
    public long Accepted { get; private set; }

    /// <summary>Readings that came late.</summary>
    public long Late { get; private set; }

    /// <summary>Readings of repeated frames.</summary>
    public long Duplicate { get; private set; }

    /// <summary>Instants scored by the model.</summary>
    public long Scores { get; private set; }

    /// <summary>Hours of event time from each patient's first to newest reading, summed.</summary>
    public double EventHours => _eventMs / 3_600_000.0;

    /// <summary>Readings rejected.</summary>
    public long Rejected => _rejected.Sum();

    /// <summary>Readings rejected, by name of the reason; reasons that did not occur are left out.</summary>
    public IReadOnlyDictionary<string, long> RejectedByReason => Enumerable.Range(0, _rejected.Length)
        .Where(i => _rejected[i] > 0)
        .ToDictionary(i => ((RejectReason)i).Name(), i => _rejected[i]);

    internal void Add(int patient, ref readonly PatientState p)
    {
        Patients += patient > 0 && p.LastOffset >= 0 ? 1 : 0;
        Frames += p.Counts.Frames;
        In += p.Counts.In;
        Accepted += p.Counts.Accepted;
        Late += p.Counts.Late;
        Duplicate += p.Counts.Duplicate;
        Scores += p.ScoreCount;
        _eventMs += p.EarlierStays;
        _eventMs += p.FirstEventTime == long.MinValue ? 0 : Math.Max(0, p.Clock - p.FirstEventTime);
        for (var i = 0; i < _rejected.Length; i++)
        {
            _rejected[i] += p.Counts.Rejected[i];
        }
    }
}
