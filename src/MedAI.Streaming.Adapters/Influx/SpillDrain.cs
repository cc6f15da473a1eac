// Delivers in the background what waits on disk, oldest first, with pauses while the server does not take it.
namespace MedAI.Streaming.Adapters.Influx;

/// <summary>The one that delivers. It has a thread of its own.</summary>
internal sealed class SpillDrain : IDisposable
{
    private readonly Spill _spill;
    private readonly LineSender _sender;
    private readonly InfluxOptions _options;
    private readonly CancellationTokenSource _stop = new();

    // Asked to end once nothing waits, or the server does not take it: pauses are over.
    private readonly CancellationTokenSource _finish = new();
    private readonly CancellationTokenSource _finishOrStop;
    private readonly SemaphoreSlim _wake = new(0, 1);

    // What became of a delivery that a flow tried before it put the points here: the pause after it is due. Under the lock.
    private readonly Lock _lock = new();
    private DeliveryOutcome? _tried;
    private readonly Thread _thread;
    private volatile string? _trouble;

    private SpillDrain(Spill spill, LineSender sender, InfluxOptions options)
    {
        _spill = spill;
        _sender = sender;
        _options = options;
        _finishOrStop = CancellationTokenSource.CreateLinkedTokenSource(_finish.Token, _stop.Token);
        _thread = new Thread(Run) { IsBackground = true, Name = "series spill" };
    }

    /// <summary>Why what waits is not delivered at the moment; null: nothing waits, or it goes well.</summary>
    public string? Trouble => _trouble;

    /// <summary>Starts to deliver.</summary>
    public static SpillDrain Start(Spill spill, LineSender sender, InfluxOptions options)
    {
        var drain = new SpillDrain(spill, sender, options);
        drain._thread.Start();
        return drain;
    }

    /// <summary>Something waits.</summary>
    /// <param name="tried">How an attempt to deliver it at once failed; null: there was none.</param>
    public void Wake(DeliveryOutcome? tried)
    {
        _trouble ??= tried?.Reason;
        lock (_lock)
        {
            _tried ??= tried;
            if (_wake.CurrentCount == 0)
                _wake.Release();
        }
    }

    /// <summary>Delivers what waits for as long as the server takes it, but no longer than so; then it ends. Nobody may add anything any more.</summary>
    public void Finish(TimeSpan atMost)
    {
        using var late = new CancellationTokenSource(atMost, _options.Time);
        using var _ = late.Token.Register(_stop.Cancel);
        _finish.Cancel();
        _thread.Join();
    }

    /// <summary>Ends; what waits stays on disk for the next start.</summary>
    public void Dispose()
    {
        _stop.Cancel();
        _thread.Join();
        _finishOrStop.Dispose();
        _finish.Dispose();
        _stop.Dispose();
        _wake.Dispose();
    }

    private void Run()
    {
        var pause = new RetryPause(_options);
        while (!_stop.IsCancellationRequested)
        {
            var failed = Tried() ?? Step();
            if (failed is { } some)
            {
                Tell(some.Reason);
            }
            else
            {
                pause.Reset();
                if (!_spill.IsEmpty)
                    continue;

                _trouble = null;
            }

            // Nothing waits, or it is not taken: that is all that can be done now.
            if (_finish.IsCancellationRequested)
                return;

            Rest(failed is { } wait ? pause.Next(wait.RetryAfter) : null);
        }
    }

    // A pause, or until something waits; asked to end, it is over.
    private void Rest(TimeSpan? pause)
    {
        try
        {
            if (pause is { } time)
                Task.Delay(time, _options.Time, CancellationToken.None).Wait(_finishOrStop.Token);
            else
                _wake.Wait(_finishOrStop.Token);
        }
        catch (OperationCanceledException) when (_finishOrStop.IsCancellationRequested)
        {
            // Whoever asked is heard in the loop.
        }
    }

    private DeliveryOutcome? Tried()
    {
        lock (_lock)
        {
            var tried = _tried;
            _tried = null;
            return tried;
        }
    }

    // Null: it went well.
    private DeliveryOutcome? Step()
    {
        try
        {
            if (_spill.Take(_options.BatchLines) is not { } batch)
                return null;

            var outcome = _sender.Deliver(batch, _options.Timeout, _stop.Token);
            if (outcome.Delivery != Delivery.Done)
                return outcome;

            _spill.Remove();
            return null;
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            return null;
        }
        catch (Exception failed)
        {
            // Whatever it is, points that wait are no reason to end a process that watches patients.
            var what = failed is IOException or UnauthorizedAccessException ? "the disk where they wait fails" : failed.GetType().Name;
            return new(Delivery.Held, $"{what}: {failed.Message}");
        }
    }

    private void Tell(string reason)
    {
        if (_trouble != reason)
            _options.Report?.Invoke($"points wait on disk for the time series server: {reason}");
        _trouble = reason;
    }
}
