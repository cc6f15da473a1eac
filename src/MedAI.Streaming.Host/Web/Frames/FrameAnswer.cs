// What the sender of frames is told: how many are in the log, and line by line what is not and why.
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace MedAI.Streaming.Host.Web.Frames;

/// <summary>Answers to requests with frames.</summary>
internal static class FrameAnswer
{
    /// <summary>There is no room now; nothing was taken.</summary>
    public static Problem Busy(TimeSpan retryAfter) =>
        new(429, "busy", "Nothing of this was taken: more comes in than is worked off. Keep it, and send it again later.")
        {
            RetryAfter = retryAfter,
        };

    /// <summary>Answers after everything became durable: 202 where all was taken, else by the kind of what was refused.</summary>
    public static Task WriteAsync(HttpContext context, FrameIntake intake)
    {
        if (intake.Refused.Count == 0)
        {
            return WebJson.WriteAsync(context, StatusCodes.Status202Accepted, writer =>
            {
                writer.WriteStartObject();
                Write(writer, intake);
                writer.WriteEndObject();
            });
        }

        var status = intake.Refused.Any(refused => refused.Kind == RefusalKind.Limit) ? 413
            : intake.Refused.Any(refused => refused.Kind == RefusalKind.Content) ? 422
            : 400;
        var detail = $"{intake.Accepted} frames are in the log; {intake.Refused.Count} were refused, as 'refused' says. "
            + "Do not send the former again, and the latter only when they were put right.";
        return new Problem(status, "frames_refused", detail) { More = writer => Write(writer, intake) }.WriteAsync(context);
    }

    private static void Write(Utf8JsonWriter writer, FrameIntake intake)
    {
        writer.WriteNumber("accepted", intake.Accepted);
        writer.WriteStartArray("refused");
        foreach (var refused in intake.Refused)
        {
            writer.WriteStartObject();
            writer.WriteNumber("line", refused.Line);
            writer.WriteString("reason", refused.Reason);
            writer.WriteString("detail", refused.Detail);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }
}
