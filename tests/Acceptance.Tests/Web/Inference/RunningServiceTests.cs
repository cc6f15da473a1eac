// The program itself, as it runs in service: its model can be called and its metrics tell of the model's inputs.
using System.Net;
using System.Text;
using System.Text.Json;
using Acceptance.Tests.Commands;
using Acceptance.Tests.Live;
using MedAI.Streaming.Host;
using MedAI.Streaming.Host.Composition;
using Xunit;

namespace Acceptance.Tests.Web.Inference;

public sealed class RunningServiceTests : IDisposable
{
    private readonly ProgramRun _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_served_model_answers_and_ends_with_the_service()
    {
        var stop = TestContext.Current.CancellationToken;
        var served = new ModelSettings();
        await using var medai = await RunningMedai.StartAsync([], "--store", _folder.At("store"));
        using var metadata = JsonDocument.Parse(await medai.Client.GetStringAsync($"/v2/models/{served.Name}/versions/{served.Version}", stop));
        var inputs = metadata.RootElement.GetProperty("inputs").EnumerateArray().Select(tensor => new
        {
            name = tensor.GetProperty("name").GetString(),
            shape = new[] { 1, tensor.GetProperty("shape")[1].GetInt32() },
            datatype = "FP32",
            data = new float[tensor.GetProperty("shape")[1].GetInt32()],
        });
        using var content = new StringContent(JsonSerializer.Serialize(new { inputs }), Encoding.UTF8, "application/json");

        using var answer = await medai.Client.PostAsync($"/v2/models/{served.Name}/infer", content, stop);
        using var ready = await medai.Client.GetAsync("/v2/health/ready", stop);
        var metrics = await medai.Client.GetStringAsync("/metrics", stop);
        var (code, error) = await medai.StopAsync();

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        using var risks = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(stop));
        Assert.InRange(risks.RootElement.GetProperty("outputs")[0].GetProperty("data")[0].GetSingle(), 0, 1);
        Assert.Equal(HttpStatusCode.OK, ready.StatusCode);
        Assert.Contains("medai_inference_rows_total 1\n", metrics, StringComparison.Ordinal);
        Assert.Contains($"medai_model_input_steps{{model=\"{served.Name}@{served.Version}\"}} 0\n", metrics, StringComparison.Ordinal);
        Assert.True(code == ExitCodes.Ok, error);
    }
}
