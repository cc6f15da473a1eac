// The numbers of health say what /health/ready says, part by part.
using MedAI.Streaming.Host.Composition;
using MedAI.Streaming.Host.Web.Health;
using MedAI.Streaming.Host.Web.Metrics;
using Xunit;

namespace Acceptance.Tests.Web.Reading;

public sealed class HealthMetricsTests
{
    [Fact]
    public void Write_OfPartsInTrouble_IsZeroOnlyWhereTheServiceCannotDoItsWork()
    {
        HealthPart[] parts =
        [
            new("log", () => null),
            new("flows", () => new HealthTrouble("They stand.")),
            new("series", () => new HealthTrouble("They wait on disk.", Hinders: false)),
        ];
        var health = new ServiceHealth(parts, TimeProvider.System, new HostLog(TextWriter.Null, LogLevel.Warning));
        var text = new MetricsText();

        new HealthMetrics(health).Write(text);

        var samples = text.ToString().Split('\n').Where(line => line.StartsWith("medai_part_ready{", StringComparison.Ordinal));
        Assert.Equal(["medai_part_ready{part=\"log\"} 1", "medai_part_ready{part=\"flows\"} 0", "medai_part_ready{part=\"series\"} 1"], samples);
    }
}
