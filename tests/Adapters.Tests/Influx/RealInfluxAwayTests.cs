// A real InfluxDB is stopped and killed under a writer and started again: no point is missing.
using System.Globalization;
using MedAI.Streaming.Adapters.Influx;
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.TestKit.Influx;
using MedAI.Streaming.TestKit.Waiting;
using Xunit;

namespace MedAI.Streaming.Adapters.Tests.Influx;

public sealed class RealInfluxAwayTests : IDisposable
{
    /// <summary>For how many seconds the server is away; a few where it is not set.</summary>
    private const string AwayVariable = "MEDAI_INFLUX_AWAY";

    private const int Patients = 20;
    private static readonly string[] Vitals = ["heart_rate", "spo2", "respiratory_rate", "temperature"];
    private readonly SpillFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("stop")]
    [InlineData("kill")]
    [InlineData("suspend")]
    public async Task Write_WhileTheServerIsAway_LosesNothing(string how)
    {
        await using var server = await InfluxServer.StartNewAsync();
        InfluxServer.Query(server.Url, "", "CREATE DATABASE medai");
        using var store = InfluxSeriesStore.Open(
            new InfluxOptions
            {
                Url = server.Url,
                Version = InfluxVersion.One,
                Patience = TimeSpan.FromMilliseconds(500),
                Timeout = TimeSpan.FromSeconds(2),
                LongestPause = TimeSpan.FromSeconds(1),
            },
            _folder.Path);
        using var stop = new CancellationTokenSource();
        var writers = Enumerable.Range(0, 2).Select(partition => WriteAsync(store, partition, stop.Token)).ToArray();
        await Eventually.Async(() => store.Status.Written > 2000, TimeSpan.FromSeconds(30), "points to be written");

        await LeaveAsync(server, how);
        await Eventually.Async(() => store.Status.Waiting > 2000, TimeSpan.FromSeconds(30), "points to wait");
        var waiting = store.Status.Waiting;
        await Task.Delay(Away(), TestContext.Current.CancellationToken);
        Assert.True(store.Status.Waiting > waiting, "nothing was written meanwhile");
        Assert.NotNull(store.Status.Trouble);
        var waited = store.Status.Waiting;
        await ReturnAsync(server, how);
        var since = TimeProvider.System.GetTimestamp();

        await Eventually.Async(() => store.Status.Trouble is null && store.Status.Waiting == 0, TimeSpan.FromSeconds(120), "what waits to be delivered");
        var drained = TimeProvider.System.GetElapsedTime(since);
        await stop.CancelAsync();
        var written = (await Task.WhenAll(writers)).Sum();
        await Eventually.Async(() => store.Status.Waiting == 0, TimeSpan.FromSeconds(60), "what waits to be delivered");
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{how}: {written} points, {waited} waited ({store.Status.Requests} requests), delivered {drained.TotalSeconds:0.0} s after the return"));
        Assert.Equal(written, InfluxServer.Count(server.Url, "medai", "vital"));
        Assert.Equal((0, 0), (store.Status.Rejected, store.Status.Dropped));
    }

    private static TimeSpan Away() => TimeSpan.FromSeconds(
        Environment.GetEnvironmentVariable(AwayVariable) is { Length: > 0 } seconds ? int.Parse(seconds, CultureInfo.InvariantCulture) : 2);

    private static async Task LeaveAsync(InfluxServer server, string how)
    {
        if (how == "stop") await server.StopAsync();
        else if (how == "kill") await server.KillAsync();
        else server.Suspend();
    }

    private static async Task ReturnAsync(InfluxServer server, string how)
    {
        if (how == "suspend") server.Resume();
        else await server.StartAsync();
    }

    // A second of twenty patients at a time, up to fifty times a second.
    private static Task<long> WriteAsync(InfluxSeriesStore store, int partition, CancellationToken stop) => Task.Run(async () =>
    {
        var batch = new SeriesBatch();
        var written = 0L;
        for (var round = 0; !stop.IsCancellationRequested; round++)
        {
            batch.Points.Clear();
            for (var patient = 0; patient < Patients; patient++)
            {
                foreach (var vital in Vitals)
                    batch.Add($"p{partition}-{patient}", vital, Points.Morning + (round * 1000L), round);
            }

            store.Write(partition, round + 1, batch);
            written += batch.Points.Count;
            await Task.Delay(20, CancellationToken.None);
        }

        return written;
    });
}
