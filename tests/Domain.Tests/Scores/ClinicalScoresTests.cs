// The entrance gives the same answers as the scores themselves, knows their names and inputs, and allocates nothing.
using MedAI.Streaming.Domain.Scores;
using MedAI.Streaming.Domain.Vitals;
using Xunit;

namespace MedAI.Streaming.Domain.Tests.Scores;

public class ClinicalScoresTests
{
    public static TheoryData<ScoreKind> Kinds => [.. Enum.GetValues<ScoreKind>()];

    [Theory]
    [InlineData(ScoreKind.News2, "news2")]
    [InlineData(ScoreKind.Mews, "mews")]
    [InlineData(ScoreKind.QSofa, "qsofa")]
    [InlineData(ScoreKind.ShockIndex, "shock_index")]
    public void TryParse_Name_GivesTheKind(ScoreKind kind, string name)
    {
        Assert.Equal(name, kind.Name());
        Assert.True(ClinicalScores.TryParse(name, out var parsed));
        Assert.Equal(kind, parsed);
        Assert.False(ClinicalScores.TryParse(name + "x", out _));
    }

    [Fact]
    public void Score_EachKind_IsTheScoreOfThatName()
    {
        var inputs = Observations.Well().With(VitalSign.RespiratoryRate, 26).With(VitalSign.Consciousness, 3);

        Assert.Equal(ClinicalScores.Count, Enum.GetValues<ScoreKind>().Length);
        Assert.Equal(News2.Score(inputs), ClinicalScores.Score(ScoreKind.News2, inputs));
        Assert.Equal(Mews.Score(inputs), ClinicalScores.Score(ScoreKind.Mews, inputs));
        Assert.Equal(QSofa.Score(inputs), ClinicalScores.Score(ScoreKind.QSofa, inputs));
        Assert.Equal(ShockIndex.Score(inputs), ClinicalScores.Score(ScoreKind.ShockIndex, inputs));
        Assert.Equal([6, 4, 2], new[] { ScoreKind.News2, ScoreKind.Mews, ScoreKind.QSofa }
            .Select(kind => ClinicalScores.Score(kind, inputs).Value));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Inputs_EachKind_AreExactlyThoseThatCanMatter(ScoreKind kind)
    {
        var feeding = 0ul;
        foreach (var vital in Enum.GetValues<VitalSign>())
        {
            var alone = ClinicalScores.Score(kind, new ScoreInputs { [vital] = VitalSignCatalogue.Info(vital).High });
            feeding |= alone.UsedMask;
        }
        Assert.Equal(ClinicalScores.Inputs(kind), feeding);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void PartNames_EachKind_NameEveryPartAndNoMore(ScoreKind kind)
    {
        var names = ClinicalScores.PartNames(kind);
        var parts = ClinicalScores.Score(kind, Observations.Well()).Parts;

        for (var part = 0; part < ScoreParts.Capacity; part++)
        {
            Assert.Equal(part < names.Length ? 0 : ScoreParts.None, parts[part]);
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Score_ManyTimes_AllocatesNothing(ScoreKind kind)
    {
        var inputs = Observations.Well().Without(VitalSign.Temperature);
        var total = ScoreManyTimes(kind, inputs);
        var before = GC.GetAllocatedBytesForCurrentThread();

        total += ScoreManyTimes(kind, inputs);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.False(double.IsNaN(total));
    }

    [Fact]
    public void Parts_DefaultAndOutsideIndex_AreNone()
    {
        Assert.Equal(ScoreParts.None, default(ScoreParts)[0]);
        Assert.Equal(ScoreParts.None, default(ScoreParts)[-1]);
        Assert.Equal(ScoreParts.None, News2.Score(Observations.Well()).Parts[ScoreParts.Capacity]);
        Assert.Equal(ScoreStatus.NotComputable, default(ScoreResult).Status);
        Assert.True(double.IsNaN(default(ScoreResult).Value));
    }

    [Fact]
    public void Inputs_SetMarkAndClear_KeepTheMasks()
    {
        var inputs = new ScoreInputs { [VitalSign.Temperature] = 37 };
        Assert.True(inputs.IsUsable(VitalSign.Temperature));

        inputs.MarkStale(VitalSign.Temperature);
        Assert.False(inputs.IsUsable(VitalSign.Temperature));
        Assert.Equal(37, inputs[VitalSign.Temperature]);

        inputs[VitalSign.Temperature] = 38;
        Assert.True(inputs.IsUsable(VitalSign.Temperature));
        Assert.Equal(0u, inputs.Stale);

        inputs.Clear(VitalSign.Temperature);
        Assert.Equal(0u, inputs.Present | inputs.Stale);
    }

    private static double ScoreManyTimes(ScoreKind kind, in ScoreInputs inputs)
    {
        var total = 0.0;
        for (var i = 0; i < 1_000; i++)
        {
            total += ClinicalScores.Score(kind, inputs).Value;
        }
        return total;
    }
}
