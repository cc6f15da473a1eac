// Holds the models that the program ships with to the contract that every scoring model keeps.
using System.Runtime.CompilerServices;
using MedAI.Streaming.Adapters.Onnx;
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.TestKit.Contracts;

namespace MedAI.Streaming.Adapters.Tests.Onnx;

public sealed class ShippedRecurrentModelTests : ScoringModelContract
{
    protected override bool HasAlarmScore => true;

    protected override IScoringModel Load() => Shipped.Load("sepsis-vitals/2.1.0");
}

public sealed class ShippedStatelessModelTests : ScoringModelContract
{
    protected override IScoringModel Load() => Shipped.Load("sepsis-logistic/1.0.0");
}

internal static class Shipped
{
    public static OnnxModel Load(string model) =>
        OnnxModel.Load(Path.Combine(Root(), "models", model), new OnnxModelOptions { MaxRows = 256 });

    private static string Root([CallerFilePath] string path = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, "..", "..", ".."));
}
