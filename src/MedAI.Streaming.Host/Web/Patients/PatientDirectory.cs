// The directory: which patients there are, and who wore which device when. Every frame asks it, so asking takes no lock.
using System.Collections.Concurrent;
using MedAI.Streaming.Domain.Patients;
using MedAI.Streaming.Domain.Vitals;
using MedAI.Streaming.Pipeline.Ports;

namespace MedAI.Streaming.Host.Web.Patients;

/// <summary>
/// The directory of one site: in memory, and durable in its store. What changes it was logged before, so the log is the truth; a process
/// that ends between the two leaves the directory one change behind, and whoever asked for the change had no answer: to ask again
/// writes the same record once more, which changes nothing in the flow, and then the entry.
/// </summary>
internal sealed class PatientDirectory : IDisposable
{
    private readonly IDirectoryStore _store;
    private readonly ConcurrentDictionary<string, PatientEntry> _patients = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, DeviceHistory> _devices = new(StringComparer.Ordinal);

    // Whoever decides about a change holds it until the change is logged and kept: two changes must not be decided on the same past.
    private readonly SemaphoreSlim _changing = new(1);

    // What others changed is taken by one at a time: an older entry must not come behind a newer one.
    private readonly Lock _refreshing = new();

    // Guards the version together with what may only be done while it stands.
    private readonly Lock _standing = new();
    private long _version;

    /// <summary>Loads a directory, whose owner it is from now on.</summary>
    /// <exception cref="StoreException">It cannot be read.</exception>
    public PatientDirectory(IDirectoryStore store)
    {
        _store = store;
        Learn(store.Load());
    }

    /// <summary>Takes what other processes changed.</summary>
    /// <exception cref="StoreException">It cannot be read at the moment.</exception>
    public void Refresh()
    {
        lock (_refreshing)
        {
            var changes = _store.TakeChanges();
            if (changes.Count == 0)
                return;

            Learn(changes);
            Step(2);
        }
    }

    /// <summary>Another one whenever the directory changed; odd while a change is under way, which may be in the log already.</summary>
    public long Version => Volatile.Read(ref _version);

    /// <summary>The patients in ordinal order of their ids.</summary>
    public IReadOnlyList<PatientEntry> Patients => [.. _patients.Values.OrderBy(patient => patient.Id, StringComparer.Ordinal)];

    /// <summary>A patient, or null.</summary>
    public PatientEntry? Patient(string id) => _patients.GetValueOrDefault(id);

    /// <summary>Who wore a device when.</summary>
    public DeviceHistory Device(string id) => _devices.GetValueOrDefault(id, DeviceHistory.Empty);

    /// <summary>Each device that patients wear or wore, with one of its intervals, by device and time.</summary>
    public IEnumerable<(string Device, WearInterval Interval)> Intervals() => _devices
        .OrderBy(device => device.Key, StringComparer.Ordinal)
        .SelectMany(device => device.Value.Intervals.Select(interval => (device.Key, interval)));

    /// <summary>The devices that a patient wears, in ordinal order.</summary>
    public IReadOnlyList<string> DevicesOf(string patient) =>
        [.. _devices.Where(device => device.Value.Current?.Patient == patient).Select(device => device.Key).Order(StringComparer.Ordinal)];

    /// <summary>Says whose a frame is.</summary>
    /// <param name="device">The device.</param>
    /// <param name="named">The patient that the frame names; empty: none.</param>
    /// <param name="eventTime">The frame's event time.</param>
    /// <param name="patient">Whose it is.</param>
    /// <returns><see cref="RejectReason.None"/>, or why it is nobody's.</returns>
    public RejectReason Resolve(string device, string named, long eventTime, out string patient)
    {
        patient = named;
        if (!_devices.TryGetValue(device, out var history) || history.Intervals.Count == 0)
            return named.Length == 0 ? RejectReason.DeviceNotAssociated : RejectReason.None;

        var wearer = history.WornAt(eventTime)?.Patient;
        if (named.Length > 0)
            return wearer == named ? RejectReason.None : RejectReason.OtherPatient;

        patient = wearer ?? "";
        return wearer is null ? RejectReason.DeviceNotAssociated : RejectReason.None;
    }

    /// <summary>Waits until nobody else changes the directory; the caller is the only one who may until it lets go.</summary>
    public async Task<IDisposable> ChangeAsync(CancellationToken stop)
    {
        await _changing.WaitAsync(stop);
        Step(1);
        return new Turn(this, 1);
    }

    /// <summary>Waits for the change under way, and lets no other begin until the caller lets go; the caller changes nothing.</summary>
    public async Task<IDisposable> HoldAsync(CancellationToken stop)
    {
        await _changing.WaitAsync(stop);
        return new Turn(this, 0);
    }

    /// <summary>Does something if a version stands and no change is under way; none begins before it is done.</summary>
    /// <param name="version">The version.</param>
    /// <param name="act">What to do; it must not wait.</param>
    /// <returns>What came of it, or null: what was looked up may no longer be so.</returns>
    public T? WhileAt<T>(long version, Func<T> act)
        where T : class
    {
        lock (_standing)
        {
            return version == _version && version % 2 == 0 ? act() : null;
        }
    }

    /// <summary>Keeps a patient.</summary>
    /// <exception cref="StoreException">The store cannot; nothing changed.</exception>
    public void Put(PatientEntry patient)
    {
        _store.Put(DirectoryCodec.Encode(patient));
        _patients[patient.Id] = patient;
    }

    /// <summary>Keeps the history of a device.</summary>
    /// <exception cref="StoreException">The store cannot; nothing changed.</exception>
    public void Put(string device, DeviceHistory history)
    {
        _store.Put(DirectoryCodec.Encode(device, history));
        _devices[device] = history;
    }

    private void Learn(IReadOnlyList<DirectoryEntry> entries)
    {
        foreach (var entry in entries)
        {
            DirectoryCodec.Decode(entry, patient => _patients[patient.Id] = patient, (device, history) => _devices[device] = history);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _changing.Dispose();
        _store.Dispose();
    }

    private void Step(long by)
    {
        lock (_standing)
        {
            _version += by;
        }
    }

    private sealed class Turn(PatientDirectory directory, long step) : IDisposable
    {
        public void Dispose()
        {
            directory.Step(step);
            directory._changing.Release();
        }
    }
}
