// The names of a model's tensors, the same in its file and for those who call it.
namespace MedAI.Streaming.Pipeline.Ports;

/// <summary>Names of tensors; all are float32, a row for each patient.</summary>
public static class ModelTensors
{
    /// <summary>The row of inputs.</summary>
    public const string Input = "x";

    /// <summary>The state before the step.</summary>
    public const string State = "state";

    /// <summary>The risk.</summary>
    public const string Risk = "risk";

    /// <summary>The state behind the step.</summary>
    public const string StateOut = "state_out";

    /// <summary>How much the model looks at the step.</summary>
    public const string Attention = "attention";

    /// <summary>The risk against the patient's own recent level, by which alerts are decided.</summary>
    public const string Alarm = "alarm";
}
