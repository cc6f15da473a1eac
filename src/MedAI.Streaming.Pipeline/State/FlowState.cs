// The memory of one partition: hot state in arrays by patient number, names and devices beside it.
using System.Text;
using MedAI.Streaming.Domain.Alerts;
using MedAI.Streaming.Domain.Patients;
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Domain.Vitals;

namespace MedAI.Streaming.Pipeline.State;

/// <summary>What is known of a patient in words.</summary>
internal sealed class PatientNames(string id)
{
    /// <summary>Patient id.</summary>
    public string Id { get; } = id;

    /// <summary>Ward, or empty.</summary>
    public string Ward { get; set; } = "";

    /// <summary>Bed, or empty.</summary>
    public string Bed { get; set; } = "";

    /// <summary>Who ordered SpO2 scale 2, or empty.</summary>
    public string Scale2OrderedBy { get; set; } = "";

    /// <summary>Limits of the patient's own.</summary>
    public IReadOnlyList<PatientLimit> Limits { get; set; } = [];

    /// <summary>Ids of the devices, by number within the patient.</summary>
    public List<string> Devices { get; } = [];

    /// <summary>The same as bytes.</summary>
    public List<byte[]> DeviceKeys { get; } = [];
}

/// <summary>
/// The state of one partition. Patient 0 is the partition itself: it counts what belongs to no patient. Only the decode pass
/// adds patients and frames, so references to them hold through all other passes. Devices are added while their records are
/// applied, because which place is free depends on the records before.
/// </summary>
internal sealed class FlowState
{
    private const int InitialPatients = 8;
    private readonly KeyTable _keys = new();
    private PatientState[] _patients = new PatientState[InitialPatients];
    private RuleState[] _rules;
    private long[] _nextInstant = new long[InitialPatients];
    private long[] _firstDirty = new long[InitialPatients];
    private long[] _cause = new long[InitialPatients];
    private bool[] _blocked = new bool[InitialPatients];
    private PatientNames[] _names = new PatientNames[InitialPatients];
    private RuleProfile[] _profiles = new RuleProfile[InitialPatients];
    private DeviceOrder[] _devices = new DeviceOrder[InitialPatients];

    /// <summary>An empty partition under a law.</summary>
    public FlowState(FlowLaw law)
    {
        Book = law.Book;
        Models = new ModelSlots(law);
        RuleCount = Book.Rules.Count;
        _rules = new RuleState[InitialPatients * RuleCount];
        Models.Grow(InitialPatients);
        Steps.Grow(InitialPatients);
        AddPatient([]);
    }

    /// <summary>The rules.</summary>
    public RuleBook Book { get; }

    /// <summary>The settings behind the rules.</summary>
    public Domain.MonitorSettings Settings => Book.Settings;

    /// <summary>The models.</summary>
    public ModelSlots Models { get; }

    /// <summary>The steps that models took, as far back as they are kept.</summary>
    public KeptSteps Steps { get; } = new();

    /// <summary>Rules per patient.</summary>
    public int RuleCount { get; }

    /// <summary>The number of patients, the partition itself included.</summary>
    public int Count { get; private set; }

    /// <summary>The number of devices.</summary>
    public int DeviceCount { get; private set; }

    /// <summary>The frames.</summary>
    public FrameSlab Frames { get; } = new();

    /// <summary>The hot state of a patient.</summary>
    public ref PatientState Patient(int patient) => ref _patients[patient];

    /// <summary>A rule's state of a patient.</summary>
    public ref RuleState Rule(int patient, int rule) => ref _rules[(patient * RuleCount) + rule];

    /// <summary>All rule states of a patient.</summary>
    public Span<RuleState> RulesOf(int patient) => _rules.AsSpan(patient * RuleCount, RuleCount);

    /// <summary>All models forget a patient, and the steps that brought them to where they were.</summary>
    public void ForgetModels(int patient)
    {
        Steps.Forget(patient);
        Models.Forget(patient);
    }

    /// <summary>Arrival time of the next instant at which anything of the patient may be due.</summary>
    public ref long NextInstant(int patient) => ref _nextInstant[patient];

    /// <summary>The same of all patients, to look through at a clock record.</summary>
    public ReadOnlySpan<long> NextInstants => _nextInstant.AsSpan(0, Count);

    /// <summary>Offset of the first record applied since the patient's last checkpoint; -1: none.</summary>
    public ref long FirstDirty(int patient) => ref _firstDirty[patient];

    /// <summary>Offset of the record in whose wake the patient is being worked on.</summary>
    public ref long Cause(int patient) => ref _cause[patient];

    /// <summary>The patient waits for a score: nothing of it may be applied until the score is decided.</summary>
    public ref bool Blocked(int patient) => ref _blocked[patient];

    /// <summary>A patient's names.</summary>
    public PatientNames Names(int patient) => _names[patient];

    /// <summary>The limits that hold for a patient.</summary>
    public ref RuleProfile Profile(int patient) => ref _profiles[patient];

    /// <summary>The limits that hold for a patient by what is known now of ward and own limits.</summary>
    public RuleProfile FindProfile(int patient) => Book.ProfileOf(_names[patient].Id, _names[patient].Ward, _names[patient].Limits);

    /// <summary>
    /// How far behind the clock frames settle because of a source: what is waited for at a gap, and a second for the way of a frame that
    /// nothing holds up.
    /// </summary>
    public long SettleTimeOf(SourceClass source) => Settings.Sources[(int)source].GapWait + Grid.Step;

    /// <summary>Makes sure that a patient is looked at when a time of arrival has come.</summary>
    public void Wake(int patient, long arrivalTime)
    {
        ref var next = ref _nextInstant[patient];
        if (arrivalTime < next)
        {
            next = Grid.AtOrAfter(arrivalTime);
        }
    }

    /// <summary>The order of a device by its number in the flow.</summary>
    public ref DeviceOrder Device(int device) => ref _devices[device];

    /// <summary>The order of a device by its number within a patient.</summary>
    public ref DeviceOrder Device(ref PatientState patient, int local) => ref _devices[patient.Devices[local]];

    /// <summary>The number of a patient by id, or -1.</summary>
    public int FindPatient(ReadOnlySpan<byte> id) => _keys.Find(id);

    /// <summary>Adds a patient of whom nothing is known.</summary>
    public int AddPatient(ReadOnlySpan<byte> id)
    {
        var number = _keys.Add(id);
        if (number == _patients.Length)
        {
            var size = number * 2;
            Array.Resize(ref _patients, size);
            Array.Resize(ref _rules, size * RuleCount);
            Models.Grow(size);
            Steps.Grow(size);
            Array.Resize(ref _nextInstant, size);
            Array.Resize(ref _firstDirty, size);
            Array.Resize(ref _cause, size);
            Array.Resize(ref _blocked, size);
            Array.Resize(ref _names, size);
            Array.Resize(ref _profiles, size);
        }

        _patients[number] = PatientState.New();
        _nextInstant[number] = PatientState.Never;
        _firstDirty[number] = -1;
        _names[number] = new PatientNames(Encoding.UTF8.GetString(id));
        _profiles[number] = FindProfile(number);
        Count = number + 1;
        return number;
    }

    /// <summary>The number of a device within its patient, or -1.</summary>
    public int FindDevice(int patient, ReadOnlySpan<byte> id)
    {
        var keys = _names[patient].DeviceKeys;
        for (var i = 0; i < keys.Count; i++)
        {
            if (id.SequenceEqual(keys[i]))
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>
    /// Adds a device to a patient, if need be in the place of the one that was taken away longest ago; -1 when the patient wears as many
    /// as a patient may have. References to devices do not outlive the call.
    /// </summary>
    public int AddDevice(int patient, ReadOnlySpan<byte> id, SourceClass source)
    {
        ref var state = ref _patients[patient];
        if (state.DeviceCount == PatientState.MaxDevices)
        {
            return ReplaceDevice(ref state, _names[patient], id, source);
        }

        if (DeviceCount == _devices.Length)
        {
            Array.Resize(ref _devices, DeviceCount * 2);
        }

        _devices[DeviceCount] = DeviceOrder.New(source);
        state.Devices[state.DeviceCount] = DeviceCount++;
        _names[patient].Devices.Add(Encoding.UTF8.GetString(id));
        _names[patient].DeviceKeys.Add(id.ToArray());
        return state.DeviceCount++;
    }

    private int ReplaceDevice(ref PatientState state, PatientNames names, ReadOnlySpan<byte> id, SourceClass source)
    {
        var oldest = -1;
        for (var local = 0; local < state.DeviceCount; local++)
        {
            ref readonly var device = ref Device(ref state, local);
            if (device.IsAway && (oldest < 0 || device.RemovedAt < Device(ref state, oldest).RemovedAt))
            {
                oldest = local;
            }
        }

        if (oldest >= 0)
        {
            Device(ref state, oldest) = DeviceOrder.New(source);
            names.Devices[oldest] = Encoding.UTF8.GetString(id);
            names.DeviceKeys[oldest] = id.ToArray();
        }

        return oldest;
    }
}
