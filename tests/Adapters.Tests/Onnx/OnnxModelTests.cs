// A loaded model: what it computes, that it allocates nothing, and what it refuses.
using MedAI.Streaming.Adapters.Onnx;
using Xunit;

namespace Adapters.Tests.Onnx;

public class OnnxModelTests
{
    [Fact]
    public void Load_RecurrentModel_TakesCardAndProfile()
    {
        using var models = TestModels.With(TestModels.Recurrent(), TestModels.StateSize);
        using var model = OnnxModel.Load(models.Folder);

        Assert.Equal("tiny@1.0.0", model.Card.Id);
        Assert.Equal(84.5, model.Card.Mean["heart_rate.value"]);
        Assert.Equal(17.25, model.Card.StandardDeviation["heart_rate.value"]);
        Assert.Matches(@"^onnxruntime 1\.29\.0; cpu; (avx512|avx2|avx|neon|baseline)$", model.Profile);
        Assert.Null(model.Notice);
        Assert.True(model.MayPage, model.Bits.Reason);
        Assert.Equal(4096 * TestModels.Inputs, model.Inputs.Length);
        Assert.Equal(4096 * TestModels.StateSize, model.States.Length);
    }

    [Fact]
    public void Run_RecurrentModel_EqualsTheSameArithmeticInDouble()
    {
        using var models = TestModels.With(TestModels.Recurrent(), TestModels.StateSize);
        using var model = OnnxModel.Load(models.Folder, new OnnxModelOptions { MaxRows = 16 });
        const int Width = TestModels.Inputs, Size = TestModels.StateSize, Rows = 11;
        float[] x = TestModels.Weights(7, Rows * Width), state = TestModels.Weights(8, Rows * Size);
        x.CopyTo(model.Inputs);
        state.CopyTo(model.States);

        model.Run(Rows);

        float[] w = TestModels.Weights(1, Width * Size), u = TestModels.Weights(2, Size * Size);
        float[] v = TestModels.Weights(3, Size), a = TestModels.Weights(4, Size);
        for (var row = 0; row < Rows; row++)
        {
            var h = new double[Size];
            for (var j = 0; j < Size; j++)
            {
                var fromInput = Enumerable.Range(0, Width).Sum(i => (double)x[(row * Width) + i] * w[(i * Size) + j]);
                var fromState = Enumerable.Range(0, Size).Sum(i => (double)state[(row * Size) + i] * u[(i * Size) + j]);
                h[j] = Math.Tanh(fromInput + fromState);
                Assert.Equal(h[j], model.StatesOut[(row * Size) + j], 1e-5);
            }

            Assert.Equal(1 / (1 + Math.Exp(-h.Zip(v, (p, q) => p * q).Sum())), model.Risks[row], 1e-5);
            Assert.Equal(h.Zip(a, (p, q) => p * q).Sum(), model.Attentions[row], 1e-5);
        }
    }

    [Fact]
    public void Run_LogisticModel_HasNoStateAndNoAttention()
    {
        using var models = TestModels.With(TestModels.Logistic(), 0);
        using var model = OnnxModel.Load(models.Folder, new OnnxModelOptions { MaxRows = 1 });
        model.Inputs.Fill(0.5f);

        model.Run(1);

        Assert.Equal(1 / (1 + Math.Exp(-TestModels.Weights(3, TestModels.Inputs).Sum(w => w * 0.5))), model.Risks[0], 1e-6);
        Assert.True(model.States.IsEmpty && model.StatesOut.IsEmpty && model.Attentions.IsEmpty);
        Assert.True(model.MayPage, model.Bits.Reason);
    }

    [Fact]
    public void Run_ModelWithAlarmScore_GivesItBesideTheRisk()
    {
        using var models = TestModels.With(TestModels.Alarming(), TestModels.StateSize);
        models.SayAlarm();
        using var model = OnnxModel.Load(models.Folder, new OnnxModelOptions { MaxRows = 4 });
        TestModels.Weights(7, TestModels.Inputs * 2).CopyTo(model.Inputs);

        model.Run(2);

        var a = TestModels.Weights(4, TestModels.StateSize);
        for (var row = 0; row < 2; row++)
        {
            var rise = model.StatesOut.Slice(row * TestModels.StateSize, TestModels.StateSize).ToArray().Zip(a, (h, weight) => (double)h * weight).Sum();
            Assert.Equal(1 / (1 + Math.Exp(-rise)), model.AlarmScores[row], 1e-5);
            Assert.NotEqual(model.Risks[row], model.AlarmScores[row]);
        }

        Assert.True(model.Attentions.IsEmpty);
        Assert.True(model.MayPage, model.Bits.Reason);
    }

    [Theory, InlineData(1), InlineData(3), InlineData(64), InlineData(1000), InlineData(4096)]
    public void Run_AfterWarmUp_AllocatesNothing(int rows)
    {
        using var models = TestModels.With(TestModels.Recurrent(), TestModels.StateSize);
        using var model = OnnxModel.Load(models.Folder);
        model.Run(rows);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var call = 0; call < 50; call++)
        {
            model.Run(rows);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Run_NotANumberInPaddingRows_DoesNotReachTheAskedRows()
    {
        using var models = TestModels.With(TestModels.Recurrent(), TestModels.StateSize);
        using var model = OnnxModel.Load(models.Folder, new OnnxModelOptions { MaxRows = 8 });
        model.Inputs.Fill(float.NaN);
        model.States.Fill(float.NaN);
        model.Inputs[..(5 * TestModels.Inputs)].Fill(0.25f);
        model.States[..(5 * TestModels.StateSize)].Clear();

        model.Run(5);

        Assert.DoesNotContain(model.Risks[..8].ToArray(), float.IsNaN);
        Assert.Equal(model.Risks[0], model.Risks[4]);
    }

    [Theory, InlineData(0), InlineData(-1), InlineData(9)]
    public void Run_RowsOutOfRange_Throws(int rows)
    {
        using var models = TestModels.With(TestModels.Logistic(), 0);
        using var model = OnnxModel.Load(models.Folder, new OnnxModelOptions { MaxRows = 8 });

        Assert.Throws<ArgumentOutOfRangeException>(() => model.Run(rows));
    }

    [Fact]
    public void Run_AfterDispose_Throws()
    {
        using var models = TestModels.With(TestModels.Logistic(), 0);
        var model = OnnxModel.Load(models.Folder);
        model.Dispose();
        model.Dispose();

        Assert.Throws<ObjectDisposedException>(() => model.Run(1));
    }

    [Theory, InlineData(0), InlineData(3), InlineData(131072)]
    public void Load_MaxRowsNoPowerOfTwoInRange_Throws(int maxRows) => Assert.Throws<ArgumentOutOfRangeException>(
        () => OnnxModel.Load("nowhere", new OnnxModelOptions { MaxRows = maxRows }));

    [Fact]
    public void Load_CudaWithoutItsLibraries_RunsOnTheCpuAndSaysWhy()
    {
        using var models = TestModels.With(TestModels.Recurrent(), TestModels.StateSize);
        using var model = OnnxModel.Load(models.Folder, new OnnxModelOptions { Provider = OnnxProvider.Cuda });
        if (model.Notice is null)
        {
            Assert.Skip("CUDA is there: " + model.Profile);
        }

        Assert.Contains("; cpu; ", model.Profile);
        Assert.Contains("models run on the CPU", model.Notice);
        Assert.Contains("OrtGpu=true", model.Notice);
        Assert.True(model.MayPage);
    }
}
