// The pinned arrays that a model reads and writes, bound once for each row capacity so that a call allocates nothing.
using System.Numerics;
using System.Runtime.InteropServices;
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.Pipeline.Scoring;
using Microsoft.ML.OnnxRuntime;

namespace MedAI.Streaming.Adapters.Onnx;

/// <summary>
/// Arrays of <c>maxRows</c> rows and one binding over their first 1, 2, 4 ... <c>maxRows</c> rows. Fixed shapes let the library
/// plan its memory once per capacity; a call runs the smallest capacity that fits.
/// </summary>
internal sealed class OnnxBuffers : IDisposable
{
    private readonly List<IDisposable> _owned = [];
    private readonly OrtIoBinding[] _bindings;
    private readonly int _inputWidth;
    private readonly int _stateWidth;

    public OnnxBuffers(InferenceSession session, ModelCard card, int maxRows)
    {
        _inputWidth = card.Inputs.Count;
        _stateWidth = card.StateSize;
        var stateful = _stateWidth > 0;
        Inputs = Pinned(maxRows * _inputWidth);
        States = Pinned(maxRows * _stateWidth);
        Risks = Pinned(maxRows);
        StatesOut = Pinned(maxRows * _stateWidth);
        Attentions = Pinned(OnnxSignature.HasAttention(session) ? maxRows : 0);
        AlarmScores = Pinned(card.HasAlarmScore ? maxRows : 0);
        _bindings = new OrtIoBinding[BitOperations.Log2((uint)maxRows) + 1];
        for (var i = 0; i < _bindings.Length; i++)
        {
            var rows = 1 << i;
            var binding = _bindings[i] = Own(session.CreateIoBinding());
            binding.BindInput(ModelTensors.Input, Value(Inputs, rows, _inputWidth));
            binding.BindOutput(ModelTensors.Risk, Value(Risks, rows, 1));
            if (stateful)
            {
                binding.BindInput(ModelTensors.State, Value(States, rows, _stateWidth));
                binding.BindOutput(ModelTensors.StateOut, Value(StatesOut, rows, _stateWidth));
            }

            if (Attentions.Length > 0)
            {
                binding.BindOutput(ModelTensors.Attention, Value(Attentions, rows, 1));
            }

            if (AlarmScores.Length > 0)
            {
                binding.BindOutput(ModelTensors.Alarm, Value(AlarmScores, rows, 1));
            }
        }
    }

    public float[] Inputs { get; }

    public float[] States { get; }

    public float[] Risks { get; }

    public float[] AlarmScores { get; }

    public float[] StatesOut { get; }

    public float[] Attentions { get; }

    /// <summary>The binding of the smallest capacity that holds <paramref name="rows"/>; rows after them become zero.</summary>
    public OrtIoBinding Bind(int rows)
    {
        var capacity = (int)BitOperations.RoundUpToPowerOf2((uint)rows);
        Inputs.AsSpan(rows * _inputWidth, (capacity - rows) * _inputWidth).Clear();
        States.AsSpan(rows * _stateWidth, (capacity - rows) * _stateWidth).Clear();
        return _bindings[BitOperations.Log2((uint)capacity)];
    }

    public void Dispose()
    {
        // Bindings refer to values, so what was made last goes first.
        for (var i = _owned.Count - 1; i >= 0; i--)
        {
            _owned[i].Dispose();
        }
    }

    // Cleared by hand: an uninitialised array may hold NaN, and the first call must not depend on it.
    private static float[] Pinned(int length)
    {
        var array = GC.AllocateUninitializedArray<float>(length, pinned: true);
        Array.Clear(array);
        return array;
    }

    private OrtValue Value(float[] array, int rows, int width) => Own(OrtValue.CreateTensorValueFromMemory(
        OrtMemoryInfo.DefaultInstance, MemoryMarshal.CreateFromPinnedArray(array, 0, rows * width), [rows, width]));

    private T Own<T>(T resource)
        where T : IDisposable
    {
        _owned.Add(resource);
        return resource;
    }
}
