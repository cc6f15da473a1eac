// Does to the fleet what the schedule says, and undoes it.
using MedAI.Streaming.Host.Chaos.Servers;

namespace MedAI.Streaming.Host.Chaos.Faults;

/// <summary>Injects faults into one run.</summary>
internal sealed class FaultInjector(ChaosFleet fleet, CatchUp catchUp, Narrator narrator, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(500);

    // Guards what is below: faults overlap.
    private readonly Lock _lock = new();
    private readonly Dictionary<FaultKind, int> _injected = [];
    private readonly HashSet<MedaiProcess> _downOnPurpose = [];
    private int _ended;

    // One thing at a time is done to a server: to end and to start may take longer than planned.
    private readonly SemaphoreSlim _broker = new(1);
    private readonly SemaphoreSlim _influx = new(1);

    /// <summary>How many of each kind were injected.</summary>
    public IReadOnlyDictionary<FaultKind, int> Injected
    {
        get
        {
            lock (_lock) return new SortedDictionary<FaultKind, int>(_injected);
        }
    }

    /// <summary>How often the gateway or a worker ended by itself and was started again, as a service's supervisor does it.</summary>
    public int EndedByThemselves => Volatile.Read(ref _ended);

    /// <summary>Injects all faults and undoes them.</summary>
    /// <param name="schedule">The faults.</param>
    /// <param name="stop">Gives up.</param>
    public async Task RunAsync(IReadOnlyList<PlannedFault> schedule, CancellationToken stop)
    {
        var began = time.GetTimestamp();
        await Task.WhenAll(schedule.Select(async fault =>
        {
            var wait = fault.At - time.GetElapsedTime(began);
            if (wait > TimeSpan.Zero)
                await Task.Delay(wait, time, stop);
            await InjectAsync(fault, stop);
        }));
    }

    /// <summary>Starts processes again that ended by themselves, until it is stopped.</summary>
    /// <param name="processes">The processes.</param>
    /// <param name="stop">Asks to end.</param>
    /// <param name="more">Environment variables that they are started with.</param>
    public async Task KeepAsync(IReadOnlyList<MedaiProcess> processes, CancellationToken stop, params KeyValuePair<string, string>[] more)
    {
        while (!stop.IsCancellationRequested)
        {
            await Task.Delay(Beat, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            foreach (var process in processes.Where(process => !process.IsRunning && !IsDownOnPurpose(process)))
            {
                Interlocked.Increment(ref _ended);
                narrator.Say($"{process.Name} ended by itself and is started again: {process.LastWord()}");
                await process.StartAsync(more);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _broker.Dispose();
        _influx.Dispose();
    }

    private async Task InjectAsync(PlannedFault fault, CancellationToken stop)
    {
        lock (_lock) _injected[fault.Kind] = _injected.GetValueOrDefault(fault.Kind) + 1;
        var worker = fault.Worker < 0 ? null : fleet.Workers[fault.Worker];
        narrator.Say($"{FaultKinds.NameOf(fault.Kind)}{(worker is null ? "" : $" of {worker.Name}")} for {fault.Length.TotalSeconds:0.0} s");
        switch (fault.Kind)
        {
            case FaultKind.WorkerKill:
                await KillAsync(worker!, fault.Length, stop);
                break;
            case FaultKind.WorkerHang:
                catchUp.Begin();
                worker!.Signal(Signals.Stop);
                await Task.Delay(fault.Length, time, stop);
                worker.Signal(Signals.Continue);
                break;
            case FaultKind.DiskFull:
                await FillDiskAsync(worker!, fault.Length, stop);
                break;
            case FaultKind.BrokerKill or FaultKind.BrokerStop:
                await TakeAwayAsync(_broker, fault, fleet.Broker!.EndAsync, fleet.Broker!.StartAgainAsync, stop);
                catchUp.Begin();
                narrator.Say($"the broker is back");
                break;
            default:
                await TakeAwayAsync(_influx, fault, fleet.Influx!.EndAsync, fleet.Influx!.StartAgainAsync, stop);
                narrator.Say($"InfluxDB is back");
                break;
        }
    }

    private async Task TakeAwayAsync(SemaphoreSlim one, PlannedFault fault, Func<bool, Task> end, Func<Task> startAgain, CancellationToken stop)
    {
        await one.WaitAsync(stop);
        try
        {
            await end(fault.Kind is FaultKind.BrokerKill or FaultKind.InfluxKill);
            await Task.Delay(fault.Length, time, stop);
            await startAgain();
        }
        finally
        {
            one.Release();
        }
    }

    private async Task KillAsync(MedaiProcess worker, TimeSpan length, CancellationToken stop)
    {
        lock (_lock) _downOnPurpose.Add(worker);
        catchUp.Begin();
        await worker.KillAsync();
        await Task.Delay(length, time, stop);
        await worker.StartAsync();
        lock (_lock) _downOnPurpose.Remove(worker);
    }

    // If it ends by that, it is started again with room, as after a person made some.
    private async Task FillDiskAsync(MedaiProcess worker, TimeSpan length, CancellationToken stop)
    {
        var process = worker.Id;
        if (!worker.IsRunning)
            return;

        Signals.FillDisk(process, isFull: true);
        await Task.Delay(length, time, stop);
        if (worker.IsRunning && worker.Id == process)
            Signals.FillDisk(process, isFull: false);
    }

    private bool IsDownOnPurpose(MedaiProcess worker)
    {
        lock (_lock) return _downOnPurpose.Contains(worker);
    }
}
