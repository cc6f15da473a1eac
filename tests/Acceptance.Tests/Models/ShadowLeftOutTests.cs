// A shadow alerts nobody, so one that cannot be used keeps no service from starting: it is left out, and people are told.
using System.Globalization;
using System.Text.Json;
using Acceptance.Tests.Commands;
using Acceptance.Tests.Configuration;
using Acceptance.Tests.Live;
using Acceptance.Tests.Web;
using MedAI.Streaming.Host;
using MedAI.Streaming.TestKit.Waiting;
using Xunit;

namespace Acceptance.Tests.Models;

public sealed class ShadowLeftOutTests : IDisposable
{
    private const string Active = "sepsis-gru@1.0.0";
    private const string Whole = "sepsis-time@2.0.0";
    private const string Spoiled = "sepsis-vitals@2.1.0";
    private const string OfAnotherTask = "acuity@1.0.0";

    private readonly ProgramRun _medai = new();

    public ShadowLeftOutTests()
    {
        foreach (var id in new[] { Active, Whole, Spoiled, OfAnotherTask })
        {
            var folder = id.Replace('@', '/');
            Directory.CreateDirectory(_medai.At($"models/{folder}"));
            foreach (var part in new[] { "model.onnx", "card.json" })
                File.Copy(RepositoryFiles.At("models", folder, part), _medai.At($"models/{folder}/{part}"));
        }

        File.AppendAllText(_medai.At($"models/{Spoiled.Replace('@', '/')}/model.onnx"), "x");
        _medai.Variables["MEDAI__directories__models"] = _medai.At("models");
        (_medai.Variables["MEDAI__model__name"], _medai.Variables["MEDAI__model__version"]) = ("sepsis-gru", "1.0.0");
        _medai.Variables["MEDAI__model__shadows"] = $"{Spoiled},{OfAnotherTask},{Whole}";
        _medai.Variables["MEDAI__partitions"] = "1";
    }

    public void Dispose() => _medai.Dispose();

    [Fact]
    public async Task A_service_goes_on_without_the_shadows_that_it_cannot_use_and_scores_the_others()
    {
        await using var service = await RunningMedai.StartAsync(_medai.Variables, "--store", _medai.At("store"));
        await SendAsync(service);
        await ScoredAsync(service, "model.sepsis");
        await ScoredAsync(service, $"shadow.{Whole}");

        var models = await ModelsAsync(service);
        Assert.True(models.GetProperty("isReady").GetBoolean());
        Assert.Contains($"{Spoiled}, {OfAnotherTask}", models.GetProperty("reason").GetString(), StringComparison.Ordinal);
        var (code, said) = await service.StopAsync();
        Assert.Equal(ExitCodes.Ok, code);
        Assert.Matches($"the shadow {Spoiled} is left out.*the checksum does not fit", said);
        Assert.Matches($"the shadow {OfAnotherTask} is left out.*predicts acuity", said);
    }

    // A recording is judged by all that it is to be judged by, or not at all.
    [Fact]
    public async Task A_replay_refuses_a_shadow_that_it_cannot_use()
    {
        var input = _medai.Write("readings.csv", "patient,time,vital,value\np1,2026-01-05T08:00:00Z,heart_rate,80\n");

        Assert.Equal(ExitCodes.Failure, await _medai.RunAsync("replay", "csv", input, "--out", _medai.At("store")));
        Assert.Contains("the checksum does not fit", _medai.Error, StringComparison.Ordinal);
    }

    // A chart of two hours, so that a step of an hour comes to its end.
    private static async Task SendAsync(RunningMedai service)
    {
        var lines = Enumerable.Range(0, 3).Select(hour => string.Create(
            CultureInfo.InvariantCulture,
            $$"""
            {"patient":"p1","device":"chart","source":"charted","sequence":{{hour + 1}},"time":{{1_577_800_000_000 + (3_600_000L * hour)}},"readings":[{"vital":"heart_rate","value":80},{"vital":"temperature","value":37}]}
            """));
        using var body = FrameBodies.Ndjson(lines);
        using var answer = await service.Client.PostAsync(new Uri("/v1/frames", UriKind.Relative), body, TestContext.Current.CancellationToken);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    private static Task ScoredAsync(RunningMedai service, string series) => Eventually.Async(
        async () =>
        {
            using var answer = await service.Client.GetAsync(
                new Uri($"/v1/patients/p1/series?series={Uri.EscapeDataString(series)}", UriKind.Relative), TestContext.Current.CancellationToken);
            var page = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            return answer.IsSuccessStatusCode && JsonDocument.Parse(page).RootElement.GetProperty("items").GetArrayLength() > 0;
        },
        TimeSpan.FromMinutes(2), $"a point of {series}", TimeSpan.FromMilliseconds(50));

    private static async Task<JsonElement> ModelsAsync(RunningMedai service)
    {
        var ready = await service.Client.GetStringAsync(new Uri("/health/ready", UriKind.Relative), TestContext.Current.CancellationToken);
        return JsonDocument.Parse(ready).RootElement.GetProperty("parts").EnumerateArray()
            .Single(part => part.GetProperty("part").GetString() == "models");
    }
}
