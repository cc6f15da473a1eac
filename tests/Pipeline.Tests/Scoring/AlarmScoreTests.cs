// A model with an alarm score: its alerts follow what has changed of a patient, its risk says how the patient is.
using System.Buffers;
using System.Globalization;
using MedAI.Streaming.Domain.Alerts;
using MedAI.Streaming.Domain.Features;
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Domain.Vitals;
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.Pipeline.Scoring;
using MedAI.Streaming.Pipeline.Tests.Controls;
using MedAI.Streaming.Pipeline.Wire;
using MedAI.Streaming.TestKit.InMemory;
using MedAI.Streaming.TestKit.Worlds;
using Xunit;

namespace MedAI.Streaming.Pipeline.Tests.Scoring;

public sealed class AlarmScoreTests
{
    private const string Rule = "model.memory";
    private const int Rises = 3 * 3600;
    private const int End = Rises + (4 * 3600);
    private const int Step = 20;
    private const int Frames = End / Step;

    [Fact]
    public void Decide_RiskThatStaysHigh_AlertsWhenItRisesAndIsOverWhenItIsUsual()
    {
        var flow = Run(Law(alarms: true));
        var risks = Points(flow, Rule);
        var scores = Points(flow, "alarm." + Rule);
        var transitions = Transitions(flow);

        Assert.Equal(risks.Select(point => point.Time), scores.Select(point => point.Time));
        Assert.All(transitions, t => Assert.Equal(scores.Single(point => point.Time == t.EventTime).Value, t.Value));
        Assert.Contains(transitions, t => t is { Kind: TransitionKind.Opened, Value: >= 0.8, Explanation: not null } && t.EventTime >= WardLog.At(Rises));
        Assert.Equal(TransitionKind.Resolved, transitions[^1].Kind);
        Assert.Matches(@": alarm score 0\.\d+ stayed below 0\.8; risk ", transitions[^1].Text);
        Assert.True(risks.Single(point => point.Time == transitions[^1].EventTime).Value > 0.95, "the risk is as high as ever");
        Assert.All(transitions, t => Assert.Contains(
            string.Create(CultureInfo.InvariantCulture, $"; risk {risks.Single(point => point.Time == t.EventTime).Value:0.###}"), t.Text, StringComparison.Ordinal));
    }

    // Half an answer is none: a risk is never held against a threshold of alarm scores.
    [Fact]
    public void Decide_AlarmScoreThatIsNoNumber_IsAModelThatDoesNotAnswer()
    {
        var flow = Run(TestLaw.Create(model: new InMemoryModel(TestLaw.Card, 64, alarms: true) { AlarmFactor = float.NaN }));

        Assert.Empty(Transitions(flow));
        Assert.Empty(Points(flow, Rule));
        Assert.Contains(flow.Commit.Transitions, t => t is { Rule: "technical.model", Kind: TransitionKind.Opened });
    }

    // What a screen gets: both scores, also from a checkpoint, and neither of them once the stay is over.
    [Fact]
    public void View_OfAPatient_HasTheAlarmScoreUntilTheStayEnds()
    {
        var before = Run(Law(alarms: true));
        before.Checkpoint(0, 1);
        var seen = new Seen();
        var after = new PartitionFlow(0, Law(alarms: true), seen);
        foreach (var (patient, blob) in before.Commit.Patients)
        {
            after.Load(patient, blob.Span);
        }

        after.StartAt(before.NextOffset);
        Write(after, new ClockElement(WardLog.At(End) + 1000));
        Write(after, new FrameElement(WardLog.At(End + 1), "p", "d", SourceClass.Bedside, 1, Frames + 1, WardLog.At(End + 1), [new(VitalSign.HeartRate, 140)]));
        Assert.Equal(Points(before, Rule)[^1].Value, seen.Last!.Risk);
        Assert.Equal(Points(before, "alarm." + Rule)[^1].Value, seen.Last.AlarmScore);

        Write(after, new DischargeElement(WardLog.At(End + 2), "p", WardLog.At(End + 2), "a doctor"));
        Assert.Equal((double.NaN, double.NaN), (seen.Last.Risk, seen.Last.AlarmScore));
    }

    // The same patient under the same model, judged by the risk.
    [Fact]
    public void Decide_ModelWithoutAlarmScore_AlertsAsLongAsTheRiskIsHigh()
    {
        var flow = Run(Law(alarms: false));

        Assert.Empty(Points(flow, "alarm." + Rule));
        Assert.Equal(TransitionKind.Opened, Transitions(flow)[^1].Kind);
        Assert.DoesNotContain("; risk ", Transitions(flow)[^1].Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Store_ShadowWithAlarmScore_HasBothSeries()
    {
        var card = TestLaw.Card with { Name = "beside" };
        var features = FeatureSpec.Create(
            card.Inputs, new Normalisation(card.Mean, card.StandardDeviation, card.Clip, card.SinceCapHours, card.AdmissionCapHours),
            card.StepSeconds, out _)!;
        var shadow = new LoadedModel(features, new ModelScorer(new InMemoryModel(card, 64, alarms: true)));

        var flow = Run(Law(alarms: false) with { Shadows = [shadow] });

        Assert.NotEmpty(Points(flow, Rule));
        Assert.Equal(Points(flow, Rule), Points(flow, "shadow.beside@1.0.0"));
        Assert.Equal(Points(Run(Law(alarms: true)), "alarm." + Rule), Points(flow, "alarm.shadow.beside@1.0.0"));
    }

    private static FlowLaw Law(bool alarms) => TestLaw.Create(model: new InMemoryModel(TestLaw.Card, 64, alarms));

    // Three hours at rest, then a heart rate that goes up and stays up.
    private static PartitionFlow Run(FlowLaw law)
    {
        var buffer = new ArrayBufferWriter<byte>();
        var writer = new RecordWriter();
        for (var i = 0; i < Frames; i++)
        {
            var at = WardLog.At(i * Step);
            writer.Write(
                new FrameElement(at, "p", "d", SourceClass.Bedside, 1, (ulong)i + 1, at, [new(VitalSign.HeartRate, i * Step < Rises ? 80 : 140)]), buffer);
        }

        var flow = new PartitionFlow(0, law);
        var batch = new LogBatch();
        batch.Reset(0);
        buffer.WrittenSpan.CopyTo(batch.Add(buffer.WrittenCount, Frames));
        flow.Process(batch);
        return flow;
    }

    private static void Write(PartitionFlow flow, LogElement element)
    {
        var buffer = new ArrayBufferWriter<byte>();
        new RecordWriter().Write(element, buffer);
        var batch = new LogBatch();
        batch.Reset(flow.NextOffset);
        buffer.WrittenSpan.CopyTo(batch.Add(buffer.WrittenCount, 1));
        flow.Process(batch);
    }

    private static (long Time, double Value)[] Points(PartitionFlow flow, string series) =>
        [.. flow.Series.Points.Where(p => flow.Series.Names[p.Series] == series).Select(p => (p.EventTime, p.Value))];

    private static TransitionRecord[] Transitions(PartitionFlow flow) => [.. flow.Commit.Transitions.Where(t => t.Rule == Rule)];

    private sealed class Seen : ILiveFeed
    {
        public PatientView? Last { get; private set; }

        public void Patient(PatientView view) => Last = view;

        public void Transition(TransitionRecord transition)
        {
        }
    }
}
