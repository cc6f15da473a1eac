// The endpoints of the Open Inference Protocol: what they answer, what they refuse and how they say so, and what happens when models fail.
using System.Text;
using System.Text.Json;
using MedAI.Streaming.Host.Web;
using MedAI.Streaming.Host.Web.Inference;
using MedAI.Streaming.Pipeline.Ports;
using Xunit;

namespace Acceptance.Tests.Web.Inference;

public sealed class InferenceEndpointsTests
{
    private const string Infer = "/v2/models/m/infer";
    private const string X = """{"name":"x","shape":[1,2],"datatype":"FP32","data":[1,2]}""";
    private const string State = """{"name":"state","shape":[1,2],"datatype":"FP32","data":[0,0]}""";
    private const string Whole = $$"""{"inputs":[{{X}},{{State}}]}""";

    [Fact]
    public async Task The_server_says_what_it_is_to_anyone()
    {
        await using var service = await StartAsync(callers: new Keys());

        var (status, server) = await service.GetAsync("/v2");
        var (_, live) = await service.GetAsync("/v2/health/live");
        var (_, ready) = await service.GetAsync("/v2/health/ready");

        Assert.Equal((200, "medai", 0), (status, server.GetProperty("name").GetString(), server.GetProperty("extensions").GetArrayLength()));
        Assert.True(live.GetProperty("live").GetBoolean());
        Assert.True(ready.GetProperty("ready").GetBoolean());
    }

    [Theory]
    [InlineData(null, 401)]
    [InlineData("ingest", 403)]
    [InlineData("read", 200)]
    public async Task Models_are_for_keys_that_may_read(string? token, int expected)
    {
        await using var service = await StartAsync(callers: new Keys());
        foreach (var path in (string[])["/v2/models/m", "/v2/models/m/ready", "/v2/models/m/versions/1.0.0", "/v2/models/m/versions/1.0.0/ready"])
        {
            var (got, said) = await service.GetAsync(path, token);
            Assert.Equal((expected, expected != 200), (got, said.TryGetProperty("error", out _)));
        }

        var (status, body, _) = await service.PostAsync(Infer, Whole, token: token);

        Assert.Equal((expected, expected != 200), (status, body.TryGetProperty("error", out _)));
    }

    [Theory]
    [InlineData("/v2/models/other", "m@1.0.0")]
    [InlineData("/v2/models/M", "no model of this name")]
    [InlineData("/v2/models/m/versions/2.0.0", "version")]
    [InlineData("/v2/models/m/versions/2.0.0/ready", "version")]
    [InlineData("/v2/nothing", "nothing under this path")]
    public async Task What_is_not_there_is_404_in_the_form_of_the_protocol(string path, string says)
    {
        await using var service = await StartAsync();

        var (status, body) = await service.GetAsync(path);

        Assert.Equal(404, status);
        Assert.Contains(says, body.GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.Equal(body.GetProperty("detail").GetString(), body.GetProperty("error").GetString());
    }

    [Fact]
    public async Task Without_a_version_it_is_the_one_whose_alerts_count_and_else_the_newest()
    {
        await using var service = await InferenceService.StartAsync(new HeldModels());
        service.Shelf.Put(HeldModels.Card(version: "2.10.0", sum: '1'), decides: false);
        service.Shelf.Put(HeldModels.Card(version: "2.9.0", sum: '2'), decides: false);
        var (_, newest) = await service.GetAsync("/v2/models/m");
        service.Shelf.Put(HeldModels.Card(version: "1.0.0"));
        var (_, active) = await service.GetAsync("/v2/models/m");

        Assert.Equal("2.10.0", newest.GetProperty("parameters").GetProperty("version").GetString());
        Assert.Equal("1.0.0", active.GetProperty("parameters").GetProperty("version").GetString());
        Assert.Equal(["1.0.0", "2.9.0", "2.10.0"], active.GetProperty("versions").EnumerateArray().Select(one => one.GetString()));
    }

    [Fact]
    public async Task Flat_and_nested_data_are_the_same_and_outputs_come_as_they_were_asked_for()
    {
        await using var service = await StartAsync();
        var nested = Whole.Replace("[1,2]}", "[[1,2]]}", StringComparison.Ordinal);

        var (_, flat, _) = await service.PostAsync(Infer, Whole);
        var (status, same, _) = await service.PostAsync(Infer, nested);
        var (_, some, _) = await service.PostAsync(
            Infer, $$"""{"id":"","outputs":[{"name":"attention"},{"name":"risk"}],"inputs":[{{State}},{{X}}],"parameters":{"mine":true} }""");

        Assert.Equal(200, status);
        Assert.Equal(flat.GetRawText(), same.GetRawText());
        Assert.Equal(["risk", "state_out", "attention"], Outputs(flat));
        Assert.False(flat.TryGetProperty("id", out _));
        Assert.Equal(["attention", "risk"], Outputs(some));
        Assert.Equal("", some.GetProperty("id").GetString());
    }

    public static TheoryData<string, int, string> Refused { get; } = new()
    {
        { "", 400, "not JSON" },
        { "[]", 400, "JSON object" },
        { "{", 400, "not JSON" },
        { """{"inputs":[],"inputs":[]}""", 400, "inputs" },
        { """{"inputs":[{"name":"x","shape":[1,2],"datatype":"FP32","data":[NaN,2]}]}""", 400, "NaN" },
        { "{}", 400, "'x', 'state'" },
        { """{"inputs":{}}""", 400, "list of tensors" },
        { """{"inputs":[7]}""", 400, "'name'" },
        { """{"inputs":[]}""", 400, "'x' of shape [rows, 2] is missing" },
        { $$"""{"inputs":[{{X}}]}""", 400, "'state' of shape [rows, 2] is missing. Zeros" },
        { $$"""{"inputs":[{{X}},{{X}}]}""", 400, "twice" },
        { $$"""{"inputs":[{{State}},{"name":"y"}]}""", 400, "no input 'y': its inputs are 'x', 'state'" },
        { With("datatype", "\"FP64\""), 400, "'x' has the datatype \"FP64\"" },
        { With("datatype", "4"), 400, "'x' has the datatype 4" },
        { With("shape", "[1,3]"), 400, "'x' has the shape [1,3]; it must be [rows, 2]" },
        { With("shape", "[2]"), 400, "'x' has the shape [2]" },
        { With("shape", "[0,2]"), 400, "'x' has the shape [0,2]" },
        { With("shape", "[-1,2]"), 400, "'x' has the shape [-1,2]" },
        { With("shape", "[1.5,2]"), 400, "'x' has the shape [1.5,2]" },
        { With("shape", "[99999999999999999999,2]"), 400, "'x' has the shape" },
        { With("shape", "[101,2]"), 413, "at most 100" },
        { With("shape", "[9000000000,2]"), 413, "at most 100" },
        { With("shape", "[2,2]", "[1,2,3,4]"), 400, "equally many" },
        { With("data", "[1]"), 400, "'x' has 1 numbers; its shape [1, 2] asks for 2" },
        { With("data", "[1,2,3]"), 400, "3 numbers" },
        { With("data", "7"), 400, "'x' must have 'data'" },
        { With("data", "[[1,2],[3,4]]"), 400, "'x' has 2 rows of data" },
        { With("data", "[[1]]"), 400, "Row 0 of 'x'" },
        { With("data", "[[1],2]"), 400, "'x' has 2 rows of data" },
        { With("data", "[1,[2]]"), 400, "'x'[0, 1] is [2]" },
        { With("data", "[1,null]"), 400, "'x'[0, 1] is null" },
        { With("data", "[1,\"2\"]"), 400, "'x'[0, 1] is \"2\"" },
        { With("data", "[1,true]"), 400, "'x'[0, 1] is true" },
        { With("data", "[1e39,2]"), 400, "'x'[0, 0] is 1e39; it must be a finite number of float32" },
        { With("data", "[1,-1e999]"), 400, "'x'[0, 1] is -1e999" },
        { With("parameters", """{"binary_data_size":8}"""), 400, "binary_data=False" },
        { With("parameters", """{"shared_memory_region":"r"}"""), 400, "Shared memory" },
        { With("parameters", "[]"), 400, "'parameters' of 'x'" },
        { Also("\"parameters\":{\"sequence_id\":7}"), 400, "state_out" },
        { Also("\"parameters\":{\"mine\":{}}"), 400, "'mine'" },
        { Also("\"id\":7"), 400, "'id'" },
        { Also("\"outputs\":7"), 400, "'outputs'" },
        { Also("\"outputs\":[{}]"), 400, "'outputs'" },
        { Also("\"outputs\":[{\"name\":\"y\"}]"), 400, "no output 'y': its outputs are 'risk', 'state_out', 'attention'" },
        { Also("\"outputs\":[{\"name\":\"risk\"},{\"name\":\"risk\"}]"), 400, "twice" },
        { Also("\"outputs\":[{\"name\":\"risk\",\"parameters\":{\"classification\":3}}]"), 400, "classes" },
        { Also("\"id\":\"\\ud800\""), 400, "not JSON" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task What_does_not_fit_is_refused_with_a_reason(string body, int expected, string says)
    {
        await using var service = await StartAsync();

        var (status, problem, _) = await service.PostAsync(Infer, body);

        Assert.True(status == expected, $"{status}: {problem}");
        Assert.Contains(says, problem.GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.Empty(service.Shelf.Opened);
    }

    [Fact]
    public async Task Bytes_behind_the_JSON_are_refused_with_advice()
    {
        await using var service = await StartAsync();
        var request = new HttpRequestMessage(HttpMethod.Post, Infer) { Content = new ByteArrayContent([.. "{}"u8, 0, 0, 0, 0]) };
        request.Headers.Add("Inference-Header-Content-Length", "2");

        var (status, problem, _) = await service.Running.SendAsync(request);

        Assert.Equal(400, status);
        Assert.Contains("binary_data=False", problem.GetProperty("error").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bodies_are_held_to_their_length_packed_or_not()
    {
        await using var service = await StartAsync();
        var tooLong = Encoding.UTF8.GetBytes(Whole + new string(' ', 5000));

        var (taken, _, _) = await service.Running.SendAsync(HttpMethod.Post, Infer, content: FrameBodies.Packed(FrameBodies.Gzip(Encoding.UTF8.GetBytes(Whole)), "application/json"));
        var (plain, problem, _) = await service.Running.SendAsync(HttpMethod.Post, Infer, content: FrameBodies.Of(tooLong, "application/json"));
        var (packed, _, _) = await service.Running.SendAsync(HttpMethod.Post, Infer, content: FrameBodies.Packed(FrameBodies.Gzip(tooLong), "application/json"));
        var broken = FrameBodies.Of("{}", "application/json");
        broken.Headers.ContentEncoding.Add("gzip");
        var (noGzip, _, _) = await service.Running.SendAsync(HttpMethod.Post, Infer, content: broken);
        var zipped = FrameBodies.Of("{}", "application/json");
        zipped.Headers.ContentEncoding.Add("deflate");
        var (otherwise, _, _) = await service.Running.SendAsync(HttpMethod.Post, Infer, content: zipped);

        Assert.Equal([200, 413, 413, 400, 415], [taken, plain, packed, noGzip, otherwise]);
        Assert.Contains("http.maxBodyBytes", problem.GetProperty("error").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_call_runs_alone_and_those_for_whom_there_is_no_room_are_asked_to_come_again()
    {
        await using var service = await StartAsync();
        using var running = new SemaphoreSlim(0);
        using var mayEnd = new ManualResetEventSlim();
        service.Shelf.BeforeRun = _ =>
        {
            running.Release();
            mayEnd.Wait(TimeSpan.FromSeconds(60));
        };

        var first = service.PostAsync(Infer, Whole);
        await running.WaitAsync(TestContext.Current.CancellationToken);
        Task<(int Status, JsonElement Body, HttpResponseMessage Response)>[] others = [service.PostAsync(Infer, Whole), service.PostAsync(Infer, Whole)];
        var away = await Task.WhenAny(others);
        var (status, problem, response) = await away;

        Assert.Equal((503, "busy", TimeSpan.FromSeconds(1)), (status, problem.GetProperty("code").GetString(), response.Headers.RetryAfter!.Delta));
        Assert.Contains("medai_inference_turned_away_total 1\n", service.Metrics(), StringComparison.Ordinal);
        Assert.Equal(0, running.CurrentCount);
        mayEnd.Set();
        var (one, other) = (await first, await others.Single(call => call != away));
        Assert.Equal((200, 200), (one.Status, other.Status));
    }

    [Fact]
    public async Task A_model_that_fails_rests_and_is_then_opened_anew()
    {
        await using var service = await StartAsync();
        service.Shelf.BeforeRun = _ => throw new ModelFailedException("it fell over in /secret/place");

        var (failed, problem, response) = await service.PostAsync(Infer, Whole);
        service.Shelf.BeforeRun = null;
        var (resting, _, _) = await service.PostAsync(Infer, Whole);
        var (notReady, all) = await service.GetAsync("/v2/health/ready");
        var (_, one) = await service.GetAsync("/v2/models/m/ready");
        service.Clock.Pass(InferenceSessions.Rest);
        var (again, _, _) = await service.PostAsync(Infer, Whole);
        var (ready, _) = await service.GetAsync("/v2/health/ready");

        Assert.Equal([503, 503, 503, 200, 200], [failed, resting, notReady, again, ready]);
        Assert.False(all.GetProperty("ready").GetBoolean());
        Assert.False(one.GetProperty("ready").GetBoolean());
        Assert.Equal(InferenceSessions.Rest, response.Headers.RetryAfter!.Delta);
        Assert.DoesNotContain("secret", problem.GetRawText(), StringComparison.Ordinal);
        Assert.Contains("/secret/place", service.Notes.ToString(), StringComparison.Ordinal);
        Assert.Equal(["m@1.0.0", "m@1.0.0"], service.Shelf.Opened);
    }

    [Fact]
    public async Task A_model_whose_files_were_changed_since_it_was_loaded_is_not_taken_for_it()
    {
        await using var service = await InferenceService.StartAsync(new HeldModels());
        service.Shelf.Put(HeldModels.Card(), sha256OnDisk: new string('f', 64));

        var (status, problem, _) = await service.PostAsync(Infer, Whole);

        Assert.Equal((503, "model_unavailable"), (status, problem.GetProperty("code").GetString()));
        Assert.Contains("files are others", service.Notes.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_that_was_exchanged_is_not_kept()
    {
        await using var service = await StartAsync();
        var old = service.Shelf.Loaded;
        await service.PostAsync(Infer, Whole);
        await service.PostAsync(Infer, Whole);
        service.Shelf.Loaded = [];
        service.Shelf.Put(HeldModels.Card(version: "2.0.0", sum: '2'));
        var (_, exchanged, _) = await service.PostAsync(Infer, Whole);
        service.Shelf.Loaded = old;
        await service.PostAsync(Infer, Whole);

        Assert.Equal("2.0.0", exchanged.GetProperty("model_version").GetString());
        Assert.Equal(["m@1.0.0", "m@2.0.0", "m@1.0.0"], service.Shelf.Opened);
    }

    [Fact]
    public async Task An_answer_that_is_no_number_is_said_to_be_none()
    {
        await using var service = await StartAsync();
        var far = Whole.Replace("[1,2]}", "[3e38,3e38]}", StringComparison.Ordinal).Replace("[0,0]", "[3e38,3e38]", StringComparison.Ordinal);

        var (status, problem, _) = await service.PostAsync(Infer, far);

        Assert.Equal(422, status);
        Assert.Contains("'attention'[0, 0]", problem.GetProperty("error").GetString(), StringComparison.Ordinal);
    }

    private static Task<InferenceService> StartAsync(ICallerSource? callers = null)
    {
        var shelf = new HeldModels();
        shelf.Put(HeldModels.Card());
        return InferenceService.StartAsync(
            shelf, RunningService.Settings with { MaxBodyBytes = 4096, MaxInferenceRows = 100, MaxInferenceWaiting = 2 }, callers);
    }

    // The body with one member of x changed.
    private static string With(string member, string value, string? data = null)
    {
        var x = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(X)!.ToDictionary(one => one.Key, one => one.Value.GetRawText());
        x[member] = value;
        x["data"] = data ?? x["data"];
        var text = string.Join(',', x.Select(one => $"\"{one.Key}\":{one.Value}"));
        return $$"""{"inputs":[{{State}},{{{text}}}]}""";
    }

    private static string Also(string member) => $$"""{"inputs":[{{X}},{{State}}],{{member}}}""";

    private static IEnumerable<string?> Outputs(JsonElement answer) =>
        answer.GetProperty("outputs").EnumerateArray().Select(one => one.GetProperty("name").GetString());

    private sealed class Keys : ICallerSource
    {
        public Caller? Identify(ReadOnlySpan<char> token) => token is "read" ? new Caller("r", Scopes.Read, [], [])
            : token is "ingest" ? new Caller("i", Scopes.Ingest, [], []) : null;
    }
}
