// Follows the history for all who listen: one reader, one clock and a bounded memory of the newest, however many listen.
using MedAI.Streaming.Host.Composition;
using MedAI.Streaming.Pipeline.Ports;

namespace MedAI.Streaming.Host.Web.Reading;

/// <summary>
/// The newest transitions, kept so that many can take them without each asking the store. Who is further behind than it keeps reads
/// the history; nothing is kept for anybody in particular.
/// </summary>
internal sealed class AlertTail : IAsyncDisposable
{
    /// <summary>How many transitions it keeps.</summary>
    public const int Kept = 1024;

    /// <summary>How often it wakes those who listen when there is nothing new, and looks by itself.</summary>
    public static readonly TimeSpan Beat = TimeSpan.FromSeconds(15);

    private const int ReadAtOnce = 256;
    private readonly IAlertHistory _history;
    private readonly AlertSignal _signal;
    private readonly TimeProvider _time;
    private readonly HostLog _log;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _work;

    // Guards what follows: one writes it, many read it.
    private readonly Lock _lock = new();

    // Event number n lies at n % Kept; _count events were ever taken in.
    private readonly AlertEvent[] _ring = new AlertEvent[Kept];
    private long _count;

    // Cursor -> number of the first event behind it, for every cursor behind which nothing has been forgotten.
    private readonly Dictionary<string, long> _behind = new(StringComparer.Ordinal);
    private string _oldest;
    private string _end;
    private bool _readable = true;

    // Completed, and replaced, whenever there may be something to do for those who listen.
    private volatile TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _beats;

    private AlertTail(IAlertHistory history, AlertSignal signal, TimeProvider time, HostLog log)
    {
        (_history, _signal, _time, _log) = (history, signal, time, log);
        _oldest = _end = history.EndCursor();
        _behind[_end] = 0;
        _work = Task.Run(FollowAsync);
    }

    /// <summary>Ends when there may be something new, or at a beat. To be taken before looking, so that nothing is missed between.</summary>
    public Task Changed => _changed.Task;

    /// <summary>How many beats there were.</summary>
    public long Beats => Interlocked.Read(ref _beats);

    /// <summary>Begins to follow, from the present end on.</summary>
    /// <exception cref="StoreException">The history cannot be read.</exception>
    public static AlertTail Start(IAlertHistory history, AlertSignal signal, TimeProvider time, HostLog log) =>
        new(history, signal, time, log);

    /// <summary>The events behind a place, if they are still kept.</summary>
    /// <param name="cursor">The place.</param>
    /// <param name="most">The most events.</param>
    /// <returns>The events, none at the end; null: the history has to be asked.</returns>
    public IReadOnlyList<AlertEvent>? After(string cursor, int most)
    {
        lock (_lock)
        {
            if (!_readable || !_behind.TryGetValue(cursor, out var first))
                return null;

            var taken = new AlertEvent[Math.Min(most, _count - first)];
            for (var i = 0; i < taken.Length; i++)
            {
                taken[i] = _ring[(first + i) % Kept];
            }

            return taken;
        }
    }

    /// <summary>Stops following; who listens is woken once more.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _work;
        _stop.Dispose();
        Wake();
    }

    private async Task FollowAsync()
    {
        using var timer = new PeriodicTimer(Beat, _time);
        var beat = timer.WaitForNextTickAsync(_stop.Token).AsTask();
        var fired = _signal.WaitAsync(_stop.Token);
        while (true)
        {
            await Task.WhenAny(beat, fired);
            if (_stop.IsCancellationRequested)
                return;

            if (beat.IsCompleted)
            {
                Interlocked.Increment(ref _beats);
                beat = timer.WaitForNextTickAsync(_stop.Token).AsTask();
            }

            if (fired.IsCompleted)
                fired = _signal.WaitAsync(_stop.Token);
            TakeNew();
            Wake();
        }
    }

    private void TakeNew()
    {
        try
        {
            IReadOnlyList<(string Cursor, TransitionRecord Transition)> found;
            do
            {
                found = _history.After(_end, ReadAtOnce);
                lock (_lock)
                {
                    foreach (var (cursor, transition) in found)
                    {
                        Take(new AlertEvent(cursor, transition));
                    }

                    _readable = true;
                }
            }
            while (found.Count == ReadAtOnce && !_stop.IsCancellationRequested);
        }
        catch (Exception failure)
        {
            // Whatever it is, nobody may go on listening to one who has stopped to follow: they are sent to the history, and end
            // when they cannot read it either.
            lock (_lock)
            {
                if (_readable)
                    _log.Warning($"alerts cannot be read out at present: {failure.Message}");
                _readable = false;
            }
        }
    }

    private void Take(AlertEvent taken)
    {
        if (_count >= Kept)
        {
            _behind.Remove(_oldest);
            _oldest = _ring[_count % Kept].Cursor;
        }

        _ring[_count % Kept] = taken;
        _count++;
        _behind[taken.Cursor] = _count;
        _end = taken.Cursor;
    }

    private void Wake() =>
        Interlocked.Exchange(ref _changed, new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
}
