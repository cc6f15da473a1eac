// How long a sender waits that was not told how long.
namespace MedAI.Streaming.Host.Send;

/// <summary>Pauses that double.</summary>
internal static class Backoff
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    /// <summary>The pause after an attempt, counted from 0: 200 ms, then twice as long each time, at most 5 s.</summary>
    public static TimeSpan Pause(int attempt) => TimeSpan.FromTicks(Math.Min(Longest.Ticks, First.Ticks << Math.Min(attempt, 10)));
}
