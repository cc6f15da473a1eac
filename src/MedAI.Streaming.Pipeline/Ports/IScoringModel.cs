// The port of a model that scores rows of features in batches.
using MedAI.Streaming.Pipeline.Scoring;

namespace MedAI.Streaming.Pipeline.Ports;

/// <summary>
/// A loaded model. The caller fills rows of the model's own buffers, calls <see cref="Run"/>, and reads the results from them.
/// </summary>
/// <remarks>One caller at a time (<see cref="ModelScorer"/> sees to that). A call allocates nothing.</remarks>
public interface IScoringModel : IDisposable
{
    /// <summary>What the model says of itself.</summary>
    ModelCard Card { get; }

    /// <summary>Library, provider and instruction set, for example <c>onnxruntime 1.29.0; cpu; avx512</c>.</summary>
    string Profile { get; }

    /// <summary>Whether equal rows gave equal bits in every batch on this machine; a model that did not may not page.</summary>
    bool MayPage { get; }

    /// <summary>The most rows of one call.</summary>
    int MaxRows { get; }

    /// <summary>Input rows, row-major, <c>MaxRows x Card.Inputs.Count</c>, float32.</summary>
    Span<float> Inputs { get; }

    /// <summary>State rows, row-major, <c>MaxRows x Card.StateSize</c>; empty for a stateless model.</summary>
    Span<float> States { get; }

    /// <summary>Result: risk 0..1 per row.</summary>
    ReadOnlySpan<float> Risks { get; }

    /// <summary>
    /// Result: the alarm score 0..1 per row, the risk held against the patient's own recent level, by which alerts are decided; empty for a
    /// model whose alerts are decided by the risk.
    /// </summary>
    ReadOnlySpan<float> AlarmScores { get; }

    /// <summary>Result: state rows after the step; empty for a stateless model.</summary>
    ReadOnlySpan<float> StatesOut { get; }

    /// <summary>Result: the attention score of this step per row; empty for a model without attention.</summary>
    ReadOnlySpan<float> Attentions { get; }

    /// <summary>Scores the first <paramref name="rows"/> rows, 1..<see cref="MaxRows"/>.</summary>
    /// <remarks>Inputs and states stay as they were; rows behind the first <paramref name="rows"/> do not matter.</remarks>
    /// <exception cref="ModelFailedException">The model did not answer; buffers hold nothing useful.</exception>
    /// <exception cref="ArgumentOutOfRangeException">No rows, or more than <see cref="MaxRows"/>.</exception>
    void Run(int rows);
}

/// <summary>A model that was loaded did not answer.</summary>
public sealed class ModelFailedException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>A model could not be loaded; the message names the file, what is wrong and what to do.</summary>
public sealed class ModelLoadException(string message, Exception? inner = null) : Exception(message, inner);
