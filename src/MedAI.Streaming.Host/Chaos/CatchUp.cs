// Measures how long the fleet takes after a fault until everything that was in the log then has been applied.
using MedAI.Streaming.Host.Chaos.Gathering;

namespace MedAI.Streaming.Host.Chaos;

/// <summary>Takes the time. It believes what workers say of themselves, which proves nothing and is good enough for timing.</summary>
internal sealed class CatchUp(ChaosFleet fleet, int partitions, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private readonly TopicReader _reader = new(fleet.Options, partitions);

    // Guards the lists below: faults begin on any thread.
    private readonly Lock _lock = new();
    private readonly List<Watch> _watches = [];
    private readonly List<double> _seconds = [];

    /// <summary>How many are not caught up with yet.</summary>
    public int Open
    {
        get
        {
            lock (_lock) return _watches.Count;
        }
    }

    /// <summary>The times so far, seconds.</summary>
    public IReadOnlyList<double> Seconds
    {
        get
        {
            lock (_lock) return [.. _seconds];
        }
    }

    /// <summary>Something happened just now.</summary>
    public void Begin()
    {
        lock (_lock) _watches.Add(new Watch(time.GetTimestamp()));
    }

    /// <summary>Watches until it is stopped.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            await Task.Delay(Beat, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Watch[] open;
            lock (_lock) open = [.. _watches];
            if (open.Length == 0 || stop.IsCancellationRequested)
                continue;

            // What is in the log now was in it then, or came since: it may only make the time longer.
            if (Array.Exists(open, watch => watch.Ends is null) && await Task.Run(() => _reader.LogEnds(Patience), stop) is { } ends)
            {
                foreach (var watch in open)
                {
                    watch.Ends ??= ends;
                }
            }

            Close(open, await fleet.AppliedAsync(fleet.Workers, CancellationToken.None));
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _reader.Dispose();

    private void Close(Watch[] open, long[] applied)
    {
        foreach (var watch in open.Where(watch => watch.Ends is { } ends && Reached(applied, ends)))
        {
            lock (_lock)
            {
                _watches.Remove(watch);
                _seconds.Add(time.GetElapsedTime(watch.Began).TotalSeconds);
            }
        }
    }

    /// <summary>Whether partitions are applied up to offsets.</summary>
    public static bool Reached(long[] applied, long[] ends) => applied.Zip(ends).All(pair => pair.First >= pair.Second);

    private sealed class Watch(long began)
    {
        public long Began => began;

        public long[]? Ends { get; set; }
    }
}
