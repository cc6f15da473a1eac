// Waits for a condition with a deadline, for tests of things that other threads and processes do.
using System.Diagnostics;

namespace MedAI.Streaming.TestKit.Waiting;

/// <summary>Asks again and again until a condition holds, and fails where it does not hold in time.</summary>
public static class Eventually
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    /// <summary>Returns when a condition holds.</summary>
    /// <exception cref="TimeoutException">It did not hold in time.</exception>
    public static Task Async(Func<bool> condition, TimeSpan within, string what, TimeSpan? pause = null) =>
        Async(() => Task.FromResult(condition()), within, what, pause);

    /// <summary>The same for a condition that others have to be asked for.</summary>
    /// <exception cref="TimeoutException">It did not hold in time.</exception>
    public static async Task Async(Func<Task<bool>> condition, TimeSpan within, string what, TimeSpan? pause = null)
    {
        var since = Stopwatch.GetTimestamp();
        while (!await condition().ConfigureAwait(false))
        {
            if (Stopwatch.GetElapsedTime(since) > within) throw new TimeoutException($"Waited {within} in vain for {what}.");
            await Task.Delay(pause ?? Pause).ConfigureAwait(false);
        }
    }
}
