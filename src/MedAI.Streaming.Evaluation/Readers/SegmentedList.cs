// A list that grows by segments, so that millions of rows are never copied and the peak stays near the content.
namespace MedAI.Streaming.Evaluation.Readers;

/// <summary>An append-only list of values, held in segments of 16,384.</summary>
internal sealed class SegmentedList<T>
    where T : struct
{
    private const int Shift = 14;
    private const int Mask = (1 << Shift) - 1;
    private readonly List<T[]> _segments = [];

    /// <summary>How many values the list holds.</summary>
    public int Count { get; private set; }

    /// <summary>A reference to the value at an index.</summary>
    public ref T this[int index] => ref _segments[index >> Shift][index & Mask];

    /// <summary>Appends a value.</summary>
    public void Add(in T value)
    {
        if (Count >> Shift == _segments.Count)
            _segments.Add(new T[1 << Shift]);
        _segments[Count >> Shift][Count & Mask] = value;
        Count++;
    }
}
