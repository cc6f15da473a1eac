// The tensors of a model as others call it: names and widths, which are those of its ONNX file.
using MedAI.Streaming.Pipeline.Ports;
using static MedAI.Streaming.Pipeline.Ports.ModelTensors;

namespace MedAI.Streaming.Host.Web.Inference;

/// <summary>A tensor of float32, <c>[rows, width]</c>.</summary>
/// <param name="Name">Its name in the file.</param>
/// <param name="Width">Numbers of a row.</param>
internal sealed record RowTensor(string Name, int Width);

/// <summary>What goes into a model and comes out of it.</summary>
/// <param name="Inputs">Those that a call must bring.</param>
/// <param name="Outputs">Those that it can ask for.</param>
internal sealed record ModelSignature(IReadOnlyList<RowTensor> Inputs, IReadOnlyList<RowTensor> Outputs)
{
    /// <summary>The one datatype there is.</summary>
    public const string Datatype = "FP32";

    /// <summary>The tensors of a loaded model; its file was held to its card when it was loaded.</summary>
    public static ModelSignature Of(IScoringModel model)
    {
        var input = new RowTensor(Input, model.Card.Inputs.Count);
        var risk = new RowTensor(Risk, 1);
        var size = model.Card.StateSize;
        if (size == 0)
            return new ModelSignature([input], [risk]);

        RowTensor[] attention = model.Attentions.IsEmpty ? [] : [new RowTensor(Attention, 1)];
        RowTensor[] alarm = model.AlarmScores.IsEmpty ? [] : [new RowTensor(Alarm, 1)];
        return new ModelSignature([input, new RowTensor(State, size)], [risk, new RowTensor(StateOut, size), .. attention, .. alarm]);
    }

    /// <summary>Names as a sentence takes them.</summary>
    public static string Names(IEnumerable<RowTensor> tensors) => string.Join(", ", tensors.Select(tensor => $"'{tensor.Name}'"));
}
