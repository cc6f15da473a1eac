// The served model is changed while the service runs: no tick is lost, a bad one is refused, and the way back is one command.
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Acceptance.Tests.Commands;
using Acceptance.Tests.Configuration;
using Acceptance.Tests.Live;
using Acceptance.Tests.Web;
using MedAI.Streaming.Host;
using MedAI.Streaming.TestKit.Waiting;
using Xunit;

namespace Acceptance.Tests.Models;

public sealed class PromotionTests : IDisposable
{
    private const string Old = "sepsis-gru@1.0.0";
    private const string New = "sepsis-vitals@2.1.0";

    // Readings at half past each hour: five hours between the first and the last, and eight until the last temperature is too old.
    private const int StepsBefore = 5 + 8;
    private const int StepsBehind = 6 + 8;
    private static readonly DateTimeOffset Begin = DateTimeOffset.UnixEpoch + TimeSpan.FromHours(24 * 365 * 50);
    private readonly ProgramRun _medai = new();

    public PromotionTests()
    {
        foreach (var file in new[] { "sepsis-gru/1.0.0", "sepsis-vitals/2.1.0", "sepsis-time/2.0.0" })
        {
            Directory.CreateDirectory(_medai.At($"models/{file}"));
            foreach (var part in new[] { "model.onnx", "card.json" })
                File.Copy(RepositoryFiles.At("models", file, part), _medai.At($"models/{file}/{part}"));
        }

        _medai.Variables["MEDAI__directories__models"] = _medai.At("models");
        (_medai.Variables["MEDAI__model__name"], _medai.Variables["MEDAI__model__version"]) = ("sepsis-gru", "1.0.0");
    }

    public void Dispose() => _medai.Dispose();

    [Fact]
    public async Task What_is_promoted_is_served_and_a_rollback_goes_back_step_by_step()
    {
        Assert.Equal(ExitCodes.Ok, await _medai.RunAsync("models", "promote", New, "--by", "ward 5"));
        Assert.Contains($"promoted {New}, was {Old}", _medai.Output, StringComparison.Ordinal);
        Assert.Equal(ExitCodes.Ok, await _medai.RunAsync("models", "promote", "sepsis-time@2.0.0"));
        Assert.Equal("sepsis-time@2.0.0", await ServedAsync());

        Assert.Equal(ExitCodes.Ok, await _medai.RunAsync("models", "rollback"));
        Assert.Equal(New, await ServedAsync());
        Assert.Equal(ExitCodes.Ok, await _medai.RunAsync("models", "rollback"));
        Assert.Equal(Old, await ServedAsync());
        Assert.Equal(ExitCodes.Failure, await _medai.RunAsync("models", "rollback"));
        Assert.Contains("nothing to go back to", _medai.Error, StringComparison.Ordinal);
    }

    // The way back is open when it is needed most.
    [Fact]
    public async Task What_was_promoted_can_be_rolled_back_or_replaced_though_its_files_are_gone()
    {
        Assert.Equal(ExitCodes.Ok, await _medai.RunAsync("models", "promote", New));
        File.WriteAllText(_medai.At("models/sepsis-vitals/2.1.0/card.json"), "{");

        Assert.True(await _medai.RunAsync("models", "promote", "sepsis-time@2.0.0") == ExitCodes.Ok, _medai.Error);
        Assert.Equal(ExitCodes.Failure, await _medai.RunAsync("models", "rollback"));
        Assert.Contains($"{New} is refused", _medai.Error, StringComparison.Ordinal);
        File.Delete(_medai.At("models/registry.json"));
        File.Copy(RepositoryFiles.At("models", "sepsis-vitals", "2.1.0", "card.json"), _medai.At("models/sepsis-vitals/2.1.0/card.json"), overwrite: true);
        Assert.Equal(ExitCodes.Ok, await _medai.RunAsync("models", "promote", New));
        Directory.Delete(_medai.At("models/sepsis-vitals"), recursive: true);
        Assert.Equal(ExitCodes.Ok, await _medai.RunAsync("models", "list"));
        Assert.Contains($"{New} is to be served, but is not there", _medai.Error, StringComparison.Ordinal);
        Assert.True(await _medai.RunAsync("models", "rollback") == ExitCodes.Ok, _medai.Error);
        Assert.Equal(Old, await ServedAsync());
    }

    // Every promotion that says so stands in the registry, and what it says it replaced was served then.
    [Fact]
    public async Task Promotions_at_the_same_time_are_made_one_after_the_other_or_refused()
    {
        var said = await Task.WhenAll(Enumerable.Range(0, 8).Select(async number =>
        {
            using var other = new ProgramRun();
            foreach (var (name, value) in _medai.Variables)
                other.Variables[name] = value;
            return await other.RunAsync("models", "promote", number % 2 == 0 ? New : "sepsis-time@2.0.0") == ExitCodes.Ok;
        }));

        using var registry = JsonDocument.Parse(File.ReadAllText(_medai.At("models/registry.json")));
        var events = registry.RootElement.GetProperty("events").EnumerateArray().ToArray();
        Assert.Equal(said.Count(ok => ok), events.Length);
        Assert.Equal(
            events.Select(change => change.GetProperty("was").GetString()),
            events.Select(change => change.GetProperty("model").GetString()).Prepend(Old).SkipLast(1));
    }

    [Theory]
    [InlineData("{\"schema\":9,\"events\":[]}", "list", "its schema is 9")]
    [InlineData(
        "{\"schema\":1,\"events\":[{\"at\":\"2026-01-01T00:00:00Z\",\"action\":\"rollback\",\"task\":\"sepsis\",\"model\":\"sepsis-gru@1.0.0\",\"was\":\"x\",\"sha256\":\"x\",\"by\":\"x\"}]}",
        "rollback", "nothing to go back to")]
    public async Task A_registry_that_this_program_did_not_write_is_told_and_not_guessed_at(string registry, string command, string said)
    {
        File.WriteAllText(_medai.At("models/registry.json"), registry);

        Assert.Equal(ExitCodes.Failure, await _medai.RunAsync("models", command));
        Assert.Contains(said, _medai.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_that_is_not_whole_is_not_promoted()
    {
        Spoil("sepsis-vitals/2.1.0/model.onnx");

        Assert.Equal(ExitCodes.Failure, await _medai.RunAsync("models", "promote", New));

        Assert.Contains($"{New} is refused, and {Old} goes on", _medai.Error, StringComparison.Ordinal);
        Assert.Contains("the checksum does not fit", _medai.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(_medai.At("models/registry.json")));
        Assert.Equal(ExitCodes.Failure, await _medai.RunAsync("models", "promote", "sepsis-vitals@9.9.9"));
        Assert.Contains("medai models list", _medai.Error, StringComparison.Ordinal);
    }

    // In the middle the model is changed; every step has one risk, to the bit that of the one or of the other.
    [Fact]
    public async Task A_running_service_changes_over_without_losing_a_step()
    {
        await using var service = await StartAsync();
        var changed = await TwiceAsync(service, async () =>
        {
            Assert.Equal(ExitCodes.Ok, await _medai.RunAsync("models", "promote", New));
            await ElectedAsync(service, New);
        });
        Assert.Equal(ExitCodes.Ok, (await service.StopAsync()).Code);
        var old = await AloneAsync(Old);
        var other = await AloneAsync(New);
        Assert.Equal([.. old.Take(StepsBefore), .. other.Skip(StepsBefore)], changed);
        Assert.NotEqual(old.Skip(StepsBefore), other.Skip(StepsBefore));
    }

    [Fact]
    public async Task A_running_service_keeps_its_model_while_the_registry_cannot_be_read()
    {
        await using var service = await StartAsync();
        Assert.Equal(ExitCodes.Ok, await _medai.RunAsync("models", "promote", New));
        await ElectedAsync(service, New);

        File.WriteAllText(
            _medai.At("models/registry.json"),
            File.ReadAllText(_medai.At("models/registry.json")).Replace("\"promote\"", "\"promoted\"", StringComparison.Ordinal) + "}");

        await RefusedAsync(service);
        await ElectedAsync(service, New);
        await SaidAsync(service, "the registry of models cannot be read");
    }

    // The shadow is loaded when another model comes to lie under its name and version: what is promoted is not what would decide.
    [Fact]
    public async Task A_running_service_refuses_a_file_that_was_changed_under_a_loaded_version()
    {
        _medai.Variables["MEDAI__model__shadows"] = New;
        await using var service = await StartAsync();
        var card = File.ReadAllText(_medai.At("models/sepsis-time/2.0.0/card.json"))
            .Replace("\"sepsis-time\"", "\"sepsis-vitals\"", StringComparison.Ordinal).Replace("\"2.0.0\"", "\"2.1.0\"", StringComparison.Ordinal);
        File.WriteAllText(_medai.At("models/sepsis-vitals/2.1.0/card.json"), card);
        File.Copy(_medai.At("models/sepsis-time/2.0.0/model.onnx"), _medai.At("models/sepsis-vitals/2.1.0/model.onnx"), overwrite: true);
        Assert.Equal(ExitCodes.Ok, await _medai.RunAsync("models", "promote", New));

        await RefusedAsync(service);
        await ElectedAsync(service, Old);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await CallAsync(service, "/v2/models/sepsis-vitals/versions/2.1.0"));
        Assert.Equal(HttpStatusCode.OK, await CallAsync(service, "/v2/models/sepsis-gru/versions/1.0.0"));
        await SaidAsync(service, "the file that is loaded here");
    }

    [Fact]
    public async Task A_service_that_starts_with_a_damaged_promoted_model_goes_on_with_the_one_before_until_it_is_restored()
    {
        _medai.Variables["MEDAI__checkpointSeconds"] = "3600";
        await using (var before = await StartAsync())
        {
            Assert.Equal(ExitCodes.Ok, await _medai.RunAsync("models", "promote", New));
            await ElectedAsync(before, New);
            await SendHoursAsync(before, 0, 6);

            // As a kill would leave it: no checkpoint has what the promoted model said, so that it is needed again.
            Directory.CreateDirectory(_medai.At("killed"));
            foreach (var file in Directory.GetFiles(_medai.At("store")).Where(file => file.Contains(".db", StringComparison.Ordinal) && !file.EndsWith("-shm", StringComparison.Ordinal)))
                File.Copy(file, Path.Combine(_medai.At("killed"), Path.GetFileName(file)));
            Assert.Equal(ExitCodes.Ok, (await before.StopAsync()).Code);
        }

        _medai.Variables.Remove("MEDAI__checkpointSeconds");
        Spoil("sepsis-vitals/2.1.0/model.onnx");
        await using var service = await StartAsync("killed");
        await ElectedAsync(service, Old);
        await RefusedAsync(service);

        Spoil("sepsis-vitals/2.1.0/model.onnx");
        await ElectedAsync(service, New);
        await UntilAsync(async () => !(await HealthAsync(service)).Contains("refused", StringComparison.Ordinal));
        await SendHoursAsync(service, 14, 6);
        await RisksAsync(service, 6, from: 14);
        await SaidAsync(service, "the checksum does not fit");
    }

    private async Task<string> ServedAsync()
    {
        Assert.Equal(ExitCodes.Ok, await _medai.RunAsync("models", "list", "--json"));
        using var json = JsonDocument.Parse(_medai.Output);
        return json.RootElement.EnumerateArray()
            .Single(row => row.GetProperty("served").GetString()!.StartsWith("yes", StringComparison.Ordinal)).GetProperty("model").GetString()!;
    }

    // Once more, and it is whole again.
    private void Spoil(string file)
    {
        var bytes = File.ReadAllBytes(_medai.At($"models/{file}"));
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(_medai.At($"models/{file}"), bytes);
    }

    private Task<RunningMedai> StartAsync(string store = "store") =>
        RunningMedai.StartAsync(new(_medai.Variables) { ["MEDAI__partitions"] = "1" }, "--store", _medai.At(store));

    // The same hours with one model from beginning to end.
    private async Task<double[]> AloneAsync(string model)
    {
        File.Delete(_medai.At("models/registry.json"));
        if (model != Old)
            Assert.Equal(ExitCodes.Ok, await _medai.RunAsync("models", "promote", model));

        await using var service = await StartAsync($"alone-{model}");
        return await TwiceAsync(service, () => Task.CompletedTask);
    }

    // Six hours of readings, all that comes of them, something, and six hours more.
    private static async Task<double[]> TwiceAsync(RunningMedai service, Func<Task> between)
    {
        await SendHoursAsync(service, 0, 6);
        await RisksAsync(service, StepsBefore);
        await between();
        await SendHoursAsync(service, 14, 6);
        return await RisksAsync(service, StepsBefore + StepsBehind);
    }

    private static async Task SendHoursAsync(RunningMedai service, int from, int count)
    {
        for (var hour = from; hour < from + count; hour++)
        {
            var time = Begin.ToUnixTimeMilliseconds() + (((60L * hour) + 30) * 60_000);
            var frame = string.Create(
                CultureInfo.InvariantCulture,
                $$"""
                {"patient":"p1","device":"chart","source":"charted","sequence":{{hour + 1}},"time":{{time}},"readings":[{"vital":"heart_rate","value":{{80 + (4 * hour)}}},{"vital":"respiratory_rate","value":{{16 + hour}}},{"vital":"temperature","value":{{37 + (hour / 5.0)}}},{"vital":"systolic_pressure","value":{{120 - (3 * hour)}}}]}
                """);
            using var body = FrameBodies.Ndjson(frame.Trim());
            using var answer = await service.Client.PostAsync(new Uri("/v1/frames", UriKind.Relative), body, TestContext.Current.CancellationToken);
            Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        }
    }

    // Risks at the ends of steps, which are not provisional.
    private static async Task<double[]> RisksAsync(RunningMedai service, int steps, int from = 0)
    {
        double[] risks = [];
        await UntilAsync(async () =>
        {
            using var answer = await service.Client.GetAsync(
                new Uri("/v1/patients/p1/series?series=model.sepsis", UriKind.Relative), TestContext.Current.CancellationToken);

            // Right behind a start the partition may not be taken yet.
            if (answer.StatusCode == HttpStatusCode.MisdirectedRequest)
                return false;

            answer.EnsureSuccessStatusCode();
            var page = await answer.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
            risks = [.. page.GetProperty("items").EnumerateArray()
                .Where(point => point.GetProperty("flags").GetArrayLength() == 0 && point.GetProperty("time").GetDateTimeOffset() > Begin.AddHours(from))
                .OrderBy(point => point.GetProperty("time").GetString(), StringComparer.Ordinal)
                .Select(point => point.GetProperty("value").GetDouble())];
            return risks.Length >= steps;
        });
        return risks;
    }

    private static Task ElectedAsync(RunningMedai service, string model) => UntilAsync(async () =>
    {
        var metrics = await service.Client.GetStringAsync(new Uri("/metrics", UriKind.Relative), TestContext.Current.CancellationToken);
        return metrics.Contains($"medai_model_elected{{model=\"{model}\"}} 1", StringComparison.Ordinal);
    });

    // A model that is refused does not make the service unready.
    private static async Task RefusedAsync(RunningMedai service)
    {
        await UntilAsync(async () => (await HealthAsync(service)).Contains("A promoted model was refused", StringComparison.Ordinal));
        using var ready = await service.Client.GetAsync(new Uri("/health/ready", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.True(ready.IsSuccessStatusCode);
    }

    // One row of zeros for each input.
    private static async Task<HttpStatusCode> CallAsync(RunningMedai service, string model)
    {
        var metadata = await service.Client.GetFromJsonAsync<JsonElement>(model, TestContext.Current.CancellationToken);
        var inputs = metadata.GetProperty("inputs").EnumerateArray().Select(input => new
        {
            name = input.GetProperty("name").GetString(),
            datatype = "FP32",
            shape = new[] { 1, input.GetProperty("shape")[1].GetInt32() },
            data = new float[input.GetProperty("shape")[1].GetInt32()],
        });
        using var answer = await service.Client.PostAsJsonAsync($"{model}/infer", new { inputs }, TestContext.Current.CancellationToken);
        return answer.StatusCode;
    }

    private static async Task SaidAsync(RunningMedai service, string why)
    {
        var (code, said) = await service.StopAsync();
        Assert.Equal(ExitCodes.Ok, code);
        Assert.Contains(why, said, StringComparison.Ordinal);
    }

    private static Task UntilAsync(Func<Task<bool>> condition) =>
        Eventually.Async(condition, TimeSpan.FromMinutes(2), "the service to say so", TimeSpan.FromMilliseconds(50));

    private static async Task<string> HealthAsync(RunningMedai service)
    {
        using var answer = await service.Client.GetAsync(new Uri("/health/ready", UriKind.Relative), TestContext.Current.CancellationToken);
        return await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
    }
}
