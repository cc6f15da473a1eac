// The door for live input: many callers, one writer, one append for all that wait.
using System.Threading.Channels;
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Pipeline.Ports;

namespace MedAI.Streaming.Pipeline;

/// <summary>How much live input may wait.</summary>
public sealed record LogGatewayOptions
{
    /// <summary>The most elements that wait to become durable; more are turned away.</summary>
    public int MaxWaiting { get; init; } = 100_000;

    /// <summary>The most records that may be in the log and not yet applied before input is turned away.</summary>
    public long MaxLag { get; init; } = 2_000_000;

    /// <summary>The most elements of one append.</summary>
    public int MaxAppend { get; init; } = 16_384;

    /// <summary>When to come again, for those who are turned away.</summary>
    public TimeSpan RetryAfter { get; init; } = TimeSpan.FromSeconds(1);
}

/// <summary>
/// Appends live input in groups: while one append is on its way to the disk or the broker, what comes meanwhile waits and goes
/// together in the next. Nothing is acknowledged that is not durable.
/// </summary>
/// <param name="appender">The process's appender.</param>
/// <param name="options">Limits.</param>
/// <param name="clock">Gives arrival times.</param>
/// <param name="lag">Records in the log and not yet applied, as far as this process knows.</param>
public sealed class LogGateway(LogAppender appender, LogGatewayOptions options, ArrivalClock clock, Func<long> lag) : ILogGateway
{
    private readonly Channel<Waiting> _waiting = Channel.CreateUnbounded<Waiting>(new() { SingleReader = true });

    // Elements in the channel; the channel itself is unbounded, because one request may hold many of them.
    private int _count;
    private long _appended;
    private long _turnedAway;

    /// <summary>Elements that became durable through this gateway.</summary>
    public long Appended => Volatile.Read(ref _appended);

    /// <summary>Elements that were turned away because there was no room.</summary>
    public long TurnedAway => Volatile.Read(ref _turnedAway);

    /// <summary>Elements that wait.</summary>
    public int Waits => Volatile.Read(ref _count);

    /// <inheritdoc/>
    public Task<AppendResult> AppendAsync(IReadOnlyList<LogElement> elements, CancellationToken stop)
    {
        if (lag() > options.MaxLag)
        {
            return TurnAway(elements.Count);
        }

        // A request that is alone is taken whatever its size: how large one may be is not decided here.
        if (Interlocked.Add(ref _count, elements.Count) > Math.Max(options.MaxWaiting, elements.Count))
        {
            Interlocked.Add(ref _count, -elements.Count);
            return TurnAway(elements.Count);
        }

        var waiting = new Waiting(elements);
        return _waiting.Writer.TryWrite(waiting)
            ? waiting.Done.Task.WaitAsync(stop)
            : Task.FromException<AppendResult>(new StoreException(StoreFailure.Unavailable, "the gateway is stopping: send again later"));
    }

    /// <summary>Appends until it is completed and nothing waits any more.</summary>
    public async Task RunAsync()
    {
        var group = new List<Waiting>();
        while (await _waiting.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            group.Clear();
            var count = 0;
            while (count < options.MaxAppend && _waiting.Reader.TryRead(out var next))
            {
                group.Add(next);
                count += next.Elements.Count;
            }

            Append(group, count);
        }
    }

    /// <summary>Takes nothing more; what waits is still appended.</summary>
    public void Complete() => _waiting.Writer.TryComplete();

    private Task<AppendResult> TurnAway(int elements)
    {
        Interlocked.Add(ref _turnedAway, elements);
        return Task.FromResult(AppendResult.Busy(options.RetryAfter));
    }

    // A failure is the callers' to see: each of them is told, and none of what they brought is kept.
    private void Append(List<Waiting> group, int count)
    {
        Interlocked.Add(ref _count, -count);
        try
        {
            appender.AppendLive(group.SelectMany(w => w.Elements), clock.Now());
            Interlocked.Add(ref _appended, count);
        }
        catch (Exception failure)
        {
            foreach (var waiting in group)
            {
                waiting.Done.TrySetException(failure);
            }

            return;
        }

        foreach (var waiting in group)
        {
            waiting.Done.TrySetResult(AppendResult.Durable);
        }
    }

    private sealed record Waiting(IReadOnlyList<LogElement> Elements)
    {
        public TaskCompletionSource<AppendResult> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
