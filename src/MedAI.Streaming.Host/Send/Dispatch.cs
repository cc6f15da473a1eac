// All lanes to one receiver: who is handed over goes down the lane of its patient.
using MedAI.Streaming.Pipeline.Wire;

namespace MedAI.Streaming.Host.Send;

/// <summary>The lanes. Handed over to by one caller at a time; ended once.</summary>
internal sealed class Dispatch : IAsyncDisposable
{
    // How long after an interruption answers are still waited for.
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(10);

    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _abandon;
    private readonly CancellationTokenRegistration _interruption;
    private readonly Lane[] _lanes;
    private readonly Task[] _work;

    /// <summary>Opens the lanes, which begin to work.</summary>
    /// <param name="route">The receiver.</param>
    /// <param name="control">Does control requests; null: there are none.</param>
    /// <param name="options">How to send.</param>
    /// <param name="tally">Counts.</param>
    /// <param name="time">The clock.</param>
    /// <param name="interrupted">From it on, what is not answered within 10 s is given up.</param>
    public Dispatch(
        ISendRoute route, ControlClient? control, LaneOptions options, SendTally tally, TimeProvider time, CancellationToken interrupted)
    {
        _time = time;
        _abandon = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        _interruption = interrupted.Register(() => _abandon.CancelAfter(Farewell));
        _lanes = [.. Enumerable.Range(0, options.Lanes)
            .Select(_ => new Lane(route.OpenLane(), control, options, tally, time, _abandon.Token))];
        _work = [.. _lanes.Select(lane => Task.Run(lane.RunAsync))];
    }

    /// <summary>Hands over one copy of a frame; waits while its lane is full.</summary>
    public ValueTask HandAsync(Delivery delivery) =>
        LaneOf(delivery.Frame.Patient).HandAsync(new LaneItem(delivery, _time.GetTimestamp()));

    /// <summary>Hands over a control request: it is done after what was handed over for its patient before it, and before what comes after.</summary>
    public ValueTask HandAsync(ControlRequest request) => LaneOf(request.Patient).HandAsync(new LaneItem(null, _time.GetTimestamp(), request));

    /// <summary>Waits until everything that was handed over has an outcome.</summary>
    public Task FinishAsync()
    {
        foreach (var lane in _lanes)
        {
            lane.Complete();
        }

        return Task.WhenAll(_work);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _abandon.CancelAsync();
        await FinishAsync().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _interruption.DisposeAsync();
        _abandon.Dispose();
    }

    private Lane LaneOf(string patient) => _lanes[Partitioner.PartitionOf(patient, _lanes.Length)];
}
