// One real InfluxDB for all tests of an assembly, started when the first test asks for it.
using Xunit;

namespace MedAI.Streaming.TestKit.Influx;

/// <summary>
/// To be named in an <c>[assembly: AssemblyFixture(typeof(InfluxFixture))]</c>. Tests share its server, so each has a database of its own
/// (<see cref="NewDatabaseAsync"/>), and none stops the server.
/// </summary>
public sealed class InfluxFixture : IAsyncLifetime
{
    private static int _names;
    private readonly Lazy<Task<InfluxServer>> _own = new(InfluxServer.StartNewAsync);

    /// <summary>Where the server is; where there is none, the test is skipped with the reason.</summary>
    public async Task<Uri> UrlAsync()
    {
        if (Environment.GetEnvironmentVariable(InfluxServer.ExternalVariable) is { Length: > 0 } external)
            return new Uri(external);

        InfluxServer.SkipIfMissing();
        return (await _own.Value.ConfigureAwait(false)).Url;
    }

    /// <summary>A name that no other test has, also not in another run against the same server.</summary>
    public static string UniqueName() =>
        $"medai-test-{Environment.ProcessId}-{DateTime.UtcNow.Ticks % 1_000_000_000:x}-{Interlocked.Increment(ref _names)}";

    /// <summary>A new database that nobody else uses.</summary>
    public async Task<(Uri Url, string Database)> NewDatabaseAsync()
    {
        var url = await UrlAsync().ConfigureAwait(false);
        var database = UniqueName();
        InfluxServer.Query(url, "", $"CREATE DATABASE \"{database}\"");
        return (url, database);
    }

    /// <inheritdoc/>
    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!_own.IsValueCreated || !_own.Value.IsCompletedSuccessfully) return;
        var server = await _own.Value.ConfigureAwait(false);
        await server.DisposeAsync().ConfigureAwait(false);
    }
}
