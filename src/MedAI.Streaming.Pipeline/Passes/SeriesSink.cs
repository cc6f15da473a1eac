// Collects points for the series: every reading that was taken or came late, and every score.
using System.Numerics;
using MedAI.Streaming.Domain.Scores;
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Domain.Vitals;
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.Pipeline.Scoring;
using MedAI.Streaming.Pipeline.State;

namespace MedAI.Streaming.Pipeline.Passes;

/// <summary>Adds points of records that the series store does not have yet.</summary>
internal sealed class SeriesSink
{
    private const int FirstScore = VitalSignCatalogue.Count;
    private readonly FlowState _state;
    private readonly int _models;

    // The batch's number of a device by the flow's, and whose it is. A device's number in the flow may go over to another device.
    private readonly List<(int Number, string? Name)> _devices = [];

    // The batch's numbers of all devices that it knows: one that comes back, in whatever place, is the one it was.
    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);

    /// <summary>A sink into a batch; series are numbered here.</summary>
    public SeriesSink(FlowState state, SeriesBatch batch, FlowLaw law)
    {
        _state = state;
        Batch = batch;
        foreach (var vital in VitalSignCatalogue.All)
        {
            batch.Names.Add(vital.Key);
        }

        for (var kind = 0; kind < ClinicalScores.Count; kind++)
        {
            batch.Names.Add(SeriesNames.Score((ScoreKind)kind));
        }

        string[] risks = [SeriesNames.Model(law.ModelTask), .. law.Shadows.Select(shadow => SeriesNames.Shadow(shadow.Id))];
        _models = risks.Length;
        batch.Names.AddRange(risks);
        batch.Names.AddRange(risks.Select(SeriesNames.Alarm));
    }

    /// <summary>The batch.</summary>
    public SeriesBatch Batch { get; }

    /// <summary>Records before this offset have their points in the store: they are applied again after a crash, without points.</summary>
    public long AppliedOffset { get; set; }

    /// <summary>Adds the readings of a frame that was taken or came late.</summary>
    public void Readings(int patient, ref readonly Frame frame)
    {
        if (!Wanted(patient))
        {
            return;
        }

        NamePatients();
        var device = Device(patient, frame.Device);
        var apart = Apart(in frame);
        var late = (frame.Flags & FrameFlags.Late) != 0 ? PointFlags.Late : PointFlags.None;
        for (var mask = frame.Present; mask != 0; mask &= mask - 1)
        {
            var vital = BitOperations.TrailingZeroCount(mask);
            var questionable = (frame.Questionable & (1ul << vital)) != 0 ? PointFlags.Questionable : PointFlags.None;
            Batch.Points.Add(new SeriesPoint(patient, (ushort)vital, frame.EventTime, frame.Values[vital], late | questionable, device, apart));
        }
    }

    /// <summary>Adds a clinical score.</summary>
    public void Score(int patient, ScoreKind kind, long time, in ScoreResult result)
    {
        if (Wanted(patient) && result.Status >= ScoreStatus.Partial)
        {
            NamePatients();
            var partial = result.Status == ScoreStatus.Partial ? PointFlags.Partial : PointFlags.None;
            Batch.Points.Add(new SeriesPoint(patient, (ushort)(FirstScore + (int)kind), time, result.Value, partial));
        }
    }

    /// <summary>Adds a risk, and the alarm score where there is one.</summary>
    /// <param name="patient">The patient.</param>
    /// <param name="model">0: the model whose alerts count; n: shadow n.</param>
    /// <param name="time">When it is true, ms.</param>
    /// <param name="score">What the model said.</param>
    /// <param name="provisional">It is not the end of a step.</param>
    public void Model(int patient, int model, long time, ModelScore score, bool provisional)
    {
        if (!Wanted(patient))
        {
            return;
        }

        NamePatients();
        var series = FirstScore + ClinicalScores.Count + model;
        var flags = provisional ? PointFlags.Provisional : PointFlags.None;
        Batch.Points.Add(new SeriesPoint(patient, (ushort)series, time, score.Risk, flags));
        if (score.HasAlarm)
        {
            Batch.Points.Add(new SeriesPoint(patient, (ushort)(series + _models), time, score.Alarm, flags));
        }
    }

    private bool Wanted(int patient) => _state.Cause(patient) >= AppliedOffset;

    // Within an epoch it counts on, which time series servers pack well; epochs begin at places far from each other.
    private static int Apart(ref readonly Frame frame) =>
        (int)(unchecked(((frame.Epoch * 0x9E37_79B9_7F4A_7C15) >> 20) + frame.Sequence) % 1_000_000);

    private int Device(int patient, int local)
    {
        var device = _state.Patient(patient).Devices[local];
        var name = _state.Names(patient).Devices[local];
        while (_devices.Count <= device)
        {
            _devices.Add((-1, null));
        }

        if (!ReferenceEquals(_devices[device].Name, name))
            _devices[device] = (NumberOf(name), name);
        return _devices[device].Number;
    }

    private int NumberOf(string name)
    {
        if (!_numbers.TryGetValue(name, out var number))
        {
            number = Batch.Devices.Count;
            _numbers.Add(name, number);
            Batch.Devices.Add(name);
        }

        return number;
    }

    private void NamePatients()
    {
        while (Batch.Patients.Count < _state.Count)
        {
            Batch.Patients.Add(_state.Names(Batch.Patients.Count).Id);
        }
    }
}
