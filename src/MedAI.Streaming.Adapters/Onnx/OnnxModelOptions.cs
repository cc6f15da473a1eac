// How a model is run: how many rows at once, and on what.
namespace MedAI.Streaming.Adapters.Onnx;

/// <summary>What computes a model's answer.</summary>
public enum OnnxProvider
{
    /// <summary>The processor: one thread per call.</summary>
    Cpu,

    /// <summary>An NVIDIA GPU, where the libraries for it are there; otherwise the processor, and the model says so.</summary>
    Cuda,
}

/// <summary>Options of <see cref="OnnxModel"/>.</summary>
public sealed record OnnxModelOptions
{
    /// <summary>The most rows of one call: a power of two from 1 to 65,536. Default 4,096.</summary>
    public int MaxRows { get; init; } = 4096;

    /// <summary>Where the model runs. Default: the processor.</summary>
    public OnnxProvider Provider { get; init; } = OnnxProvider.Cpu;

    /// <summary>Index of the GPU, 0 or more; used with <see cref="OnnxProvider.Cuda"/> only. Default 0.</summary>
    public int CudaDevice { get; init; }

    internal void Check()
    {
        if (MaxRows is < 1 or > 65536 || !int.IsPow2(MaxRows))
        {
            throw new ArgumentOutOfRangeException(nameof(MaxRows), MaxRows, "MaxRows must be a power of two from 1 to 65536.");
        }

        if (CudaDevice < 0)
        {
            throw new ArgumentOutOfRangeException(nameof(CudaDevice), CudaDevice, "CudaDevice must be 0 or more.");
        }
    }
}
