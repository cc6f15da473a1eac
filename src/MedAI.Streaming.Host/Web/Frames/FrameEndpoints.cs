// POST /v1/frames: the way in for what devices send.
using MedAI.Streaming.Host.Composition;
using MedAI.Streaming.Host.Web.Patients;
using MedAI.Streaming.Pipeline.Ports;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;

namespace MedAI.Streaming.Host.Web.Frames;

/// <summary>
/// Takes frames. What a request brings goes into the log together, and is acknowledged when it is durable there: not before, and not in
/// part. What was refused goes with it as dead letters.
/// </summary>
/// <param name="gateway">The log's door.</param>
/// <param name="directory">Says whose a frame is.</param>
/// <param name="settings">Limits.</param>
internal sealed class FrameEndpoints(ILogGateway gateway, PatientDirectory directory, HttpSettings settings) : IEndpointGroup
{
    /// <summary>The path.</summary>
    public const string Path = "/v1/frames";

    /// <summary>What a body may be.</summary>
    public const string Ndjson = "application/x-ndjson";

    /// <inheritdoc cref="Ndjson"/>
    public const string Json = "application/json";

    /// <inheritdoc cref="Ndjson"/>
    public const string Protobuf = "application/x-protobuf";

    private static readonly TimeSpan RoomRetry = TimeSpan.FromSeconds(1);
    private readonly ByteBudget _budget = new(settings.MaxBytesInFlight);

    /// <inheritdoc/>
    public void Map(IEndpointRouteBuilder routes) => routes.MapPost(Path, PostAsync).RequireScope(Scopes.Ingest);

    private async Task PostAsync(HttpContext context)
    {
        var request = context.Request;
        var encoding = request.Headers.ContentEncoding.ToString();
        var isGzip = encoding.Equals("gzip", StringComparison.OrdinalIgnoreCase) || encoding.Equals("x-gzip", StringComparison.OrdinalIgnoreCase);
        if (!isGzip && encoding.Length > 0 && !encoding.Equals("identity", StringComparison.OrdinalIgnoreCase))
        {
            context.Response.Headers.AcceptEncoding = "gzip";
            await new Problem(415, "content_encoding", "Send the body as it is, or packed by gzip.").WriteAsync(context);
            return;
        }

        if (Splitter(request.ContentType) is not { } splitter)
        {
            context.Response.Headers.Accept = $"{Ndjson}, {Json}, {Protobuf}";
            await new Problem(
                415, "media_type", $"Set Content-Type to {Ndjson} (one frame a line), {Json} (a frame or an array of frames) or {Protobuf} "
                + "(FrameBatch of schemas/vitals.proto), in UTF-8.").WriteAsync(context);
            return;
        }

        // Bodies are held to their limit here, where what came before it can be kept.
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = null;
        var caller = context.Caller();
        var intake = new FrameIntake(
            directory, caller, settings.MaxFrames, settings.RegisteredOnly, $"http:{caller.Id}:{context.TraceIdentifier}");
        using var body = new FrameBody(request.Body, isGzip, settings.MaxBodyBytes, _budget);
        await AnswerAsync(context, await body.ReadAsync(splitter, intake, context.RequestAborted), intake, splitter.Line);
    }

    private async Task AnswerAsync(HttpContext context, BodyEnd end, FrameIntake intake, int line)
    {
        switch (end)
        {
            case BodyEnd.NoRoom:
                await FrameAnswer.Busy(RoomRetry).WriteAsync(context);
                return;
            case BodyEnd.NotGzip:
                intake.Drop("The body is not gzip, or not whole, or of several members. Nothing of it was taken.");
                break;
            case BodyEnd.TooLong:
                intake.Cut(line, "body_too_long", $"A body has at most {settings.MaxBodyBytes} bytes (http.maxBodyBytes). Send this one and what follows in another request.");
                break;
        }

        if (intake.IsEmpty)
        {
            await new Problem(400, "empty_body", "There is no frame in the body.").WriteAsync(context);
            return;
        }

        var result = await await HandOverAsync(intake, context.RequestAborted);
        if (!result.IsDurable)
            await FrameAnswer.Busy(result.RetryAfter).WriteAsync(context);
        else
            await FrameAnswer.WriteAsync(context, intake);
    }

    // A change is in the log before it is in the directory. A frame that was resolved before the change must not be logged behind it: it
    // would be acknowledged and then refused by the flow. So it goes to the gateway, which keeps the order, only while what it was resolved
    // by still stands; else it waits its turn among the changes, is resolved anew, and goes before the next of them.
    private async Task<Task<AppendResult>> HandOverAsync(FrameIntake intake, CancellationToken stop)
    {
        var version = directory.Version;
        intake.Decide();
        if (directory.WhileAt(version, () => gateway.AppendAsync(intake.Elements, stop)) is { } begun)
            return begun;

        using var turn = await directory.HoldAsync(stop);
        intake.Decide();
        return gateway.AppendAsync(intake.Elements, stop);
    }

    private IFrameSplitter? Splitter(string? contentType)
    {
        if (!MediaTypeHeaderValue.TryParse(contentType, out var type)
            || (type.Charset.HasValue && !HeaderUtilities.RemoveQuotes(type.Charset).Equals("utf-8", StringComparison.OrdinalIgnoreCase)))
            return null;

        return type.MediaType.Value?.ToLowerInvariant() switch
        {
            Ndjson => new LineSplitter(settings.MaxLineBytes),
            Json => new ArraySplitter(settings.MaxLineBytes),
            Protobuf => new BatchSplitter(settings.MaxLineBytes),
            _ => null,
        };
    }
}
