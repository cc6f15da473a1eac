// How long to wait before the next try: longer from failure to failure, never in step with other processes, never less than asked.
namespace MedAI.Streaming.Adapters.Influx;

/// <summary>Pauses of one who tries again. Not for several threads at once.</summary>
internal sealed class RetryPause(InfluxOptions options)
{
    // A server that asks for longer is asked again all the same: somebody may have mended it.
    private static readonly TimeSpan MostAsked = TimeSpan.FromHours(1);
    private readonly Random _jitter = new(options.Seed);
    private int _failures;

    /// <summary>It went well: the next pause is the first again.</summary>
    public void Reset() => _failures = 0;

    /// <summary>
    /// The next pause: between half and the whole of the first pause doubled per failure, at most the longest; or as long as the server
    /// asked, up to an hour, and up to a tenth longer.
    /// </summary>
    public TimeSpan Next(TimeSpan? asked)
    {
        var whole = Math.Min(options.LongestPause.Ticks, options.FirstPause.Ticks * Math.Pow(2, Math.Min(_failures++, 30)));
        var own = TimeSpan.FromTicks((long)(whole * (0.5 + (_jitter.NextDouble() / 2))));
        if (asked is not { } said || said <= own)
            return own;

        return (said < MostAsked ? said : MostAsked) * (1 + (_jitter.NextDouble() / 10));
    }
}
