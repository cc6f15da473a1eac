// A service that is asked to end while points wait for the time series server: they are delivered if it answers, and named if not.
using System.Globalization;
using System.Text;
using Acceptance.Tests.Live;
using Acceptance.Tests.Replay;
using MedAI.Streaming.TestKit.Influx;
using MedAI.Streaming.TestKit.Waiting;
using Xunit;

namespace Acceptance.Tests.Series;

public sealed class EndingTests : IDisposable
{
    private const int Frames = 300;
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);
    private readonly Medai _medai = new();

    public void Dispose() => _medai.Dispose();

    [Fact]
    public async Task Points_that_wait_are_delivered_before_the_end_once_the_server_answers()
    {
        var isAway = true;
        using var server = new StubServer(_ => new(Volatile.Read(ref isAway) ? 503 : 204, "", "3000"));
        await using var medai = await StartAsync(server);
        await WaitAsync(medai);
        Volatile.Write(ref isAway, false);
        var away = server.Requests.Count;

        var (code, error) = await medai.StopAsync();

        Assert.Equal(0, code);
        Assert.DoesNotContain("are left in", error, StringComparison.Ordinal);
        Assert.Equal(Frames, server.Requests.Skip(away).SelectMany(request => request.Lines).Distinct().Count(line => line.Contains("heart_rate value", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Points_that_are_not_taken_hold_the_end_up_no_longer_and_are_named()
    {
        using var server = new StubServer(_ => new(503, "", "3000"));
        await using var medai = await StartAsync(server);
        await WaitAsync(medai);
        var away = server.Requests.Count;

        var (code, error) = await medai.StopAsync();

        Assert.Equal(0, code);
        Assert.Contains("are left in series-waiting and wait for the next start with this folder: 503", error, StringComparison.Ordinal);
        Assert.InRange(server.Requests.Count - away, 1, 2);
    }

    private Task<RunningMedai> StartAsync(StubServer server) => RunningMedai.StartAsync(
        new()
        {
            ["MEDAI__series__store"] = "influx",
            ["MEDAI__influx__url"] = server.Url.AbsoluteUri,
            ["MEDAI__influx__version"] = "1",
            ["MEDAI__checkpointSeconds"] = "1",
            ["MEDAI__partitions"] = "1",
        },
        "--store", _medai.At("edge"), "--no-model");

    private static async Task WaitAsync(RunningMedai medai)
    {
        var start = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() - ((Frames + 10) * 1000L);
        var lines = new StringBuilder();
        for (var n = 0; n < Frames; n++)
        {
            lines.AppendLine(string.Create(
                CultureInfo.InvariantCulture,
                $$"""{"patient":"p1","device":"d1","source":"bedside","epoch":1,"sequence":{{n + 1}},"time":{{start + (n * 1000L)}},"readings":[{"vital":"heart_rate","value":{{60 + (n % 40)}}}]}"""));
        }

        using var body = new StringContent(lines.ToString(), Encoding.UTF8, "application/x-ndjson");
        using var answer = await medai.Client.PostAsync("/v1/frames", body, TestContext.Current.CancellationToken);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        await Eventually.Async(
            () => medai.Client.GetStringAsync("/metrics").Result.Split('\n').Single(line => line.StartsWith("medai_series_waiting ", StringComparison.Ordinal))
                is var line && double.Parse(line["medai_series_waiting ".Length..], CultureInfo.InvariantCulture) >= Frames,
            Soon, "points to wait on disk");
    }
}
