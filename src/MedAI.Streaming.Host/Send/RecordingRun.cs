// Sends a recording as if it happened: frames as they are, facts as control requests, in the order in which they arrived.
using MedAI.Streaming.Domain.Stream;

namespace MedAI.Streaming.Host.Send;

/// <summary>One run of a recording.</summary>
/// <param name="dispatch">Takes what is sent.</param>
/// <param name="time">The clock.</param>
internal sealed class RecordingRun(Dispatch dispatch, TimeProvider time)
{
    /// <summary>Elements that cannot be sent: what the reader refused, and what only a log can hold.</summary>
    public long Unsendable { get; private set; }

    /// <summary>How late it was at most, where it is paced.</summary>
    public TimeSpan Behind { get; private set; }

    /// <summary>Sends the elements.</summary>
    /// <param name="elements">In arrival order.</param>
    /// <param name="speed">Seconds of arrival time per second; 0: as fast as it goes.</param>
    /// <param name="asLive">Whether all times are moved, so that the recording begins now.</param>
    /// <param name="interrupted">Ends it earlier.</param>
    /// <returns>Whether all of it was handed over.</returns>
    public async Task<bool> RunAsync(IEnumerable<LogElement> elements, double speed, bool asLive, CancellationToken interrupted)
    {
        var began = time.GetTimestamp();
        long? first = null;
        var shift = 0L;
        foreach (var element in elements)
        {
            if (interrupted.IsCancellationRequested)
                return false;

            if (first is null)
            {
                first = element.ArrivalTime;
                shift = asLive ? time.GetUtcNow().ToUnixTimeMilliseconds() - first.Value : 0;
            }

            if (speed > 0)
            {
                await WaitAsync(began, TimeSpan.FromMilliseconds((element.ArrivalTime - first.Value) / speed), interrupted);
            }

            await HandAsync(element, shift);
        }

        return !interrupted.IsCancellationRequested;
    }

    private async Task WaitAsync(long began, TimeSpan due, CancellationToken interrupted)
    {
        var ahead = due - time.GetElapsedTime(began);
        if (-ahead > Behind)
            Behind = -ahead;
        if (ahead > TimeSpan.Zero)
            await Task.Delay(ahead, time, interrupted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private ValueTask HandAsync(LogElement element, long shift)
    {
        switch (element)
        {
            case FrameElement frame:
                return dispatch.HandAsync(new Delivery(
                    shift == 0 ? frame : frame with { ArrivalTime = frame.ArrivalTime + shift, EventTime = frame.EventTime + shift }));
            case PatientFactsElement facts:
                return dispatch.HandAsync(new ControlRequest.Facts(facts with { AdmissionTime = facts.AdmissionTime + shift }));
            default:
                Unsendable++;
                return ValueTask.CompletedTask;
        }
    }
}
