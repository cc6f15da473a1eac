// Decode, order, window, limits and scores take no memory per frame in steady state: the budget file says so, and this holds it.
using System.Text.Json;
using Xunit;

namespace MedAI.Streaming.Pipeline.Tests.Allocations;

public sealed class AllocationBudgetTests
{
    private const string BudgetFile = "tests/Pipeline.Tests/allocation-budget.json";

    public static TheoryData<string> Names => [.. BedsideScenario.All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Process_InSteadyState_StaysInItsBudget(string name)
    {
        var budget = Budget()[name];

        var measured = BedsideScenario.All[name]().Run();

        Assert.True(measured.Frames > 1000 && measured.Scores > 40, $"{name} did not run as it should: {measured}");
        Assert.Equal(0, measured.Decided);
        Assert.True(
            measured.BytesPerFrame <= budget,
            $"{name}: {measured.BytesPerFrame} bytes per frame ({measured.Bytes} in {measured.Frames} frames), the budget is {budget}. "
            + "Look for closures, boxed enumerators (foreach over an interface) and texts that are made before it is known that they "
            + $"are needed. If it is meant, set \"{name}\" in {BudgetFile} to {measured.BytesPerFrame} and say why in the commit.");
    }

    [Fact]
    public void Budget_Scenarios_AreThoseThatAreMeasured() => Assert.Equal(BedsideScenario.All.Keys.Order(), Budget().Keys.Order());

    private static Dictionary<string, double> Budget()
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root.FullName, "MedAI.Streaming.sln")))
        {
            root = root.Parent ?? throw new FileNotFoundException("MedAI.Streaming.sln is in no folder above the tests.");
        }

        using var file = JsonDocument.Parse(File.ReadAllText(Path.Combine(root.FullName, BudgetFile)));
        return file.RootElement.GetProperty("bytesPerFrame").EnumerateObject().ToDictionary(p => p.Name, p => p.Value.GetDouble());
    }
}
