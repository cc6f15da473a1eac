// The whole way of one partition on one screen: decode, order, apply, score, decide, deliver, checkpoint.
using System.Buffers;
using System.Runtime.InteropServices;
using MedAI.Streaming.Domain.Patients;
using MedAI.Streaming.Pipeline.Passes;
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.Pipeline.State;
using MedAI.Streaming.Pipeline.Wire;

namespace MedAI.Streaming.Pipeline;

/// <summary>
/// The flow of one partition: one synchronous method over an owned batch, no thread of its own, no clock. What it decides is a
/// function of the log alone: of how the log is cut into batches, and of where the flow was stopped and resumed, nothing depends.
/// </summary>
public sealed class PartitionFlow
{
    private readonly FlowState _state;
    private readonly DecodePass _decode;
    private readonly WearPass _wear;
    private readonly OrderPass _order;
    private readonly ControlPass _controls;
    private readonly InstantPass _instants;
    private readonly WindowPass _windows;
    private readonly ScorePass _scores;
    private readonly DecidePass _decide;
    private readonly SeriesSink _series;
    private readonly PatientViews? _views;
    private readonly AlertSink _alerts;
    private List<int> _todo = [];
    private List<int> _later = [];
    private readonly List<int> _resumed = [];
    private readonly StateCodec _codec;
    private readonly ArrayBufferWriter<byte> _blobs = new(4096);
    private readonly List<(int Patient, int End)> _blobEnds = [];
    private long _nextOffset;

    /// <summary>A flow that has applied nothing.</summary>
    /// <param name="partition">Its partition.</param>
    /// <param name="law">The law.</param>
    /// <param name="feed">Who watches, or null.</param>
    /// <param name="partitions">How many partitions there are; 0: whether a patient belongs to this one is not checked.</param>
    public PartitionFlow(int partition, FlowLaw law, ILiveFeed? feed = null, int partitions = 0)
    {
        Partition = partition;
        Commit = new CommitBatch(partition);
        _state = new FlowState(law);
        _codec = new StateCodec(_state);
        _alerts = new AlertSink(_state, Commit);
        _series = new SeriesSink(_state, new SeriesBatch(), law);
        _windows = new WindowPass(_state);
        var limits = new LimitPass(_state, _alerts);
        var sources = new SourceLaw(_state, limits, _alerts);
        var held = new HeldFrames(_state.Frames);
        _wear = new WearPass(_state, _alerts, _series);
        _order = new OrderPass(_state, held, limits, _windows, sources, _alerts, _series);
        _controls = new ControlPass(_state, held, limits, _windows, sources, _alerts);
        _instants = new InstantPass(_state, _order, limits, _windows, sources, _alerts);
        _decode = new DecodePass(_state, partition, partitions);
        _scores = new ScorePass(_state);
        _decide = new DecidePass(_state, _scores, _windows, _alerts, _series);
        _views = feed is null ? null : new PatientViews(_state, feed);
    }

    /// <summary>The partition.</summary>
    public int Partition { get; }

    /// <summary>The offset of the next record to apply.</summary>
    public long NextOffset => _nextOffset;

    /// <summary>What was decided since it was last cleared: for the state store.</summary>
    public CommitBatch Commit { get; }

    /// <summary>Points since they were last cleared: for the series store.</summary>
    public SeriesBatch Series => _series.Batch;

    /// <summary>Records before this offset have their points in the series store already.</summary>
    public long SeriesAppliedOffset
    {
        get => _series.AppliedOffset;
        set => _series.AppliedOffset = value;
    }

    /// <summary>Whether control records say that the elected model does not answer, though nothing that is known here speaks against asking it.</summary>
    public bool ModelIsSilent =>
        _state.Models.IsSilentAt(long.MaxValue, long.MaxValue) && _scores.MayAsk(_state.Models.ElectedAt(long.MaxValue, long.MaxValue));

    /// <summary>What the log elected, oldest first, as far as it was applied.</summary>
    internal IReadOnlyList<ElectedModel> Elections => _state.Models.Elections;

    /// <summary>
    /// Elections, by the offsets of their records (-1: the first model of the law), whose model failed in this run: what is left before a
    /// control record says so goes without it, too. A flow that is loaded anew takes over those of the one before.
    /// </summary>
    internal HashSet<long> GivenUp
    {
        init => _scores.GivenUp = value;
    }

    /// <summary>The number of patients.</summary>
    public int PatientCount => _state.Count - 1;

    /// <summary>Applies a batch that begins at <see cref="NextOffset"/>, or later where the log has nothing in between.</summary>
    /// <exception cref="ModelFailedException">The model did not answer: the flow is of no use any more and must be loaded again.</exception>
    public void Process(LogBatch batch)
    {
        _decode.Run(batch);
        _todo.Clear();
        for (var i = 0; i < _decode.Count; i++)
        {
            _todo.Add(i);
        }

        // A round applies what it can: a patient who is due to be scored waits for the end of the round, and so does all that
        // comes behind in the batch for that patient. Then all who are due are scored together.
        _resumed.Clear();
        do
        {
            _later.Clear();
            ApplyRound();
            _scores.Run(_windows.Requests);
            _resumed.Clear();
            foreach (var request in _windows.Requests)
            {
                _resumed.Add(request.Patient);
            }

            _decide.Run(_windows.Requests);
            (_todo, _later) = (_later, _todo);
        }
        while (_todo.Count > 0 || _resumed.Count > 0);
        _nextOffset = batch.FirstOffset + batch.Count;
        _views?.Publish();
    }

    private void ApplyRound()
    {
        foreach (var patient in _resumed)
        {
            _windows.Drain(patient);
        }

        for (var i = 0; i < _todo.Count; i++)
        {
            ref var element = ref _decode.Elements[_todo[i]];
            if (element.Kind == RecordKind.Clock)
            {
                // A clock concerns every patient: it waits until nobody is blocked, and what is behind it waits with it.
                if (_later.Count > 0 || !ApplyClock(element.ArrivalTime, element.Offset))
                {
                    _later.AddRange(CollectionsMarshal.AsSpan(_todo)[i..]);
                    return;
                }
            }
            else if (!Apply(ref element))
            {
                _later.Add(_todo[i]);
            }
        }
    }

    // False: the patient is blocked, and the element must be applied in a later round.
    private bool Apply(ref Element element)
    {
        var patient = element.Patient;
        ref var p = ref _state.Patient(patient);
        if (_state.Blocked(patient))
        {
            return false;
        }

        if (element.Offset <= p.LastOffset)
        {
            // Applied before the checkpoint that this flow was loaded from.
            if (element.Frame >= 0)
            {
                _state.Frames.Free(element.Frame);
            }

            return true;
        }

        Touch(patient, element.Offset);
        KeepArrivalInOrder(ref element, ref p);
        if (!_instants.Advance(patient, element.ArrivalTime))
        {
            return false;
        }

        p.LastArrival = element.ArrivalTime;
        var settleTime = p.SettleTime;
        if (element.Control is not null)
        {
            _controls.Apply(in element);
        }
        else if (_wear.Admit(in element, _decode.DeviceOf(in element)))
        {
            _order.Apply(in element, _decode.Rejected);
        }
        else
        {
            _state.Frames.Free(element.Frame);
        }

        if (element.Control is not null || p.SettleTime != settleTime)
        {
            // What all timers of the patient depend on has changed.
            _instants.WakeAnew(patient);
        }

        p.LastOffset = element.Offset;
        _windows.Drain(patient);
        return true;
    }

    // False: somebody is blocked; called again after the round, it goes on where it stopped.
    private bool ApplyClock(long arrivalTime, long offset)
    {
        var free = true;
        for (var patient = 1; patient < _state.Count; patient++)
        {
            if (_state.Blocked(patient))
            {
                free = false;
            }
            else if (_state.NextInstants[patient] <= arrivalTime && _state.Patient(patient).LastOffset < offset)
            {
                Touch(patient, offset);
                if (_instants.Advance(patient, arrivalTime))
                {
                    _state.Patient(patient).LastOffset = offset;
                }
                else
                {
                    free = false;
                }
            }
        }

        return free;
    }

    // A broker's clock may go back a little; a patient's time does not.
    private void KeepArrivalInOrder(ref Element element, ref PatientState p)
    {
        if (element.ArrivalTime < p.LastArrival)
        {
            element.ArrivalTime = p.LastArrival;
            if (element.Frame >= 0)
            {
                _state.Frames[element.Frame].ArrivalTime = p.LastArrival;
            }
        }
    }

    /// <summary>Loads one patient from a checkpoint, before anything was applied.</summary>
    /// <exception cref="StoreException">The blob cannot be loaded.</exception>
    public void Load(string patient, ReadOnlySpan<byte> blob)
    {
        var number = _codec.Read(patient, blob);
        _state.NextInstant(number) = PatientState.Never;
        _instants.WakeAnew(number);
        _views?.Touch(number);
    }

    /// <summary>Says where the flow begins, after its patients were loaded.</summary>
    public void StartAt(long offset) => _nextOffset = offset;

    /// <summary>
    /// Puts the dirty patients of one of several groups into <see cref="Commit"/>, with the offset up to which nothing is unchecked.
    /// </summary>
    /// <param name="group">The group, 0..<paramref name="groups"/> - 1.</param>
    /// <param name="groups">How many groups there are; 1: all patients.</param>
    public void Checkpoint(int group, int groups)
    {
        _blobs.ResetWrittenCount();
        _blobEnds.Clear();
        var oldest = _nextOffset;
        for (var patient = 0; patient < _state.Count; patient++)
        {
            ref var dirty = ref _state.FirstDirty(patient);
            if (dirty >= 0 && patient % groups == group)
            {
                _codec.Write(patient, _blobs);
                _blobEnds.Add((patient, _blobs.WrittenCount));
                dirty = -1;
            }

            oldest = dirty >= 0 ? Math.Min(oldest, dirty) : oldest;
        }

        var start = 0;
        foreach (var (patient, end) in _blobEnds)
        {
            Commit.Patients.Add((_state.Names(patient).Id, _blobs.WrittenMemory[start..end]));
            start = end;
        }

        Commit.Offset = oldest;
    }

    /// <summary>Adds this flow's counters to a report.</summary>
    public void AddTo(FlowTotals totals)
    {
        for (var patient = 0; patient < _state.Count; patient++)
        {
            totals.Add(patient, in _state.Patient(patient));
        }
    }

    private void Touch(int patient, long offset)
    {
        ref var dirty = ref _state.FirstDirty(patient);
        dirty = dirty < 0 ? offset : dirty;
        _state.Cause(patient) = offset;
        _views?.Touch(patient);
    }
}
