// Sends a recording to a receiver and says at the end what became of it.
using System.Globalization;
using MedAI.Streaming.Adapters.Kafka;
using MedAI.Streaming.Host.Composition;
using MedAI.Streaming.Host.Send;

namespace MedAI.Streaming.Host.Commands;

/// <summary>Sends recordings.</summary>
/// <param name="surroundings">Terminal and clock.</param>
/// <param name="settings">The site's settings.</param>
/// <param name="reportFile">File of the report; null: none is written.</param>
internal sealed class RecordedSending(Surroundings surroundings, HostSettings settings, string? reportFile)
{
    /// <summary>Sends to a service over HTTP: frames as frames, facts as control requests.</summary>
    /// <param name="recording">The recording.</param>
    /// <param name="send">How.</param>
    /// <param name="speed">Seconds of arrival time per second; 0: as fast as it goes.</param>
    /// <param name="asLive">Whether all times are moved to now.</param>
    /// <param name="interrupted">Ends it earlier, in order.</param>
    public async Task<int> ToServiceAsync(Recording recording, SendSettings send, double speed, bool asLive, CancellationToken interrupted)
    {
        var client = new ServiceClient((SendTarget.Http)send.Target, send.Key, send.Lanes.Lanes, surroundings.Time);
        var route = new HttpRoute(client, new HttpForm(send.Form, NamesPatients: true, send.Gzip));
        await using var sending = new Sending(send, route, new ControlClient(client, surroundings.Time), surroundings.Time, interrupted);
        var run = new RecordingRun(sending.Dispatch, surroundings.Time);
        var work = run.RunAsync(recording.Read(null), speed, asLive, interrupted);
        var line = new RedrawnLine(surroundings, sending.InWords);
        await line.ShowWhileAsync(work);
        var isWhole = await work;
        var end = sending.FinishAsync(recording.InWords, run.Behind);
        await line.ShowWhileAsync(end);
        var report = await end;
        report.Write(surroundings.Output);
        if (run.Unsendable > 0)
            surroundings.Output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{run.Unsendable:N0} lines of the recording cannot be sent: they are no frames"));
        if (reportFile is not null)
            report.Write(reportFile);
        return SendEnd.Code(surroundings, report, sending.Tally.LastTrouble, !isWhole);
    }

    /// <summary>Appends to a log in Kafka, with the recording's arrival times and the last clock record.</summary>
    /// <param name="recording">The recording.</param>
    /// <param name="target">The cluster.</param>
    /// <param name="speed">Seconds of arrival time per second; 0: as fast as it goes.</param>
    /// <param name="interrupted">Ends it earlier.</param>
    public async Task<int> ToKafkaAsync(Recording recording, SendTarget.Kafka target, double speed, CancellationToken interrupted)
    {
        var began = surroundings.Time.GetTimestamp();
        using var log = KafkaEventLog.Open(target.Options(settings.Kafka) with { ArrivalTime = ArrivalStamp.Producer });
        var feed = new KafkaFeed(log, settings.Monitor, surroundings.Time);
        var work = Task.Run(() => feed.RunAsync(recording.Read(null), speed, interrupted), CancellationToken.None);
        await new RedrawnLine(surroundings, elapsed => string.Create(CultureInfo.InvariantCulture, $"{feed.Fed:N0} elements appended  {elapsed:h\\:mm\\:ss}"))
            .ShowWhileAsync(work);
        var outcome = await work;
        var counts = new SendCounts
        {
            Devices = outcome.Devices,
            Frames = outcome.Frames,
            Unique = outcome.Frames,
            Sent = outcome.Frames,
            Acknowledged = outcome.Frames,
            Controls = outcome.Others,
        };
        var seconds = surroundings.Time.GetElapsedTime(began).TotalSeconds;
        var report = new SendReport(recording.InWords, target.ToString(), counts, default, seconds, TimeSpan.Zero);
        if (reportFile is not null)
            report.Write(reportFile);
        surroundings.Output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{outcome.Frames:N0} frames and {outcome.Others:N0} other elements of {outcome.Devices:N0} devices appended to {target} in {seconds:0.0} s"));
        if (outcome.Finished)
            return ExitCodes.Ok;

        surroundings.Error.WriteLine("medai: interrupted; the recording is not whole in Kafka. Begin again with new topics.");
        return ExitCodes.Interrupted;
    }
}
