// Delivers in the background what waits on disk, oldest first, with pauses while the server does not take it.
namespace MedAI.Streaming.Adapters.Influx;

/// <summary>The one that delivers. It has a thread of its own.</summary>
internal sealed class SpillDrain : IDisposable
{
    private readonly Spill _spill;
    private readonly LineSender _sender;
    private readonly InfluxOptions _options;
    private readonly CancellationTokenSource _stop = new();

    // Somebody cannot wait for the pause; set once.
    private readonly CancellationTokenSource _hurry = new();
    private readonly CancellationTokenSource _hurryOrStop;
    private volatile TaskCompletionSource? _hurried;
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
        _hurryOrStop = CancellationTokenSource.CreateLinkedTokenSource(_hurry.Token, _stop.Token);
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

    /// <summary>Delivers at once, and returns when nothing waits any more, when it is not taken, or after so long. Once only.</summary>
    public void Hurry(TimeSpan atMost)
    {
        var hurried = new TaskCompletionSource();
        using var late = new CancellationTokenSource(atMost, _options.Time);
        using var enough = late.Token.Register(() => hurried.TrySetResult());
        _hurried = hurried;
        _hurry.Cancel();
        hurried.Task.Wait();
    }

    /// <summary>Ends; what waits stays on disk for the next start.</summary>
    public void Dispose()
    {
        _stop.Cancel();
        _thread.Join();
        _hurryOrStop.Dispose();
        _hurry.Dispose();
        _stop.Dispose();
        _wake.Dispose();
    }

    private void Run()
    {
        var pause = new RetryPause(_options);
        while (!_stop.IsCancellationRequested)
        {
            // Read before the attempt: who hurries wants one that began after it was asked for, and a flow's own is none.
            var (tried, hurried) = (Tried(), _hurried);
            var failed = (hurried is null ? tried : null) ?? Step();
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

            hurried?.TrySetResult();
            Rest(failed is { } wait ? pause.Next(wait.RetryAfter) : null, hurried is null ? _hurryOrStop.Token : _stop.Token);
        }
    }

    // A pause; null: until something waits.
    private void Rest(TimeSpan? pause, CancellationToken enough)
    {
        try
        {
            if (pause is { } time)
                Task.Delay(time, _options.Time, CancellationToken.None).Wait(enough);
            else
                _wake.Wait(enough);
        }
        catch (OperationCanceledException) when (enough.IsCancellationRequested)
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
