// Results of the laboratory go the way of vital signs: limits hold for them, models see them at the right time, and they are no signal.
using MedAI.Streaming.Domain;
using MedAI.Streaming.Domain.Alerts;
using MedAI.Streaming.Domain.Vitals;
using MedAI.Streaming.Pipeline.Tests.Controls;
using MedAI.Streaming.TestKit.InMemory;
using MedAI.Streaming.TestKit.Worlds;
using Xunit;

namespace MedAI.Streaming.Pipeline.Tests.Safety;

public sealed class LaboratoryTests
{
    private static readonly MonitorSettings WithPotassium = TestLaw.Settings with
    {
        Limits =
        [
            .. TestLaw.Settings.Limits,
            new LimitRule { Id = "limit.potassium.high", Vital = VitalSign.Potassium, Side = LimitSide.Above, Levels = [new(6, AlertPriority.High)] },
        ],
    };

    [Fact]
    public void Limit_OnAResult_AlarmsAtOnce()
    {
        var story = new WardLog().Frames("p", "monitor", 0, 120, VitalSign.HeartRate, 80)
            .Frame("p", "laboratory", 60, VitalSign.Potassium, 6.8, SourceClass.Charted)
            .Frame("p", "laboratory", 110, VitalSign.Potassium, 4.2, SourceClass.Charted)
            .Run(TestLaw.Create(WithPotassium));

        Assert.Equal(["Opened High AboveLimit", "Resolved High BackInsideLimit"], story.Of("limit.potassium.high"));
    }

    [Fact]
    public void ImplausibleResult_OfAnAnalyserAtTheBed_IsRejectedAndNoBadSignal()
    {
        var log = new WardLog();
        for (var s = 0; s < 60; s++)
        {
            log.Frame("p", "analyser", s, VitalSign.Potassium, 44);
        }

        var story = log.Clock(120).Run(TestLaw.Create(WithPotassium));

        Assert.Equal(60, story.Rejected(RejectReason.OutOfRange));
        Assert.DoesNotContain(story.Result.Lines, line => line.Contains("technical.signal", StringComparison.Ordinal));
    }

    // What the model is shown: nothing before the result, its value in the step in which it was known, and then its age.
    [Fact]
    public void Model_SeesAResultFromTheInstantAtWhichItWasKnown()
    {
        string[] inputs = ["lactate.value", "lactate.observed", "lactate.hours_since_last"];
        var rows = new List<float[]>();
        var card = InMemoryModel.MakeCard(inputs.Length, recurrent: false, stepSeconds: 600) with
        {
            Inputs = inputs,
            Mean = inputs.ToDictionary(i => i, _ => 0.0),
            StandardDeviation = inputs.ToDictionary(i => i, _ => 1.0),
            Clip = 20,
        };

        var model = new InMemoryModel(card, 64);
        model.BeforeRun = count => rows.AddRange(model.Inputs[..(count * inputs.Length)].ToArray().Chunk(inputs.Length));

        new WardLog().Frames("p", "monitor", 0, 1900, VitalSign.HeartRate, 80)
            .Frame("p", "laboratory", 900, VitalSign.Lactate, 4.5, SourceClass.Charted)
            .Run(TestLaw.Create(TestLaw.Settings with { Model = TestLaw.Settings.Model! with { Enabled = false } }, model));

        // Nothing is alerted, so nothing is explained, and every row is a score: one a minute from the start on: that of minute 15 is the first that may know.
        var before = rows.TakeWhile(row => row[0] == 0).ToList();
        Assert.All(before, row => Assert.Equal([0f, 0f, 1f], row));
        Assert.Equal(15, before.Count);
        Assert.Equal([4.5f, 1f, 0f], rows[before.Count]);
        Assert.All(rows.Skip(before.Count), row => Assert.Equal(4.5f, row[0]));
        Assert.Equal(0f, rows[^1][1]);
        Assert.True(rows[^1][2] > rows[before.Count][2]);
    }
}
