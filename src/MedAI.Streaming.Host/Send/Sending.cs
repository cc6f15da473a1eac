// One sending from its opening to its report: tally, journal, way out and lanes, ended in order.
using MedAI.Streaming.Host.Commands;

namespace MedAI.Streaming.Host.Send;

/// <summary>A sending. Not used twice.</summary>
internal sealed class Sending : IAsyncDisposable
{
    private readonly SendSettings _settings;
    private readonly TimeProvider _time;
    private readonly ISendRoute _route;
    private readonly SendJournal? _journal;
    private readonly long _began;

    /// <summary>Opens a sending; lanes begin to work.</summary>
    /// <param name="settings">How to send.</param>
    /// <param name="route">The way out, which this owns from now on.</param>
    /// <param name="control">Does control requests; null: there are none.</param>
    /// <param name="time">The clock.</param>
    /// <param name="interrupted">From it on, what is not answered soon is given up.</param>
    /// <exception cref="FailureException">The journal cannot be written.</exception>
    public Sending(SendSettings settings, ISendRoute route, ControlClient? control, TimeProvider time, CancellationToken interrupted)
    {
        _settings = settings;
        _route = route;
        _time = time;
        _began = time.GetTimestamp();
        try
        {
            _journal = settings.Journal is { } file ? new SendJournal(file) : null;
        }
        catch
        {
            route.Dispose();
            throw;
        }

        Tally = new SendTally(_journal, time);
        Dispatch = new Dispatch(route, control, settings.Lanes, Tally, time, interrupted);
    }

    /// <summary>Takes what is sent.</summary>
    public Dispatch Dispatch { get; }

    /// <summary>The numbers.</summary>
    public SendTally Tally { get; }

    /// <summary>A line that says how far it is.</summary>
    public string InWords(TimeSpan elapsed)
    {
        var c = Tally.Counts;
        return FormattableString.Invariant(
            $"{c.Sent:N0} frames sent, {c.Acknowledged:N0} acknowledged, {c.Refused:N0} refused, {c.Busy:N0} times asked to wait  {elapsed:h\\:mm\\:ss}");
    }

    /// <summary>Waits until all that was handed over has an outcome.</summary>
    /// <param name="input">What was sent, in words.</param>
    /// <param name="behind">How late the sender was at most.</param>
    /// <exception cref="FailureException">To go on is no use, or the journal cannot be written.</exception>
    public async Task<SendReport> FinishAsync(string input, TimeSpan behind)
    {
        await Dispatch.FinishAsync();
        _journal?.Flush();
        return new SendReport(
            input, _settings.Target.ToString()!, Tally.Counts, Tally.Latency, _time.GetElapsedTime(_began).TotalSeconds, behind);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Dispatch.DisposeAsync();
        _journal?.Dispose();
        _route.Dispose();
    }
}
