// A real VictoriaMetrics for tests of the 2.x way in: Debian's victoria-metrics.
using System.Globalization;
using Xunit;

namespace MedAI.Streaming.TestKit.Influx;

/// <summary>One <c>victoria-metrics</c>. It takes writes as InfluxDB 2 does and answers 204 to anything: only its counters tell.</summary>
public sealed class VictoriaServer : LoopbackServer
{
    private VictoriaServer()
        : base("victoria")
    {
    }

    /// <inheritdoc/>
    protected override string ReadyPath => "/health";

    /// <summary>Starts a new server; where there is none, the test is skipped.</summary>
    public static async Task<VictoriaServer> StartNewAsync()
    {
        if (!OnPath("victoria-metrics"))
            Assert.Skip("a server for writes of InfluxDB 2 is not here: the Debian package victoria-metrics");
        var server = new VictoriaServer();
        try
        {
            await server.StartAsync().ConfigureAwait(false);
            return server;
        }
        catch
        {
            await server.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>The sum of a counter's samples whose line holds a text.</summary>
    public long Counter(string name, string holding = "") => Get("/metrics").Split('\n')
        .Where(line => line.StartsWith(name, StringComparison.Ordinal) && line.Contains(holding, StringComparison.Ordinal))
        .Sum(line => (long)double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture));

    /// <inheritdoc/>
    protected override IReadOnlyList<string> Command() =>
    [
        "victoria-metrics", $"-httpListenAddr=127.0.0.1:{Port}", $"-storageDataPath={Folder}/data", "-retentionPeriod=100y",
        "-memory.allowedBytes=64MB", "-search.latencyOffset=0s",
    ];
}
