// A session of ONNX Runtime with the settings that make its answers repeat, on the processor or a GPU.
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using MedAI.Streaming.Pipeline.Ports;
using Microsoft.ML.OnnxRuntime;

namespace MedAI.Streaming.Adapters.Onnx;

/// <summary>An open session, what it runs on, and why it does not run on what was asked for.</summary>
internal sealed class OnnxSession : IDisposable
{
    private OnnxSession(InferenceSession inner, string provider, string? notice)
    {
        Inner = inner;
        Notice = notice;
        Profile = $"onnxruntime {OrtEnv.Instance().GetVersionString()}; {provider}; {InstructionSet()}";
    }

    public InferenceSession Inner { get; }

    /// <summary>Library and version, provider, instruction set: what must be the same for the same bits.</summary>
    public string Profile { get; }

    public string? Notice { get; }

    /// <exception cref="ModelLoadException">The library is missing, or refuses the model.</exception>
    public static OnnxSession Open(byte[] model, string file, OnnxModelOptions options)
    {
        string? notice = null;
        if (options.Provider == OnnxProvider.Cuda)
        {
            try
            {
                return new OnnxSession(OpenOnCuda(model, options.CudaDevice), $"cuda {options.CudaDevice}", null);
            }
            catch (Exception failure) when (IsFromLibrary(failure))
            {
                notice = "CUDA was asked for, but ONNX Runtime cannot use it, so models run on the CPU. It says: "
                    + $"{Innermost(failure)} CUDA needs a build with OrtGpu=true, an NVIDIA driver, CUDA 13 and cuDNN 9 "
                    + "(see eng/ort/README.md).";
            }
        }

        try
        {
            using var settings = Settings();
            return new OnnxSession(new InferenceSession(model, settings), "cpu", notice);
        }
        catch (Exception failure) when (IsFromLibrary(failure))
        {
            if (failure is OnnxRuntimeException or KeyNotFoundException)
            {
                throw new ModelLoadException(
                    $"{file}: ONNX Runtime cannot read the model: {failure.Message} Export it again.", failure);
            }

            throw new ModelLoadException($"{file}: ONNX Runtime's native library cannot be loaded: {Innermost(failure)} "
                + "Prepare the machine with eng/prepare.sh and build again.", failure);
        }
    }

    /// <summary>
    /// Whether an exception comes from the library or from loading it. Its C# side throws <see cref="KeyNotFoundException"/> too,
    /// where the native side answers with an error code it has no text for.
    /// </summary>
    public static bool IsFromLibrary(Exception failure) => failure is OnnxRuntimeException or KeyNotFoundException
        or DllNotFoundException or EntryPointNotFoundException or TypeInitializationException or BadImageFormatException;

    public void Dispose() => Inner.Dispose();

    private static InferenceSession OpenOnCuda(byte[] model, int device)
    {
        using var settings = Settings();
        using var cuda = new OrtCUDAProviderOptions();
        cuda.UpdateOptions(new Dictionary<string, string>
        {
            ["device_id"] = $"{device}",
            // TF32 keeps 10 bits of the fraction: scores would differ from the CPU's in the third digit.
            ["use_tf32"] = "0",
        });
        settings.AppendExecutionProvider_CUDA(cuda);
        return new InferenceSession(model, settings);
    }

    // One thread per call: more threads split sums differently, and flows already fill the cores. Prepacked constant weights make
    // a row's bits independent of how many rows stand beside it.
    private static SessionOptions Settings()
    {
        var settings = new SessionOptions
        {
            IntraOpNumThreads = 1,
            InterOpNumThreads = 1,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL,
        };
        settings.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        settings.AddSessionConfigEntry("session.inter_op.allow_spinning", "0");
        settings.AddSessionConfigEntry("session.disable_prepacking", "0");
        return settings;
    }

    // The widest set that the library's matrix kernels choose by; another one sums in another order.
    private static string InstructionSet() =>
        Avx512F.IsSupported ? "avx512"
        : Avx2.IsSupported && Fma.IsSupported ? "avx2"
        : Avx.IsSupported ? "avx"
        : AdvSimd.IsSupported ? "neon"
        : "baseline";

    private static string Innermost(Exception failure) => failure.GetBaseException().Message;
}
