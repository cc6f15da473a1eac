// The names, types and shapes that every exported model has, and the check of a model against them.
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.Pipeline.Scoring;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using static MedAI.Streaming.Pipeline.Ports.ModelTensors;

namespace MedAI.Streaming.Adapters.Onnx;

/// <summary>
/// A stateless model maps <c>x [rows, inputs]</c> to <c>risk [rows, 1]</c>; one with state maps also <c>state [rows, size]</c> to
/// <c>state_out [rows, size]</c> and, where it has them, <c>attention [rows, 1]</c> and <c>alarm [rows, 1]</c>. All float32, the number of
/// rows free.
/// </summary>
internal static class OnnxSignature
{
    /// <summary>Compares what the file declares with what the card promises.</summary>
    /// <exception cref="ModelLoadException">They differ; the message names the tensor, what it is and should be.</exception>
    public static void Check(InferenceSession session, ModelCard card, string file)
    {
        var stateful = card.StateSize > 0;
        string[] inputs = stateful ? [Input, State] : [Input];
        string[] attention = stateful && HasAttention(session) ? [Attention] : [];
        string[] scores = card.HasAlarmScore ? [.. attention, Alarm] : attention;
        string[] outputs = stateful ? [Risk, StateOut, .. scores] : [Risk];
        CheckNames(session.InputMetadata, inputs, "inputs", file);
        CheckNames(session.OutputMetadata, outputs, "outputs", file);
        CheckTensor(session.InputMetadata, Input, card.Inputs.Count, $"{card.Inputs.Count} inputs", file);
        CheckTensor(session.OutputMetadata, Risk, 1, "one risk", file);
        if (stateful)
        {
            CheckTensor(session.InputMetadata, State, card.StateSize, $"a state of {card.StateSize}", file);
            CheckTensor(session.OutputMetadata, StateOut, card.StateSize, $"a state of {card.StateSize}", file);
        }

        foreach (var name in scores)
        {
            CheckTensor(session.OutputMetadata, name, 1, $"one {name} score", file);
        }
    }

    /// <summary>Whether the model tells how much it looked at the step.</summary>
    public static bool HasAttention(InferenceSession session) => session.OutputMetadata.ContainsKey(Attention);

    private static void CheckNames(IReadOnlyDictionary<string, NodeMetadata> found, string[] wanted, string what, string file)
    {
        if (found.Count != wanted.Length || !wanted.All(found.ContainsKey))
        {
            throw new ModelLoadException($"{file}: the model's {what} are {Quoted(found.Keys)}, but its card asks for "
                + $"{Quoted(wanted)}. Export the model again, or correct stateSize and alarm in its card.");
        }
    }

    private static void CheckTensor(
        IReadOnlyDictionary<string, NodeMetadata> found, string name, int width, string because, string file)
    {
        var node = found[name];
        if (!node.IsTensor || node.ElementDataType != TensorElementType.Float)
        {
            throw new ModelLoadException($"{file}: '{name}' holds {node.ElementDataType}, but must be a float32 tensor.");
        }

        // A negative length is a free dimension; a fixed number of rows would make batches impossible. An exporter may leave the
        // width of a result open; the bound buffer of the right width then decides at the first call.
        var shape = node.Dimensions;
        var widthFits = shape.Length == 2 && (shape[1] == width || (shape[1] < 0 && name is not (Input or State)));
        if (!widthFits || shape[0] > 0)
        {
            throw new ModelLoadException($"{file}: '{name}' has the shape [{string.Join(", ", shape.Select(Length))}], but its "
                + $"card has {because}, so it must be [rows, {width}] with the rows free.");
        }
    }

    private static string Length(int dimension) => dimension < 0 ? "free" : $"{dimension}";

    private static string Quoted(IEnumerable<string> names) => string.Join(", ", names.Select(name => $"'{name}'"));
}
