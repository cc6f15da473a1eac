// What NEWS2 says when it knows everything, when it does not, and for whom it says nothing.
using MedAI.Streaming.Domain.Scores;
using MedAI.Streaming.Domain.Vitals;
using Xunit;

namespace MedAI.Streaming.Domain.Tests.Scores;

public class News2Tests
{
    private static readonly VitalSign[] Round =
    [
        VitalSign.RespiratoryRate, VitalSign.SpO2, VitalSign.OxygenFlow, VitalSign.SystolicPressure, VitalSign.HeartRate,
        VitalSign.Consciousness, VitalSign.Temperature,
    ];

    [Fact]
    public void Score_WellAdult_IsCompleteAndZero()
    {
        var result = News2.Score(Observations.Well());

        Assert.Equal(ScoreStatus.Complete, result.Status);
        Assert.Equal(RefusalReason.None, result.Refusal);
        Assert.Equal(0, result.Value);
        Assert.False(result.AnyRed);
        Assert.Equal(0u, result.MissingMask | result.StaleMask);
        Assert.All(Round, vital => Assert.True(VitalSignMask.Has(result.UsedMask, vital)));
        Assert.Equal(Round.Length, System.Numerics.BitOperations.PopCount(result.UsedMask));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Score_WorstOfEverything_IsTwenty(bool scale2)
    {
        var inputs = Worst();
        inputs.Scale2 = scale2;

        var result = News2.Score(inputs);

        Assert.Equal(News2.MaxValue, result.Value);
        Assert.Equal(ScoreStatus.Complete, result.Status);
        Assert.True(result.AnyRed);
        Assert.Equal([3, 3, 2, 3, 3, 3, 3], Enumerable.Range(0, News2.PartNames.Length).Select(part => result.Parts[part]));
    }

    [Fact]
    public void Score_OneMissingInput_IsPartialAndNamesIt()
    {
        foreach (var vital in Round)
        {
            var complete = News2.Score(Worst());
            var result = News2.Score(Worst().Without(vital));

            Assert.Equal(ScoreStatus.Partial, result.Status);
            Assert.Equal(VitalSignMask.Of(vital), result.MissingMask);
            Assert.Equal(0u, result.StaleMask);
            Assert.False(VitalSignMask.Has(result.UsedMask, vital));
            Assert.InRange(result.Value, complete.Value - 3, complete.Value - 2);
        }
    }

    [Fact]
    public void Score_OneStaleInput_IsPartialCountsZeroAndNamesIt()
    {
        foreach (var vital in Round)
        {
            var result = News2.Score(Worst().WithStale(vital));

            Assert.Equal(ScoreStatus.Partial, result.Status);
            Assert.Equal(VitalSignMask.Of(vital), result.StaleMask);
            Assert.Equal(0u, result.MissingMask);
            Assert.Equal(News2.Score(Worst().Without(vital)).Value, result.Value);
        }
    }

    [Fact]
    public void Score_SubstituteForAStaleInput_IsComplete()
    {
        var inputs = Observations.Well()
            .WithStale(VitalSign.HeartRate).With(VitalSign.PulseRate, 72)
            .With(VitalSign.ArterialSystolicPressure, 60).WithStale(VitalSign.ArterialSystolicPressure)
            .WithStale(VitalSign.OxygenFlow).With(VitalSign.InspiredOxygen, 21);

        var result = News2.Score(inputs);

        Assert.Equal(ScoreStatus.Complete, result.Status);
        Assert.Equal(0, result.Value);
        Assert.Equal(0u, result.StaleMask);
        Assert.True(VitalSignMask.Has(result.UsedMask, VitalSign.PulseRate));
        Assert.True(VitalSignMask.Has(result.UsedMask, VitalSign.SystolicPressure));
        Assert.False(VitalSignMask.Has(result.UsedMask, VitalSign.ArterialSystolicPressure));
    }

    [Fact]
    public void Score_AllSubstitutesStale_NamesThemAll()
    {
        var result = News2.Score(Observations.Well()
            .With(VitalSign.InspiredOxygen, 40).WithStale(VitalSign.InspiredOxygen).WithStale(VitalSign.OxygenFlow));

        Assert.Equal(VitalSignMask.Of(VitalSign.OxygenFlow, VitalSign.InspiredOxygen), result.StaleMask);
        Assert.Equal(0u, result.MissingMask);
        Assert.Equal(ScoreParts.None, result.Parts[2]);
    }

    [Fact]
    public void Score_GlasgowComaScaleAlone_DoesNotStandInForConsciousness()
    {
        var result = News2.Score(Observations.Well().Without(VitalSign.Consciousness).With(VitalSign.GlasgowComaScale, 15));

        Assert.Equal(ScoreStatus.Partial, result.Status);
        Assert.Equal(VitalSignMask.Of(VitalSign.Consciousness), result.MissingMask);
    }

    [Fact]
    public void Score_NoInput_IsNotComputable()
    {
        var nothing = News2.Score(new ScoreInputs());
        var allStale = News2.Score(new ScoreInputs { Present = News2.Inputs, Stale = News2.Inputs });
        var notNumbers = News2.Score(
            new ScoreInputs { [VitalSign.HeartRate] = double.NaN, [VitalSign.SpO2] = double.PositiveInfinity });
        var unrelated = News2.Score(new ScoreInputs { [VitalSign.Glucose] = 90 });

        Assert.All([nothing, allStale, notNumbers, unrelated], result => Assert.Equal(ScoreStatus.NotComputable, result.Status));
        Assert.All([nothing, allStale, notNumbers, unrelated], result => Assert.True(double.IsNaN(result.Value)));
        Assert.Equal(Round.Aggregate(0ul, (mask, vital) => mask | VitalSignMask.Of(vital)), nothing.MissingMask);
        Assert.Equal(News2.Inputs, allStale.StaleMask);
        Assert.Equal(ScoreParts.None, nothing.Parts[0]);
    }

    [Theory]
    [InlineData(0.0, false, RefusalReason.UnderSixteen)]
    [InlineData(15.99, false, RefusalReason.UnderSixteen)]
    [InlineData(15.99, true, RefusalReason.UnderSixteen)]
    [InlineData(16.0, false, RefusalReason.None)]
    [InlineData(16.0, true, RefusalReason.Pregnant)]
    [InlineData(null, true, RefusalReason.Pregnant)]
    [InlineData(null, false, RefusalReason.None)]
    [InlineData(double.NaN, false, RefusalReason.None)]
    public void Score_ChildOrPregnancy_IsRefusedWithTheReason(double? age, bool pregnant, RefusalReason refusal)
    {
        var inputs = Worst();
        inputs.AgeYears = age;
        inputs.Pregnant = pregnant;

        var result = News2.Score(inputs);

        Assert.Equal(refusal, result.Refusal);
        Assert.Equal(refusal == RefusalReason.None ? ScoreStatus.Complete : ScoreStatus.Refused, result.Status);
        Assert.Equal(refusal == RefusalReason.None ? 20 : double.NaN, result.Value);
        Assert.Equal(refusal == RefusalReason.None, result.UsedMask != 0);
    }

    [Fact]
    public void Score_EveryInputTakenAwayInAnyOrder_NeverRaisesThePartialScore()
    {
        var random = new Random(20170119);
        for (var trial = 0; trial < 5_000; trial++)
        {
            var inputs = AnyRound(random);
            var before = News2.Score(inputs);
            Assert.Equal(ScoreStatus.Complete, before.Status);
            random.Shuffle(Round);
            foreach (var vital in Round)
            {
                inputs = random.Next(2) == 0 ? inputs.Without(vital) : inputs.WithStale(vital);
                var after = News2.Score(inputs);
                if (after.Status == ScoreStatus.NotComputable)
                {
                    continue;
                }
                Assert.Equal(ScoreStatus.Partial, after.Status);
                Assert.True(after.Value <= before.Value, $"trial {trial}: {vital} taken away");
                Assert.True(before.AnyRed || !after.AnyRed);
                before = after;
            }
        }
    }

    [Fact]
    public void Score_AnyRound_IsTheSumOfItsPartsAndItsMasksDoNotOverlap()
    {
        var random = new Random(17);
        for (var trial = 0; trial < 5_000; trial++)
        {
            var inputs = AnyRound(random);
            inputs.Stale = (uint)random.Next(1 << VitalSignCatalogue.Count) & (uint)random.Next(1 << VitalSignCatalogue.Count);
            inputs.Present &= (uint)random.Next(1 << VitalSignCatalogue.Count) | (uint)random.Next(1 << VitalSignCatalogue.Count);
            var result = News2.Score(inputs);
            if (result.Status == ScoreStatus.NotComputable)
            {
                continue;
            }
            Assert.Equal(Enumerable.Range(0, 7).Sum(part => Math.Max(0, result.Parts[part])), result.Value);
            Assert.Equal(Enumerable.Range(0, 7).Any(part => result.Parts[part] == 3), result.AnyRed);
            Assert.Equal(0u, (result.UsedMask & result.StaleMask) | (result.UsedMask & result.MissingMask));
            Assert.Equal(0u, result.StaleMask & result.MissingMask);
            Assert.Equal(0u, (result.UsedMask | result.StaleMask | result.MissingMask) & ~News2.Inputs);
            Assert.Equal(result.Status == ScoreStatus.Complete, (result.StaleMask | result.MissingMask) == 0);
        }
    }

    private static ScoreInputs Worst() => Observations.Well()
        .With(VitalSign.RespiratoryRate, 30).With(VitalSign.SpO2, 80).With(VitalSign.OxygenFlow, 15)
        .With(VitalSign.SystolicPressure, 70).With(VitalSign.HeartRate, 150).With(VitalSign.Consciousness, 4)
        .With(VitalSign.Temperature, 34);

    private static ScoreInputs AnyRound(Random random)
    {
        var inputs = new ScoreInputs { Scale2 = random.Next(2) == 0 };
        inputs[VitalSign.RespiratoryRate] = random.NextDouble() * 35;
        inputs[VitalSign.SpO2] = 78 + random.NextDouble() * 22;
        inputs[VitalSign.OxygenFlow] = random.Next(3);
        inputs[VitalSign.SystolicPressure] = 60 + random.NextDouble() * 180;
        inputs[VitalSign.HeartRate] = 30 + random.NextDouble() * 130;
        inputs[VitalSign.Consciousness] = random.Next(5);
        inputs[VitalSign.Temperature] = 34 + random.NextDouble() * 7;
        return inputs;
    }
}
