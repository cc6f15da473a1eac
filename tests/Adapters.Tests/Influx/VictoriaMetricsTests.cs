// VictoriaMetrics takes what is written as to InfluxDB 2, and not one line of it is invalid.
using MedAI.Streaming.Adapters.Influx;
using MedAI.Streaming.TestKit.Influx;
using MedAI.Streaming.TestKit.Waiting;
using Xunit;

namespace MedAI.Streaming.Adapters.Tests.Influx;

public sealed class VictoriaMetricsTests : IDisposable
{
    private readonly SpillFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Write_AsToVersion2_HasNoInvalidLine()
    {
        await using var server = await VictoriaServer.StartNewAsync();
        using var store = InfluxSeriesStore.Open(
            new InfluxOptions { Url = server.Url, Organisation = "ward", Token = "any", Patience = TimeSpan.FromSeconds(60) }, _folder.Path);
        var batch = Points.Seconds(0, 6000);
        foreach (var id in (string[])["a b", "a,b", "a=b", "a\\", "a\nb", "患者", "\"a\"", "%5C"])
            batch.Add(id, "spo2", Points.Morning, 97, device: id);
        batch.Add("p1", "score.news2", Points.Morning, 7, device: null);
        batch.Transitions.Add(Points.Transition("p1", "limit.heart_rate.high", Points.Morning, 0, Points.Morning, text: "130, \"high\" = \\"));

        store.Write(0, 1, batch);

        Assert.Equal((batch.Points.Count + 1, 0L, 0L), (store.Status.Written, store.Status.Rejected, store.Status.Waiting));
        Assert.True(server.Counter("vm_rows_inserted_total", "type=\"influx\"") >= 2 * batch.Points.Count);
        Assert.Equal(0, server.Counter("vm_rows_invalid_total"));
        Assert.Equal(0, server.Counter("vm_rows_ignored_total"));
        server.Get("/internal/force_flush");
        await Eventually.Async(
            () => server.Get("/api/v1/series?match[]=vital_value&start=2026-01-01T00:00:00Z").Contains("\"patient\":\"a%5C\"", StringComparison.Ordinal),
            TimeSpan.FromSeconds(30), "the points to be found");
    }

    [Fact]
    public async Task Write_ALineThatIsNone_IsTakenAndOnlyTheCounterTells()
    {
        await using var server = await VictoriaServer.StartNewAsync();
        using var client = new InfluxClient(new InfluxOptions { Url = server.Url });

        var answer = client.Write(LineBatch.Pack("garbage\n"u8, 1), TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

        Assert.Equal(204, answer.Status);
        await Eventually.Async(() => server.Counter("vm_rows_invalid_total") == 1, TimeSpan.FromSeconds(10), "the counter to tell");
    }

    [Fact]
    public async Task Write_ARequestThatItCannotRead_IsRefusedInPlainTextUnderTheNameOfInflux()
    {
        await using var server = await VictoriaServer.StartNewAsync();
        using var client = new InfluxClient(new InfluxOptions { Url = server.Url });

        var answer = client.Write(new LineBatch("no gzip"u8.ToArray(), 1), TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

        Assert.Equal((400, false), (answer.Status, answer.IsOfInflux));
        Assert.Contains("cannot read gzipped", answer.Text, StringComparison.Ordinal);
    }
}
