// What became of lines since the start of the process.
namespace MedAI.Streaming.Adapters.Influx;

/// <summary>Counters. Any thread.</summary>
internal sealed class InfluxCounters
{
    private long _requests;
    private long _written;
    private long _rejected;
    private volatile string? _lastRejection;

    /// <summary>Requests that were sent.</summary>
    public long Requests => Interlocked.Read(ref _requests);

    /// <summary>Lines that the server took; those that were sent again are counted again.</summary>
    public long LinesWritten => Interlocked.Read(ref _written);

    /// <summary>Lines that it will never take.</summary>
    public long LinesRejected => Interlocked.Read(ref _rejected);

    /// <summary>Why it did not take the last of them, or null.</summary>
    public string? LastRejection => _lastRejection;

    /// <summary>Counts a request.</summary>
    public void Request() => Interlocked.Increment(ref _requests);

    /// <summary>Counts lines that were taken.</summary>
    public void Written(int lines) => Interlocked.Add(ref _written, lines);

    /// <summary>Counts lines that were not.</summary>
    public void Rejected(long lines, string reason)
    {
        Interlocked.Add(ref _rejected, lines);
        _lastRejection = reason;
    }
}
