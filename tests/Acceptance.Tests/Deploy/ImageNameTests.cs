// The rule for images, shown on names it must take and refuse.
using Xunit;

namespace Acceptance.Tests.Deploy;

public sealed class ImageNameTests
{
    [Theory]
    [InlineData("apache/kafka:4.3.1")]
    [InlineData("prom/prometheus:v3.5.0")]
    [InlineData("rabbitmq:4.1.4-management")]
    [InlineData("registry.example:5000/medai:1.0.0")]
    [InlineData("medai@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef")]
    public void Problem_OfOneRelease_IsNone(string image) => Assert.Null(ImageName.Problem(image));

    [Theory]
    [InlineData("apache/kafka")]
    [InlineData("apache/kafka:latest")]
    [InlineData("grafana/grafana:12")]
    [InlineData("influxdb:2.7")]
    [InlineData("registry.example:5000/medai")]
    [InlineData("medai:local")]
    [InlineData("medai@sha256:0123")]
    public void Problem_OfWhatMoves_IsTold(string image) => Assert.NotNull(ImageName.Problem(image));
}
