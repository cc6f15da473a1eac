// A model that did not answer for a while goes on, when it answers again, as if it had answered all along.
using MedAI.Streaming.Domain.Features;
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Domain.Vitals;
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.Pipeline.Scoring;
using MedAI.Streaming.Pipeline.Tests.Controls;
using MedAI.Streaming.TestKit.InMemory;
using MedAI.Streaming.TestKit.Worlds;
using Xunit;

namespace MedAI.Streaming.Pipeline.Tests.Scoring;

public sealed class SilentModelTests
{
    private const string Risk = "model.memory";
    private const string Beside = "shadow.beside@2.0.0";

    // Steps end at 540 and each 600 seconds from there: three of them fall into the silence.
    private const int Dies = 500;
    private const int Restarts = 1500;
    private const int Returns = 2000;
    private const int End = 3000;

    [Theory]
    [InlineData(1)]
    [InlineData(4096)]
    public void Return_AfterSteps_GoesOnAsIfItHadAnswered(int batch)
    {
        var plain = Run(Story(), TestLaw.Create(), batch);
        var silent = Run(Story().Add(Answers(false, Dies)).Add(Answers(true, Returns)), TestLaw.Create(), batch);

        Assert.Equal(Risks(plain, Risk, 0, Dies - 10), Risks(silent, Risk, 0, Dies - 10));
        Assert.Empty(Risks(silent, Risk, Dies, Returns - 10));
        Assert.Equal(Risks(plain, Risk, Returns, End), Risks(silent, Risk, Returns, End));
        Assert.Equal(
            ["Opened ModelSilent", "Resolved ModelBack"],
            silent.Commit.Transitions.Where(t => t.Rule == "technical.model").Select(t => $"{t.Kind} {t.Reason}"));
    }

    // The second version is elected and dies before it was ever asked, so that nothing of it is in the process that comes after.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Return_AfterARestartInTheSilence_GoesOnAsIfItHadAnswered(int version)
    {
        var story = Story().Add(new ModelElectedElement(WardLog.At(Dies), 0, TestShelf.Election(version)))
            .Add(Answers(false, Dies)).Add(Answers(true, Returns));
        var before = new PartitionFlow(0, new TestShelf().Law());
        story.Into(before, until: Restarts);
        var after = WardLog.Restart(before, new TestShelf().Law());
        story.Into(after, from: Restarts);

        Assert.Empty(Risks(after, Risk, 0, Returns - 10));
        Assert.Equal(Risks(Run(Story(), new TestShelf().LawOf(version)), Risk, Returns, End), Risks(after, Risk, Returns, End));
    }

    [Fact]
    public void Checkpoint_InTheSilence_HasNoStateOfTheModel()
    {
        var silent = new PartitionFlow(0, TestLaw.Create());
        Story().Add(Answers(false, Dies)).Into(silent, until: Restarts);
        var plain = new PartitionFlow(0, TestLaw.Create());
        Story().Into(plain, until: Restarts);

        Assert.Empty(Assert.Single(KeptState.Of(silent, TestLaw.Create())).Live);
        Assert.NotEmpty(Assert.Single(KeptState.Of(plain, TestLaw.Create())).Live);
    }

    [Fact]
    public void Silence_ForLong_CostsNoCall()
    {
        var calls = 0;
        var model = new InMemoryModel(TestLaw.Card, 64) { BeforeRun = _ => calls++ };
        var flow = new PartitionFlow(0, TestLaw.Create(model: model));
        var story = new WardLog().Add(Answers(false, Dies)).Add(Answers(true, 18_000));
        for (var second = 0; second < 18_200; second += 5)
        {
            story.Frame("p", "d", second, VitalSign.HeartRate, 60);
        }

        story.Into(flow, until: Dies + 60);
        calls = 0;

        story.Into(flow, from: Dies + 60, until: 18_000);
        Assert.Equal(0, calls);

        // The tick that comes due first, and the 30 steps before it.
        story.Into(flow, from: 18_000, until: 18_064);
        Assert.Equal(31, calls);
        story.Into(flow, from: 18_064, until: 18_124);
        Assert.Equal(32, calls);
    }

    [Fact]
    public void Shadow_ThatHadDied_GoesOnAfterARestartAsIfItHadAnswered()
    {
        var calls = 0;
        var dying = new InMemoryModel(Card(), 64)
        {
            BeforeRun = _ =>
            {
                if (++calls > 3)
                    throw new ModelFailedException("it died");
            },
        };
        var before = new PartitionFlow(0, WithShadow(dying));
        Story().Into(before, until: Restarts);
        var after = WardLog.Restart(before, WithShadow(new InMemoryModel(Card(), 64)));
        Story().Into(after, from: Restarts);

        Assert.Equal(3, Risks(before, Beside, 0, End).Length);
        Assert.NotEmpty(Risks(after, Risk, 0, End));
        Assert.Equal(Risks(after, Risk, 0, End), Risks(after, Beside, 0, End));
    }

    // A while in which the answers are no numbers, with a step in it.
    [Fact]
    public void Answers_ThatAreNoNumbers_LeaveNoHole()
    {
        InMemoryModel? model = null;
        var (asked, garbled) = (0, 0);
        model = new InMemoryModel(TestLaw.Card, 64, alarms: true)
        {
            BeforeRun = _ =>
            {
                asked++;
                model!.AlarmFactor = asked is > 8 and <= 12 ? float.NaN : 1;
                garbled += asked is > 8 and <= 12 ? 1 : 0;
            },
        };
        var plain = Run(Story(), TestLaw.Create(model: new InMemoryModel(TestLaw.Card, 64, alarms: true)));
        var flow = Run(Story(), TestLaw.Create(model: model));

        var lost = Risks(plain, Risk, 0, End).Except(Risks(flow, Risk, 0, End)).ToArray();
        Assert.Equal(4, garbled);
        Assert.InRange(lost.Length, 3, 4);
        Assert.Contains(lost, point => point.Flags == PointFlags.None);
        Assert.Empty(Risks(flow, Risk, 0, End).Except(Risks(plain, Risk, 0, End)));
    }

    // Else the model would say nothing of the patient for as long as the step is kept.
    [Fact]
    public void Step_ThatMakesTheStateNoNumber_IsPassedOver()
    {
        var model = new InMemoryModel(TestLaw.Card, 64) { Breaking = 4.9f };
        var story = new WardLog().Frames("p", "d", 0, 541, VitalSign.HeartRate, 80).Frames("p", "d", 541, 1141, VitalSign.HeartRate, 140)
            .Frames("p", "d", 1141, End, VitalSign.HeartRate, 80);

        var ticks = Risks(Run(story, TestLaw.Create(model: model)), Risk, 540, 1260).Select(point => point.Second).Where(second => second % 60 == 0);

        Assert.Equal([540, 1200, 1260], ticks);
    }

    private static PartitionFlow Run(WardLog story, FlowLaw law, int batch = 4096)
    {
        var flow = new PartitionFlow(0, law);
        story.Into(flow, batch);
        return flow;
    }

    private static (int Second, double Value, PointFlags Flags)[] Risks(PartitionFlow flow, string series, int from, int until) =>
    [
        .. flow.Series.Points.Where(p => flow.Series.Names[p.Series] == series)
            .Select(p => (Second: (int)((p.EventTime - WardLog.Start) / 1000), p.Value, p.Flags)).Where(p => p.Second >= from && p.Second <= until),
    ];

    private static ModelAvailabilityElement Answers(bool available, int second) => new(WardLog.At(second), 0, available, "a test");

    private static ModelCard Card() => TestLaw.Card with { Name = "beside", Version = "2.0.0" };

    private static FlowLaw WithShadow(InMemoryModel shadow)
    {
        var card = Card();
        var features = FeatureSpec.Create(
            card.Inputs, new Normalisation(card.Mean, card.StandardDeviation, card.Clip, card.SinceCapHours, card.AdmissionCapHours),
            card.StepSeconds, out _)!;
        return TestLaw.Create() with { Shadows = [new LoadedModel(features, new ModelScorer(shadow))] };
    }

    private static WardLog Story()
    {
        var log = new WardLog();
        for (var second = 0; second < End; second += 5)
        {
            log.Frame("p", "d", second, VitalSign.HeartRate, 60 + (second / 30));
        }

        return log;
    }
}
