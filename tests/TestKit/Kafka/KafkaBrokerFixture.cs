// One real broker for all tests of an assembly, started when the first test asks for it.
using Xunit;

namespace MedAI.Streaming.TestKit.Kafka;

/// <summary>
/// To be named in an <c>[assembly: AssemblyFixture(typeof(KafkaBrokerFixture))]</c>. Tests share its broker, so each gives its topics
/// names of its own (<see cref="UniqueName"/>), and none stops the broker.
/// </summary>
public sealed class KafkaBrokerFixture : IAsyncLifetime
{
    private static int _names;
    private readonly Lazy<Task<KafkaBroker>> _own = new(() => KafkaBroker.StartAsync());

    /// <summary>The broker's <c>bootstrap.servers</c>; where there is none, the test is skipped with the reason.</summary>
    public async Task<string> BootstrapAsync()
    {
        if (Environment.GetEnvironmentVariable(KafkaBroker.ExternalVariable) is { Length: > 0 } external)
        {
            Assert.True(KafkaBroker.Answers(external), $"{KafkaBroker.ExternalVariable} is {external}, and no broker answers there.");
            return external;
        }

        KafkaBroker.SkipIfMissing();
        return (await _own.Value.ConfigureAwait(false)).Bootstrap;
    }

    /// <summary>A name that no other test has, also not in another run against the same broker.</summary>
    public static string UniqueName(string of) =>
        $"{of}-{Environment.ProcessId}-{DateTime.UtcNow.Ticks % 1_000_000_000:x}-{Interlocked.Increment(ref _names)}";

    /// <inheritdoc/>
    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!_own.IsValueCreated || !_own.Value.IsCompletedSuccessfully) return;
        var broker = await _own.Value.ConfigureAwait(false);
        await broker.DisposeAsync().ConfigureAwait(false);
    }
}
