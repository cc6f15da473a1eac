// One chaos run from its first process to its verdict.
using MedAI.Streaming.Host.Chaos.Checking;
using MedAI.Streaming.Host.Chaos.Faults;
using MedAI.Streaming.Host.Chaos.Gathering;
using MedAI.Streaming.Host.Chaos.Servers;
using MedAI.Streaming.Host.Commands;
using MedAI.Streaming.Host.Composition;

namespace MedAI.Streaming.Host.Chaos;

/// <summary>Runs a plan.</summary>
internal sealed class ChaosRun(ChaosPlan plan, Surroundings surroundings)
{
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan StatusEvery = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan DrainTime = TimeSpan.FromMinutes(3);
    private static readonly KeyValuePair<string, string> NoClocks = new("MEDAI__kafka__arrivalTime", "producer");
    private readonly TimeProvider _time = surroundings.Time;
    private readonly Narrator _narrator = new(surroundings.Error, surroundings.Time);

    /// <summary>Runs it and judges it.</summary>
    /// <exception cref="FailureException">It could not be carried out, so that there is nothing to judge.</exception>
    public async Task<ChaosReport> RunAsync(CancellationToken stop)
    {
        using var law = ServedLaw.Load(plan.Settings, new HostLog(surroundings.Error, plan.Settings.LogLevel));
        _narrator.Say($"seed {plan.Seed}: {plan.Schedule.Count} faults are planned");
        foreach (var fault in plan.Schedule)
        {
            _narrator.Say($"planned: {fault}");
        }

        _narrator.Say($"starting {(plan.KafkaHome is null ? "" : "a broker, ")}{(plan.StartsInflux ? "InfluxDB, " : "")}a gateway and {plan.Workers} workers in {plan.Folder}");
        using var fleet = await ChaosFleet.StartAsync(plan, surroundings, stop);
        using var catchUp = new CatchUp(fleet, plan.Partitions, _time);
        using var injector = new FaultInjector(fleet, catchUp, _narrator, _time);
        await HurtAsync(fleet, catchUp, injector, stop);
        await EndAsync(fleet, injector, stop);
        _narrator.Say($"reading the topics, and deciding the log again without faults");
        var history = await HistoryGatherer.GatherAsync(fleet, plan, law.Flow, _time);
        return new ChaosReport
        {
            Plan = plan,
            Verdict = HistoryChecker.Check(history),
            Injected = injector.Injected,
            CaughtUpSeconds = catchUp.Seconds,
            FramesSent = history.Sent.Count(frame => frame.Sent > 0),
            WorkerExits = injector.EndedByThemselves,
            SeriesFrom = fleet.SeriesUrl is null ? "each worker's own store" : "InfluxDB",
            Points = history.ExpectedSeries.Count,
            Seconds = _narrator.Elapsed.TotalSeconds,
        };
    }

    // Devices send, faults come and go, and in the end everything is there again and has caught up.
    private async Task HurtAsync(ChaosFleet fleet, CatchUp catchUp, FaultInjector injector, CancellationToken stop)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var watching = catchUp.RunAsync(ending.Token);
        var keeping = injector.KeepAsync([fleet.Gateway, .. fleet.Workers], ending.Token);
        var telling = TellAsync(fleet, catchUp, ending.Token);
        try
        {
            var devices = await fleet.StartDevicesAsync();
            _narrator.Say($"{plan.Devices} devices send for {plan.Length.TotalSeconds:0} s");
            var hurting = injector.RunAsync(plan.Schedule, stop);
            var sent = devices.EndsAsync(stop);
            await await Task.WhenAny(hurting, sent);
            await hurting;
            var code = await sent;
            if (!File.Exists(fleet.JournalFile) || code is not (ExitCodes.Ok or ExitCodes.Failure))
                throw new FailureException($"The devices ended with code {code}. Their last words:\n{devices.LastLines(10)}");

            _narrator.Say($"the devices have sent; waiting until all of it is applied");
            await AppliedAsync(fleet, fleet.Workers, stop);
            await UntilAsync(() => Task.FromResult(catchUp.Open == 0), "all faults to be caught up with", stop);
        }
        finally
        {
            await ending.CancelAsync();
            await Task.WhenAll(watching, keeping, telling).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await watching;
        await keeping;
        await telling;
    }

    // Workers write clock records as long as they run. Then they run once more and write none, so that the log has an end that can be
    // reached, and what one of them still kept on disk for the server of series gets there.
    private async Task EndAsync(ChaosFleet fleet, FaultInjector injector, CancellationToken stop)
    {
        _narrator.Say($"stopping the gateway and the workers in order; then the workers apply what is left");
        await StopAsync([fleet.Gateway]);
        await StopAsync(fleet.Workers);
        await Task.WhenAll(fleet.Workers.Select(worker => worker.StartAsync(NoClocks)));
        using (var ending = CancellationTokenSource.CreateLinkedTokenSource(stop))
        {
            var keeping = injector.KeepAsync(fleet.Workers, ending.Token, NoClocks);
            await AppliedAsync(fleet, fleet.Workers, stop);
            await Task.Delay(2 * ChaosFleet.CheckpointInterval, _time, stop);
            await UntilAsync(
                async () => (await Task.WhenAll(fleet.Workers.Select(worker => worker.SeriesWaitingAsync(stop)))).All(waiting => waiting == 0),
                "series that wait on disk to be delivered", stop);
            await ending.CancelAsync();
            await keeping;
        }

        await StopAsync(fleet.Workers);
    }

    private async Task StopAsync(IReadOnlyList<MedaiProcess> processes)
    {
        var codes = await Task.WhenAll(processes.Select(process => process.StopAsync()));
        foreach (var (process, code) in processes.Zip(codes).Where(ended => ended.Second is not (ExitCodes.Ok or ExitCodes.Interrupted)))
        {
            _narrator.Say($"{process.Name} was asked to end and ended with code {code}: {process.LastWord()}");
        }
    }

    // What is in the log at this moment has been applied.
    private async Task AppliedAsync(ChaosFleet fleet, IReadOnlyList<MedaiProcess> workers, CancellationToken stop)
    {
        using var reader = new TopicReader(fleet.Options, plan.Partitions);
        var ends = reader.LogEnds(DrainTime) ?? throw new FailureException("The broker does not say where the log ends.");
        await UntilAsync(
            async () => CatchUp.Reached(await fleet.AppliedAsync(workers, stop), ends), "everything to be applied", stop);
    }

    private async Task UntilAsync(Func<Task<bool>> reached, string what, CancellationToken stop)
    {
        var began = _time.GetTimestamp();
        while (!await reached())
        {
            if (_time.GetElapsedTime(began) > DrainTime)
                throw new FailureException($"Waited {DrainTime.TotalSeconds:0} s in vain for {what}. The logs of all processes are in {plan.Folder} (--keep keeps them).");
            await Task.Delay(Beat, _time, stop);
        }
    }

    private async Task TellAsync(ChaosFleet fleet, CatchUp catchUp, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            await Task.Delay(StatusEvery, _time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (stop.IsCancellationRequested)
                return;

            var answers = await Task.WhenAll(fleet.Workers.Select(worker => worker.AppliedAsync(CancellationToken.None)));
            _narrator.Say(
                $"{answers.Count(a => a.Count > 0)} of {plan.Workers} workers answer, {answers.Sum(a => a.Values.Sum()):N0} records applied, {catchUp.Open} faults to catch up with");
        }
    }
}
