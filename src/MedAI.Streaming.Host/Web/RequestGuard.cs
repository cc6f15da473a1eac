// Stands around every request: whatever happens inside becomes an answer that says what to do, and never a lost or bare one.
using MedAI.Streaming.Host.Composition;
using MedAI.Streaming.Pipeline.Ports;
using Microsoft.AspNetCore.Http;

namespace MedAI.Streaming.Host.Web;

/// <summary>The outermost of what handles a request.</summary>
/// <param name="next">What comes behind it.</param>
/// <param name="log">Notes for the person who runs the program.</param>
internal sealed class RequestGuard(RequestDelegate next, HostLog log)
{
    private static readonly TimeSpan StoreRetry = TimeSpan.FromSeconds(30);

    /// <summary>Handles a request.</summary>
    public async Task InvokeAsync(HttpContext context)
    {
        Guard(context.Response);
        try
        {
            await next(context);
            if (IsBare(context.Response))
                await OfStatus(context).WriteAsync(context);
        }
        catch (Exception reason) when (context.RequestAborted.IsCancellationRequested
            && reason is OperationCanceledException or IOException or BadHttpRequestException)
        {
            // Nobody waits for an answer, and to go away is no fault.
            log.Debug($"request {context.TraceIdentifier}: the client went away.");
        }
        catch (Exception failure)
        {
            await AnswerAsync(context, failure);
        }
    }

    private async Task AnswerAsync(HttpContext context, Exception failure)
    {
        var problem = failure switch
        {
            BadHttpRequestException bad => new Problem(bad.StatusCode, "bad_request", bad.Message),
            StoreException { Failure: StoreFailure.DiskFull } => Later("disk_full", "There is no space left to keep this."),
            StoreException => Later("store_unavailable", "The store cannot take this now."),
            _ => new Problem(500, "internal", "Something in the program failed. Please report the requestId with the program's notes."),
        };
        if (problem.Status >= 500)
            log.Warning($"request {context.TraceIdentifier}: {(problem.Status == 500 ? failure : failure.Message)}");

        if (context.Response.HasStarted || context.RequestAborted.IsCancellationRequested)
        {
            // Half an answer must not look like a whole one, and nobody waits for one any more.
            context.Abort();
            return;
        }

        context.Response.Clear();
        Guard(context.Response);
        await problem.WriteAsync(context);
    }

    // Answers are about patients: no cache on the way may keep them, and no browser may take them for something else.
    private static void Guard(HttpResponse response)
    {
        response.Headers.CacheControl = "no-store";
        response.Headers.XContentTypeOptions = "nosniff";
    }

    private static Problem Later(string code, string why) =>
        new(503, code, $"{why} Keep it, and send it again later: what is sent twice counts once.") { RetryAfter = StoreRetry };

    // What routing answers by itself: no such path, or not with this method.
    private static bool IsBare(HttpResponse response) =>
        response is { StatusCode: >= 400, HasStarted: false, ContentType: null, ContentLength: null };

    private static Problem OfStatus(HttpContext context) => context.Response.StatusCode switch
    {
        404 => new(404, "not_found", "There is nothing under this path."),
        405 => new(405, "method_not_allowed", $"This path does not take {context.Request.Method}; the header Allow says what it takes."),
        var status => new(status, "refused", "The request was refused."),
    };
}
