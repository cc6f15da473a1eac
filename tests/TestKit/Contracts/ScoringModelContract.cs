// What every scoring model must do; an implementation's tests inherit this class and say how the model is loaded.
using MedAI.Streaming.Pipeline.Ports;
using Xunit;

namespace MedAI.Streaming.TestKit.Contracts;

/// <summary>The contract of <see cref="IScoringModel"/>, for a model that may page.</summary>
public abstract class ScoringModelContract
{
    /// <summary>Loads the model with at least 8 rows a call.</summary>
    protected abstract IScoringModel Load();

    /// <summary>Whether the model gives an alarm score.</summary>
    protected virtual bool HasAlarmScore => false;

    /// <summary>A plausible input row; by default standardised values around 0.</summary>
    protected virtual void FillInput(Random random, Span<float> row)
    {
        for (var i = 0; i < row.Length; i++)
            row[i] = (float)(random.NextDouble() * 4 - 2);
    }

    /// <summary>The state of a patient without history; by default zeros.</summary>
    protected virtual void FillFirstState(Span<float> row) => row.Clear();

    [Fact]
    public void Buffers_OfALoadedModel_HaveTheSizesThatTheCardSays()
    {
        using var model = Load();
        var recurrent = model.Card.StateSize > 0;

        Assert.True(model.MaxRows >= 8);
        Assert.NotEmpty(model.Profile);
        Assert.Equal(model.MaxRows * model.Card.Inputs.Count, model.Inputs.Length);
        Assert.Equal(model.MaxRows * model.Card.StateSize, model.States.Length);
        Assert.Equal(model.MaxRows * model.Card.StateSize, model.StatesOut.Length);
        Assert.Equal(model.MaxRows, model.Risks.Length);
        Assert.Equal(recurrent ? model.MaxRows : 0, model.Attentions.Length);
        Assert.Equal(HasAlarmScore ? model.MaxRows : 0, model.AlarmScores.Length);
    }

    [Fact]
    public void MayPage_OfALoadedModel_IsTrue()
    {
        using var model = Load();
        Assert.True(model.MayPage);
    }

    [Fact]
    public void Run_RowsAloneInBatchesAndPermuted_GivesEqualBits()
    {
        using var model = Load();
        var rows = SomeRows(model, Math.Min(model.MaxRows, 200));
        var alone = rows.Select(r => Score(model, [r])[0]).ToList();

        foreach (var size in new[] { 2, 7, 8, 64, rows.Count })
        {
            foreach (var chunk in Enumerable.Range(0, rows.Count).Chunk(Math.Min(size, rows.Count)))
                AssertSame(chunk.Select(i => alone[i]), Score(model, [.. chunk.Select(i => rows[i])]));
        }

        var order = Enumerable.Range(0, rows.Count).ToArray();
        new Random(4).Shuffle(order);
        AssertSame(order.Select(i => alone[i]), Score(model, [.. order.Select(i => rows[i])]));
    }

    [Fact]
    public void Run_DifferentRows_GivesDifferentRisksBetweenZeroAndOne()
    {
        using var model = Load();
        var results = Score(model, SomeRows(model, 8));

        Assert.All(results, r => Assert.InRange(r.Risk, 0f, 1f));
        Assert.All(results, r => Assert.InRange(r.Alarm, 0f, 1f));
        Assert.All(results, r => Assert.All(r.State, f => Assert.True(float.IsFinite(f))));
        Assert.True(results.Select(r => r.Risk).Distinct().Count() > 1);
    }

    [Fact]
    public void Run_MaxRows_AnswersAll()
    {
        using var model = Load();
        var row = SomeRows(model, 1)[0];
        var alone = Score(model, [row])[0];

        AssertSame(Enumerable.Repeat(alone, model.MaxRows), Score(model, [.. Enumerable.Repeat(row, model.MaxRows)]));
    }

    [Fact]
    public void Run_FewerRows_IgnoresWhatLiesBehindThem()
    {
        using var model = Load();
        var rows = SomeRows(model, 3);
        var clean = Score(model, rows);
        model.Inputs.Fill(float.NaN);
        model.States.Fill(float.NaN);

        AssertSame(clean, Score(model, rows));
    }

    [Fact]
    public void Run_SameRowsAgain_LeavesInputsAndStatesAsTheyWere()
    {
        using var model = Load();
        var rows = SomeRows(model, 5);
        var first = Score(model, rows);
        var inputs = model.Inputs.ToArray();
        var states = model.States.ToArray();
        model.Run(rows.Count);

        Assert.Equal(inputs, model.Inputs.ToArray());
        Assert.Equal(states, model.States.ToArray());
        AssertSame(first, Results(model, rows.Count));
    }

    [Fact]
    public void Run_RowsOutOfRange_IsRefused()
    {
        using var model = Load();

        Assert.Throws<ArgumentOutOfRangeException>(() => model.Run(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => model.Run(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => model.Run(model.MaxRows + 1));
    }

    [Fact]
    public void Run_InSteadyState_AllocatesNothing()
    {
        using var model = Load();
        Score(model, SomeRows(model, 8));
        for (var i = 0; i < 100; i++)
            model.Run(1 + i % 8);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
            model.Run(1 + i % 8);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static List<Result> Score(IScoringModel model, List<(float[] Input, float[] State)> rows)
    {
        for (var i = 0; i < rows.Count; i++)
        {
            rows[i].Input.CopyTo(model.Inputs[(i * model.Card.Inputs.Count)..]);
            rows[i].State.CopyTo(model.States[(i * model.Card.StateSize)..]);
        }

        model.Run(rows.Count);
        return Results(model, rows.Count);
    }

    private static List<Result> Results(IScoringModel model, int rows)
    {
        var results = new List<Result>(rows);
        for (var i = 0; i < rows; i++)
        {
            results.Add(new Result(
                model.Risks[i],
                model.Attentions.Length == 0 ? 0 : model.Attentions[i],
                model.AlarmScores.Length == 0 ? 0 : model.AlarmScores[i],
                model.StatesOut.Slice(i * model.Card.StateSize, model.Card.StateSize).ToArray()));
        }

        return results;
    }

    private static void AssertSame(IEnumerable<Result> expected, List<Result> actual) =>
        Assert.Equal(expected.Select(r => r.Bits), actual.Select(r => r.Bits));

    // Rows of patients with 0 to 4 steps of history, so that states are such as the model itself makes.
    private List<(float[] Input, float[] State)> SomeRows(IScoringModel model, int count)
    {
        var random = new Random(1);
        var rows = new List<(float[] Input, float[] State)>(count);
        for (var i = 0; i < count; i++)
        {
            var input = new float[model.Card.Inputs.Count];
            var state = new float[model.Card.StateSize];
            FillFirstState(state);
            FillInput(random, input);
            for (var step = 0; step < i % 5; step++)
            {
                state = Score(model, [(input, state)])[0].State;
                input = [.. input];
                FillInput(random, input);
            }

            rows.Add((input, state));
        }

        return rows;
    }

    private sealed record Result(float Risk, float Attention, float Alarm, float[] State)
    {
        public string Bits => Convert.ToHexString(
            System.Runtime.InteropServices.MemoryMarshal.AsBytes<float>((float[])[Risk, Attention, Alarm, .. State]));
    }
}
