// The bit test passes models whose rows do not see each other, and finds those whose rows do.
using MedAI.Streaming.Adapters.Onnx;
using Xunit;

namespace Adapters.Tests.Onnx;

public class BitTestTests
{
    [Fact]
    public void Run_RowsIndependent_IsEqualOverAllSizes()
    {
        using var models = TestModels.With(TestModels.Recurrent(), TestModels.StateSize);
        using var model = OnnxModel.Load(models.Folder);

        var result = BitTest.Run(model);

        Assert.True(result.Equal, result.Reason);
        Assert.Null(result.First);
        Assert.StartsWith("64 golden rows gave equal bits alone and in ", result.Reason);
    }

    [Fact]
    public void Run_NeighbourChangesScore_NamesFirstDifferenceAndModelMayNotPage()
    {
        using var models = TestModels.With(TestModels.BatchNormalised(), 0);
        using var model = OnnxModel.Load(models.Folder);

        Assert.False(model.MayPage);
        Assert.NotNull(model.Bits.First);
        Assert.Equal((2, "risk", 0), (model.Bits.First.BatchRows, model.Bits.First.Output, model.Bits.First.Row));
        Assert.Equal(0.5f, model.Bits.First.Alone);
        Assert.NotEqual(model.Bits.First.Alone, model.Bits.First.InBatch);
        Assert.StartsWith("golden row 0: risk[0] is 0.5 alone and ", model.Bits.Reason);
    }

    [Fact]
    public void Run_RiskIsNoProbability_SaysSoAndModelMayNotPage()
    {
        using var models = TestModels.With(TestModels.Unbounded(), 0);
        using var model = OnnxModel.Load(models.Folder);

        Assert.False(model.MayPage);
        Assert.Matches("^golden row [0-9]+ alone gives risk -?[0-9]", model.Bits.Reason);
    }

    // The alarm score alone depends on the batch, or is no number between 0 and 1.
    [Theory]
    [InlineData("ReduceMean", "alarm[0] is ")]
    [InlineData("Add", "gives alarm ")]
    public void Run_AlarmScoreThatCannotBeTrusted_MayNotPage(string how, string reason)
    {
        var file = new OnnxFile().Input("x", -1, TestModels.Inputs).Input("state", -1, 1).Output("risk", -1, 1).Output("state_out", -1, 1).Output("alarm", -1, 1)
            .Constant("v", TestModels.Weights(3, TestModels.Inputs), TestModels.Inputs, 1).Constant("two", [2f], 1, 1)
            .Node("MatMul", "x v", "logit").Node("Sigmoid", "logit", "risk").Node("Tanh", "state", "state_out");
        file = how == "Add"
            ? file.Node("Add", "risk two", "alarm")
            : file.Node("ReduceMean", "logit", "mean", ("axes[]", 0)).Node("Sub", "logit mean", "centred").Node("Sigmoid", "centred", "alarm");
        using var models = TestModels.With(file, 1);
        models.SayAlarm();
        using var model = OnnxModel.Load(models.Folder);

        Assert.False(model.MayPage);
        Assert.Contains(reason, model.Bits.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_GivenRows_ComparesThose()
    {
        using var models = TestModels.With(TestModels.Recurrent(), TestModels.StateSize);
        using var model = OnnxModel.Load(models.Folder, new OnnxModelOptions { MaxRows = 4 });

        var result = BitTest.Run(
            model, TestModels.Weights(5, 3 * TestModels.Inputs), TestModels.Weights(6, 3 * TestModels.StateSize));

        // Three rows, at sizes 2 and 4, straight and permuted: two batches of 2 and one of 4, each twice.
        Assert.Equal("3 golden rows gave equal bits alone and in 6 batches", result.Reason);
    }

    [Fact]
    public void Run_NotANumberGiven_IsNotEqual()
    {
        using var models = TestModels.With(TestModels.Recurrent(), TestModels.StateSize);
        using var model = OnnxModel.Load(models.Folder, new OnnxModelOptions { MaxRows = 4 });
        var inputs = TestModels.Weights(5, TestModels.Inputs);
        inputs[3] = float.NaN;

        var result = BitTest.Run(model, inputs, new float[TestModels.StateSize]);

        Assert.Equal((false, "golden row 0 alone gives risk NaN"), (result.Equal, result.Reason));
    }

    [Theory, InlineData(0, 0), InlineData(26, 40), InlineData(25, 39)]
    public void Run_LengthsThatAreNoRows_Throws(int inputs, int states)
    {
        using var models = TestModels.With(TestModels.Recurrent(), TestModels.StateSize);
        using var model = OnnxModel.Load(models.Folder, new OnnxModelOptions { MaxRows = 4 });

        Assert.Throws<ArgumentException>(() => BitTest.Run(model, new float[inputs], new float[states]));
    }
}
