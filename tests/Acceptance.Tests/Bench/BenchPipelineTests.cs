// The measurement runs, answers in the promised form, and leaves nothing behind.
using System.Text.Json;
using MedAI.Streaming.Host;
using Xunit;

namespace Acceptance.Tests.Bench;

public sealed class BenchPipelineTests
{
    [Fact]
    public async Task BenchPipelineMeasuresThePassesAndTheEdgePathAndRemovesItsStore()
    {
        var folder = Directory.CreateTempSubdirectory("medai-bench-test-");
        try
        {
            var (code, output, error) = await RunAsync(
                "bench", "pipeline", "--patients", "500", "--seconds", "20", "--rounds", "2", "--json", "--out", folder.FullName);

            Assert.True(code == ExitCodes.Ok, error);
            using var json = JsonDocument.Parse(output);
            Assert.Equal(["passes", "edge"], json.RootElement.EnumerateArray().Select(r => r.GetProperty("path").GetString()));
            foreach (var result in json.RootElement.EnumerateArray())
            {
                Assert.True(result.GetProperty("framesPerSecond").GetDouble() > 0);
                Assert.True(result.GetProperty("cpuNanosecondsPerFrame").GetDouble() > 0);

                // Other tests of this process take and give back memory meanwhile: what it is cannot be said here.
                Assert.Equal(JsonValueKind.Number, result.GetProperty("memoryBytesPerPatient").ValueKind);
            }

            // A frame of eight readings, and a point with its share of scores and of the index.
            var edge = json.RootElement[1];
            Assert.InRange(edge.GetProperty("logBytesPerFrame").GetDouble(), 50, 500);
            Assert.InRange(edge.GetProperty("seriesBytesPerReading").GetDouble(), 1, 100);
            Assert.InRange(edge.GetProperty("stateBytesPerPatient").GetDouble(), 500, 100_000);
            Assert.Equal(JsonValueKind.Null, json.RootElement[0].GetProperty("logBytesPerFrame").ValueKind);
            Assert.Empty(folder.GetFileSystemInfos());
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task BenchPipelineRefusesANumberOutsideItsRange()
    {
        var (code, _, error) = await RunAsync("bench", "pipeline", "--patients", "0");

        Assert.Equal(ExitCodes.Usage, code);
        Assert.Contains("--patients: '0' is not a whole number from 1 to 1000000", error, StringComparison.Ordinal);
    }

    private static async Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var app = new MedaiApp(new Surroundings { Output = output, Error = error, Time = TimeProvider.System });
        var code = await app.RunAsync(arguments, TestContext.Current.CancellationToken);
        return (code, output.ToString(), error.ToString());
    }
}
