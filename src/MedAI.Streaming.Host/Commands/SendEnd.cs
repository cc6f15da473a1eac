// How a sending ends: the exit code, and a word on what is missing.
using System.Globalization;
using MedAI.Streaming.Host.Send;

namespace MedAI.Streaming.Host.Commands;

/// <summary>Ends of sendings.</summary>
internal static class SendEnd
{
    /// <summary>The exit code of a sending.</summary>
    /// <param name="surroundings">Where notes go.</param>
    /// <param name="report">What it did.</param>
    /// <param name="trouble">What the receiver last said was wrong; may be empty.</param>
    /// <param name="isInterrupted">Whether it ended before its time.</param>
    public static int Code(Surroundings surroundings, SendReport report, string trouble, bool isInterrupted)
    {
        var counts = report.Counts;
        var why = trouble.Length > 0 ? $" The receiver said last: {trouble}" : "";
        if (counts.ControlsRefused > 0)
            surroundings.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"medai: {counts.ControlsRefused:N0} control requests were not done.{why}"));
        if (isInterrupted)
            surroundings.Error.WriteLine("medai: interrupted; the report says what became of what was sent.");
        if (isInterrupted)
            return ExitCodes.Interrupted;
        if (counts.Undelivered == 0)
            return ExitCodes.Ok;

        surroundings.Error.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"medai: {counts.Undelivered:N0} frames got no answer; nobody knows whether they are in the log.{why}"));
        return ExitCodes.Failure;
    }
}
