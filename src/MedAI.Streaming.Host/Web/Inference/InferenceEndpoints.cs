// The Open Inference Protocol (version 2, REST) over the loaded models, so that existing clients can call them.
using System.Buffers;
using System.Text.Json;
using MedAI.Streaming.Host.Composition;
using MedAI.Streaming.Host.Web.Frames;
using MedAI.Streaming.Host.Web.Metrics;
using MedAI.Streaming.Pipeline.Scoring;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace MedAI.Streaming.Host.Web.Inference;

/// <summary>
/// Health, metadata and inference as github.com/kserve/open-inference-protocol describes them. A model is served as the function that
/// its file is: rows of standardised inputs and states in, risks and states out. Nothing of a patient is read or changed.
/// </summary>
/// <param name="models">Which models there are.</param>
/// <param name="sessions">Calls them.</param>
/// <param name="settings">Limits.</param>
internal sealed class InferenceEndpoints(IServedModels models, InferenceSessions sessions, HttpSettings settings)
    : IEndpointGroup, IMetricSource
{
    /// <summary>Everything of the protocol is under this path; problems say there what is wrong in its form, too.</summary>
    public const string Root = "/v2";

    private const string Model = Root + "/models/{model}";
    private const string Version = Model + "/versions/{version}";
    private static readonly TimeSpan BusyRetry = TimeSpan.FromSeconds(1);
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 8, AllowDuplicateProperties = false };
    private readonly ByteBudget _budget = new(settings.MaxBytesInFlight);

    /// <inheritdoc/>
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(Root, ServerAsync).AllowAnyone();
        routes.MapGet(Root + "/health/live", static context => FlagAsync(context, 200, "live", true)).AllowAnyone();
        routes.MapGet(Root + "/health/ready", ReadyAsync).AllowAnyone();
        foreach (var path in (string[])[Model, Version])
        {
            routes.MapGet(path, context => WithModelAsync(context, MetadataAsync)).RequireScope(Scopes.Read);
            routes.MapGet(path + "/ready", context => WithModelAsync(context, ModelReadyAsync)).RequireScope(Scopes.Read);
            routes.MapPost(path + "/infer", context => WithModelAsync(context, InferAsync)).RequireScope(Scopes.Read);
        }
    }

    /// <inheritdoc/>
    public void Write(MetricsText text)
    {
        text.Counter("medai_inference_rows_total", "Rows that models scored for callers of /v2.");
        text.Sample(sessions.Rows);
        text.Counter("medai_inference_turned_away_total", "Calls over /v2 that were turned away because too many waited.");
        text.Sample(sessions.TurnedAway);
    }

    private static Task ServerAsync(HttpContext context) => WebJson.WriteAsync(context, 200, static json =>
    {
        json.WriteStartObject();
        json.WriteString("name", "medai");
        json.WriteString("version", MedaiVersion.Text);
        json.WriteStartArray("extensions");
        json.WriteEndArray();
        json.WriteEndObject();
    });

    private Task ReadyAsync(HttpContext context)
    {
        var isReady = models.Loaded.All(sessions.IsReady);
        return FlagAsync(context, isReady ? 200 : 503, "ready", isReady);
    }

    private static Task FlagAsync(HttpContext context, int status, string name, bool value) => WebJson.WriteAsync(context, status, json =>
    {
        json.WriteStartObject();
        json.WriteBoolean(name, value);
        json.WriteEndObject();
    });

    // Without a version it is the one whose alerts count, else the newest.
    private Task WithModelAsync(HttpContext context, Func<HttpContext, CallableModel, Task> serve)
    {
        var (name, version) = (context.Request.RouteValues["model"] as string, context.Request.RouteValues["version"] as string);
        var loaded = models.Loaded;
        var found = loaded.Where(served => served.Model.Card.Name == name && (version is null || served.Model.Card.Version == version))
            .OrderBy(served => served.Decides)
            .ThenBy(served => served.Model.Card.Version, ModelVersions.ByNumber)
            .LastOrDefault();
        if (found is not null)
            return serve(context, found);

        var there = loaded.Count == 0 ? "No model is loaded." : $"Loaded are: {string.Join(", ", loaded.Select(served => served.Model.Card.Id))}.";
        var isKnown = loaded.Any(served => served.Model.Card.Name == name);
        var problem = isKnown
            ? new Problem(404, "unknown_version", $"This version of the model is not loaded. {there}")
            : new Problem(404, "unknown_model", $"There is no model of this name. {there}");
        return problem.WriteAsync(context);
    }

    private Task MetadataAsync(HttpContext context, CallableModel served)
    {
        var versions = models.Loaded.Where(one => one.Model.Card.Name == served.Model.Card.Name)
            .Select(one => one.Model.Card.Version)
            .Distinct()
            .Order(ModelVersions.ByNumber);
        return WebJson.WriteAsync(context, 200, json => InferenceJson.Metadata(json, served, versions));
    }

    private Task ModelReadyAsync(HttpContext context, CallableModel served)
    {
        var isReady = sessions.IsReady(served);
        return WebJson.WriteAsync(context, isReady ? 200 : 503, json =>
        {
            json.WriteStartObject();
            json.WriteString("name", served.Model.Card.Name);
            json.WriteBoolean("ready", isReady);
            json.WriteEndObject();
        });
    }

    private async Task InferAsync(HttpContext context, CallableModel served)
    {
        using var body = new InferenceBody(settings.MaxBodyBytes, _budget);
        if (await body.ReadAsync(context) is { } unreadable)
        {
            await unreadable.WriteAsync(context);
            return;
        }

        var answer = new ArrayBufferWriter<byte>();
        Problem? problem;
        using (var turn = await sessions.WaitAsync(context.RequestAborted))
        {
            problem = turn is null
                ? new Problem(503, "busy", "Too many calls of models wait (http.maxInferenceWaiting).") { RetryAfter = BusyRetry }
                : Answer(turn, served, body.Bytes, answer, context.RequestAborted);
        }

        // An answer that is on its way takes memory, too: whoever reads slowly must not take it all.
        if (problem is null && !_budget.TryTake(answer.WrittenCount))
            problem = new Problem(503, "busy", "There is no room for the answer at present. Send fewer rows.") { RetryAfter = BusyRetry };
        if (problem is not null)
        {
            await problem.WriteAsync(context);
            return;
        }

        try
        {
            context.Response.ContentType = "application/json";
            context.Response.ContentLength = answer.WrittenCount;
            await context.Response.BodyWriter.WriteAsync(answer.WrittenMemory, context.RequestAborted);
        }
        finally
        {
            _budget.Give(answer.WrittenCount);
        }
    }

    private Problem? Answer(
        InferenceSessions.Turn turn, CallableModel served, ReadOnlyMemory<byte> body, ArrayBufferWriter<byte> answer, CancellationToken stop)
    {
        if (Read(served, body, out var refused) is not { } request)
            return refused;
        if (sessions.RestOf(served) is { } rest)
            return Away(rest);
        if (turn.Run(served, request, stop) is not { } result)
            return Away(InferenceSessions.Rest);

        foreach (var tensor in request.Outputs)
        {
            var at = Array.FindIndex(result.Of(tensor), value => !float.IsFinite(value));
            if (at >= 0)
            {
                return new Problem(
                    422, "no_number",
                    $"The model gives no finite number for '{tensor.Name}'[{at / tensor.Width}, {at % tensor.Width}]: the row or its state is far from what it was trained on.");
            }
        }

        using var json = new Utf8JsonWriter(answer, WebJson.Style);
        InferenceJson.Result(json, served.Model.Card, request, result);
        return null;
    }

    private InferenceRequest? Read(CallableModel served, ReadOnlyMemory<byte> body, out Problem? problem)
    {
        try
        {
            using var document = JsonDocument.Parse(body, Strict);
            var reader = new InferenceReader(ModelSignature.Of(served.Model), settings.MaxInferenceRows);
            var request = reader.Read(document.RootElement);
            problem = reader.Problem;
            return request;
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException)
        {
            // The second is how the runtime says that a text has half a surrogate pair, or is not UTF-8.
            problem = new Problem(400, "malformed", $"The body is not JSON (NaN and Infinity are none, either): {broken.Message}");
            return null;
        }
    }

    private static Problem Away(TimeSpan rest) =>
        new(503, "model_unavailable", "The model does not answer at present; the program's notes say why.") { RetryAfter = rest };
}
