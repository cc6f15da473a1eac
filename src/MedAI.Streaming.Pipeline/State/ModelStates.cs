// The states that one model keeps of the patients of a partition.
namespace MedAI.Streaming.Pipeline.State;

/// <summary>State rows by patient number; zeros are a patient the model has not seen.</summary>
/// <param name="id">The model's name and version; empty: no model.</param>
/// <param name="size">Floats per patient.</param>
internal sealed class ModelStates(string id, int size)
{
    private float[] _rows = [];

    /// <summary>The model's name and version; empty: no model.</summary>
    public string Id { get; } = id;

    /// <summary>Floats per patient.</summary>
    public int Size { get; } = size;

    /// <summary>The state of a patient.</summary>
    public Span<float> Of(int patient) => _rows.AsSpan(patient * Size, Size);

    /// <summary>Makes room for patients.</summary>
    public void Grow(int patients) => Array.Resize(ref _rows, patients * Size);
}
