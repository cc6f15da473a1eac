// Appends a clock record to each owned partition every second, so that silence is an input too.
using MedAI.Streaming.Pipeline.Ports;

namespace MedAI.Streaming.Pipeline;

/// <summary>The clock of the partitions that a process owns.</summary>
/// <param name="supervisor">Knows the partitions.</param>
/// <param name="appender">The process's appender.</param>
/// <param name="clock">Gives arrival times.</param>
/// <param name="time">Says when a second is over.</param>
public sealed class PartitionClock(FlowSupervisor supervisor, LogAppender appender, ArrivalClock clock, TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private volatile string? _trouble;

    /// <summary>Why the last clock records could not be appended, or may not be right; null: all is well.</summary>
    /// <remarks>No clock record is lost by it: the next one says as much and more.</remarks>
    public string? Trouble => _trouble ?? clock.Trouble;

    /// <summary>Runs until it is stopped.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stop).ConfigureAwait(false))
            {
                Tick();
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Asked to.
        }
    }

    private void Tick()
    {
        try
        {
            appender.AppendClocks(supervisor.Partitions, clock.Now());
            _trouble = null;
        }
        catch (StoreException failure)
        {
            _trouble = failure.Message;
        }
    }
}
