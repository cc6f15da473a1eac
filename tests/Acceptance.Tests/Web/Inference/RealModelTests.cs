// Models of the repository, called over the Open Inference Protocol: metadata, bits, and the forms in which existing clients send.
using System.Globalization;
using System.Text.Json;
using MedAI.Streaming.Adapters.Onnx;
using MedAI.Streaming.Host.Composition;
using MedAI.Streaming.Host.Web.Inference;
using MedAI.Streaming.Pipeline.Scoring;
using Xunit;

namespace Acceptance.Tests.Web.Inference;

public sealed class RealModelTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Metadata_tells_the_tensors_as_the_file_has_them(bool hasState)
    {
        var (service, model) = await StartAsync(hasState);
        await using var _ = service;
        var (card, path) = (model.Card, $"/v2/models/{model.Card.Name}");

        var (status, unversioned) = await service.GetAsync(path);
        var (_, versioned) = await service.GetAsync($"{path}/versions/{card.Version}");

        Assert.Equal(200, status);
        Assert.Equal(unversioned.GetRawText(), versioned.GetRawText());
        Assert.Equal(card.Name, versioned.GetProperty("name").GetString());
        Assert.Equal([card.Version], versioned.GetProperty("versions").EnumerateArray().Select(version => version.GetString()));
        Assert.Equal("onnxruntime_onnx", versioned.GetProperty("platform").GetString());
        Assert.Equal(
            hasState ? [$"x FP32 [-1,{card.Inputs.Count}]", $"state FP32 [-1,{card.StateSize}]"] : [$"x FP32 [-1,{card.Inputs.Count}]"],
            Tensors(versioned, "inputs"));
        Assert.Equal(
            hasState
                ? ["risk FP32 [-1,1]", $"state_out FP32 [-1,{card.StateSize}]", "attention FP32 [-1,1]", "alarm FP32 [-1,1]"]
                : ["risk FP32 [-1,1]"],
            Tensors(versioned, "outputs"));
        Assert.Equal(
            string.Join(',', card.Inputs), versioned.GetProperty("inputs")[0].GetProperty("parameters").GetProperty("columns").GetString());
    }

    // Flows and calls have sessions of their own: what is ready here is what can be called.
    [Fact]
    public void A_model_that_died_in_the_flows_is_still_ready_for_calls()
    {
        var (settings, log) = (new HostSettings(), new HostLog(TextWriter.Null, LogLevel.Warning));
        using var law = ServedLaw.Load(settings, log);
        var models = new LawModels(law, settings, flows: null);
        using var sessions = new InferenceSessions(models, 1, TimeProvider.System, log);

        law.Flow.Scorer!.TakeOutOfService();

        Assert.True(sessions.IsReady(Assert.Single(models.Loaded)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_answer_is_bit_by_bit_what_the_pipeline_gets(bool hasState)
    {
        var (service, model) = await StartAsync(hasState);
        await using var _ = service;
        const int Rows = 300;
        var flow = Row(model, Rows);
        var (inputs, states) = (flow.Inputs[..(Rows * flow.InputSize)], flow.States[..(Rows * flow.StateSize)]);

        var (status, body) = await service.InferAsync($"/v2/models/{model.Card.Name}/infer", Call(model, Rows, inputs, states));
        new ModelScorer(model).Score(flow);

        Assert.True(status == 200, body.ToString());
        AssertBits(flow.Risks[..Rows], Data(body, "risk"));
        if (hasState)
        {
            AssertBits(flow.States[..(Rows * flow.StateSize)], Data(body, "state_out"));
            AssertBits(flow.Attentions[..Rows], Data(body, "attention"));
            AssertBits(flow.AlarmScores[..Rows], Data(body, "alarm"));
        }

        Assert.Contains($"medai_inference_rows_total {Rows}\n", service.Metrics(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stay_can_be_scored_step_by_step_by_giving_the_state_back()
    {
        var (service, model) = await StartAsync(hasState: true);
        await using var _ = service;
        var flow = Row(model, 1);
        flow.State(0).Clear();
        var (scorer, state) = (new ModelScorer(model), new float[flow.StateSize]);
        for (var step = 0; step < 5; step++)
        {
            flow.Input(0)[0] = step / 4f;
            var (_, body) = await service.InferAsync($"/v2/models/{model.Card.Name}/infer", Call(model, 1, flow.Input(0).ToArray(), state));
            scorer.Score(flow);

            AssertBits(flow.Risks[..1], Data(body, "risk"));
            state = Data(body, "state_out");
            AssertBits(flow.State(0).ToArray(), state);
        }
    }

    // As tritonclient.http sends it with binary_data=False: no media type of JSON, flat data, and parameters that ask for bytes.
    [Fact]
    public async Task A_call_as_Tritons_client_makes_it_is_answered_in_JSON()
    {
        var (service, model) = await StartAsync(hasState: true);
        await using var _ = service;
        var (x, state) = (Zeros(model.Card.Inputs.Count), Zeros(model.Card.StateSize));
        var body = $$"""
            {"id":"a1","inputs":[{"name":"x","shape":[1, {{model.Card.Inputs.Count}}],"datatype":"FP32","data":[{{x}}]},
            {"name":"state","shape":[1, {{model.Card.StateSize}}],"datatype":"FP32","data":[{{state}}]}],
            "outputs":[{"name":"risk","parameters":{"binary_data":true} }],"parameters":{"binary_data_output":true,"priority":1} }
            """;

        var (status, answer, response) = await service.PostAsync(
            $"/v2/models/{model.Card.Name}/versions/{model.Card.Version}/infer", body, "text/plain");

        Assert.True(status == 200, answer.ToString());
        Assert.Equal("application/json", response.Content.Headers.ContentType!.MediaType);
        Assert.False(response.Headers.Contains("Inference-Header-Content-Length"));
        Assert.Equal("a1", answer.GetProperty("id").GetString());
        Assert.Equal((model.Card.Name, model.Card.Version), (answer.GetProperty("model_name").GetString(), answer.GetProperty("model_version").GetString()));
        Assert.Equal("risk", Assert.Single(answer.GetProperty("outputs").EnumerateArray()).GetProperty("name").GetString());
    }

    // As kserve.InferRequest.to_rest() gives it.
    [Fact]
    public async Task A_call_as_KServes_client_makes_it_is_answered()
    {
        var (service, model) = await StartAsync(hasState: false);
        await using var _ = service;
        var body = $$"""
            {"id": "4be4e82f-5500-420a-a5c5-ac86841e271b", "inputs": [{"name": "x", "shape": [2, {{model.Card.Inputs.Count}}], "datatype": "FP32",
            "data": [[{{Zeros(model.Card.Inputs.Count)}}], [{{Zeros(model.Card.Inputs.Count)}}]]}]}
            """;

        var (status, answer, _) = await service.PostAsync($"/v2/models/{model.Card.Name}/infer", body);

        Assert.True(status == 200, answer.ToString());
        var risks = Data(answer, "risk");
        Assert.Equal(2, risks.Length);
        Assert.Equal(risks[0], risks[1]);
    }

    private static async Task<(InferenceService Service, OnnxModel Model)> StartAsync(bool hasState)
    {
        var (shelf, model) = (new HeldModels(), HeldModels.Shipped(hasState));
        shelf.Put(model);
        return (await InferenceService.StartAsync(shelf), model);
    }

    // Rows over the range of standardised inputs, with states that some steps left behind.
    private static ScoreRows Row(OnnxModel model, int count)
    {
        var random = new Random(7);
        var rows = new ScoreRows(model.Card.Inputs.Count, model.Card.StateSize);
        for (var row = 0; row < count; row++)
        {
            rows.Add();
        }

        Fill();
        var scorer = new ModelScorer(model);
        scorer.Score(rows);
        Fill();
        return rows;

        void Fill()
        {
            foreach (ref var value in rows.Inputs.AsSpan(0, count * rows.InputSize))
            {
                value = random.Next(4) == 0 ? random.Next(2) : (random.NextSingle() * 6) - 3;
            }
        }
    }

    private static object Call(OnnxModel model, int rows, float[] inputs, float[] states)
    {
        var x = new { name = "x", shape = new[] { rows, model.Card.Inputs.Count }, datatype = "FP32", data = inputs };
        var state = new { name = "state", shape = new[] { rows, model.Card.StateSize }, datatype = "FP32", data = states };
        return new { inputs = states.Length == 0 ? new[] { x } : [x, state] };
    }

    private static IEnumerable<string> Tensors(JsonElement model, string of) => model.GetProperty(of).EnumerateArray().Select(tensor =>
        $"{tensor.GetProperty("name").GetString()} {tensor.GetProperty("datatype").GetString()} {tensor.GetProperty("shape").GetRawText()}");

    private static float[] Data(JsonElement answer, string output) =>
        [.. answer.GetProperty("outputs").EnumerateArray().Single(one => one.GetProperty("name").GetString() == output)
            .GetProperty("data").EnumerateArray().Select(value => value.GetSingle())];

    private static void AssertBits(float[] expected, float[] found) =>
        Assert.Equal(expected.Select(BitConverter.SingleToInt32Bits), found.Select(BitConverter.SingleToInt32Bits));

    private static string Zeros(int count) => string.Join(", ", Enumerable.Repeat(0.0.ToString("0.0", CultureInfo.InvariantCulture), count));
}
