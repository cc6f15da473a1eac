// Writes what the Open Inference Protocol answers.
using System.Text.Json;
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.Pipeline.Scoring;

namespace MedAI.Streaming.Host.Web.Inference;

/// <summary>Metadata and results as JSON.</summary>
internal static class InferenceJson
{
    /// <summary>What a model is called by, and what its rows mean.</summary>
    /// <param name="json">The writer.</param>
    /// <param name="served">The model.</param>
    /// <param name="versions">The versions of this name that are loaded.</param>
    public static void Metadata(Utf8JsonWriter json, CallableModel served, IEnumerable<string> versions)
    {
        var (card, signature) = (served.Model.Card, ModelSignature.Of(served.Model));
        json.WriteStartObject();
        json.WriteString("name", card.Name);
        json.WriteStartArray("versions");
        foreach (var version in versions)
        {
            json.WriteStringValue(version);
        }

        json.WriteEndArray();
        json.WriteString("platform", "onnxruntime_onnx");
        Tensors(json, "inputs", signature.Inputs, card);
        Tensors(json, "outputs", signature.Outputs, card);
        json.WriteStartObject("parameters");
        json.WriteString("version", card.Version);
        json.WriteBoolean("decides", served.Decides);
        json.WriteNumber("step_seconds", card.StepSeconds);
        json.WriteString("sha256", card.Sha256);
        json.WriteString("profile", served.Model.Profile);
        json.WriteString("notice", Notice.SecondaryMonitor);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <summary>The answer to a call.</summary>
    public static void Result(Utf8JsonWriter json, ModelCard card, InferenceRequest request, InferenceResult result)
    {
        json.WriteStartObject();
        json.WriteString("model_name", card.Name);
        json.WriteString("model_version", card.Version);
        if (request.Id is { } id)
            json.WriteString("id", id);
        json.WriteStartArray("outputs");
        foreach (var tensor in request.Outputs)
        {
            json.WriteStartObject();
            json.WriteString("name", tensor.Name);
            json.WriteString("datatype", ModelSignature.Datatype);
            Shape(json, request.Rows, tensor.Width);
            json.WriteStartArray("data");
            foreach (var value in result.Of(tensor))
            {
                // The shortest text that is read back as the same float32.
                json.WriteNumberValue(value);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Tensors(Utf8JsonWriter json, string name, IReadOnlyList<RowTensor> tensors, ModelCard card)
    {
        json.WriteStartArray(name);
        foreach (var tensor in tensors)
        {
            json.WriteStartObject();
            json.WriteString("name", tensor.Name);
            json.WriteString("datatype", ModelSignature.Datatype);
            Shape(json, -1, tensor.Width);
            json.WriteStartObject("parameters");
            json.WriteString("meaning", Meaning(tensor, card));
            if (tensor.Name == ModelTensors.Input)
                json.WriteString("columns", string.Join(',', card.Inputs));
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Shape(Utf8JsonWriter json, int rows, int width)
    {
        json.WriteStartArray("shape");
        json.WriteNumberValue(rows);
        json.WriteNumberValue(width);
        json.WriteEndArray();
    }

    private static string Meaning(RowTensor tensor, ModelCard card) => tensor.Name switch
    {
        ModelTensors.Input => "The row of one step, standardised by the constants of the card as schemas/features.json says; not raw values.",
        ModelTensors.State => "The 'state_out' of the step before; zeros for a patient without a past.",
        ModelTensors.Risk => card.OutputMeaning,
        ModelTensors.StateOut => "The state behind the step.",
        ModelTensors.Alarm => "The alarm score: the risk held against the patient's own recent level, 0..1; what the card's thresholds of alerts are about.",
        _ => "The attention score of the step.",
    };
}
