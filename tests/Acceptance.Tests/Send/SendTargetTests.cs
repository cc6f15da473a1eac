// Receivers are read from addresses, and what is none is refused.
using MedAI.Streaming.Host.Send;
using Xunit;

namespace Acceptance.Tests.Send;

public sealed class SendTargetTests
{
    [Theory]
    [InlineData("http://127.0.0.1:8080", "http://127.0.0.1:8080/")]
    [InlineData("https://ward.example/medai/", "https://ward.example/medai/")]
    [InlineData("https://ward.example/medai", "https://ward.example/medai/")]
    public void Parse_AnAddress_IsAServiceWithASlashAtTheEnd(string text, string expected) =>
        Assert.Equal(expected, Assert.IsType<SendTarget.Http>(SendTarget.Parse(text)).Address.ToString());

    [Theory]
    [InlineData("kafka://k1:9092", "k1:9092", "")]
    [InlineData("KAFKA://k1:9092,k2:9093/ward7.", "k1:9092,k2:9093", "ward7.")]
    [InlineData("kafka://[::1]:9092/", "[::1]:9092", "")]
    public void Parse_Brokers_IsAClusterWithItsPrefix(string text, string brokers, string prefix)
    {
        var kafka = Assert.IsType<SendTarget.Kafka>(SendTarget.Parse(text));

        Assert.Equal((brokers, prefix), (kafka.Brokers, kafka.TopicPrefix));
    }

    [Theory]
    [InlineData("")]
    [InlineData("localhost:8080")]
    [InlineData("ftp://x")]
    [InlineData("http://")]
    [InlineData("http://x?key=1")]
    [InlineData("http://x/#top")]
    [InlineData("http://me:secret@x")]
    [InlineData("kafka://")]
    [InlineData("kafka://k1")]
    [InlineData("kafka://k1:0")]
    [InlineData("kafka://k1:9092,")]
    [InlineData("kafka://k1:9092/ward 7")]
    [InlineData("kafka://k1:9092/a/b")]
    public void Parse_AnythingElse_IsNoReceiver(string text) => Assert.Null(SendTarget.Parse(text));
}
