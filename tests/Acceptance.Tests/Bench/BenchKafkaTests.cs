// The measurement on brokers runs on a real one, answers in the promised form, and leaves no topics behind.
using System.Text.Json;
using Confluent.Kafka;
using MedAI.Streaming.Host;
using MedAI.Streaming.TestKit.Kafka;
using Xunit;

namespace Acceptance.Tests.Bench;

public sealed class BenchKafkaTests(KafkaBrokerFixture broker)
{
    [Fact]
    public async Task BenchKafkaMeasuresReadingAndDecidingAndDeletesItsTopics()
    {
        var bootstrap = await broker.BootstrapAsync();
        using var output = new StringWriter();
        using var error = new StringWriter();
        var app = new MedaiApp(new Surroundings
        {
            Output = output,
            Error = error,
            Time = TimeProvider.System,
            Variables = new Dictionary<string, string> { ["MEDAI__kafka__bootstrapServers"] = bootstrap },
        });

        var code = await app.RunAsync(
            ["bench", "kafka", "--patients", "300", "--seconds", "5", "--rounds", "1", "--partitions", "3", "--json"],
            TestContext.Current.CancellationToken);

        Assert.True(code == ExitCodes.Ok, error.ToString());
        using var json = JsonDocument.Parse(output.ToString());
        Assert.Equal(["kafka, read", "kafka, decided"], json.RootElement.EnumerateArray().Select(r => r.GetProperty("path").GetString()));
        Assert.All(json.RootElement.EnumerateArray(), r => Assert.True(r.GetProperty("framesPerSecond").GetDouble() > 0));
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = bootstrap }).Build();
        Assert.DoesNotContain(admin.GetMetadata(TimeSpan.FromSeconds(10)).Topics, t => t.Topic.StartsWith("bench-", StringComparison.Ordinal));
    }
}
