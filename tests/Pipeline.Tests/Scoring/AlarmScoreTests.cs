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
    private const string Rule = "model.in-memory";
    private const int Rises = 3 * 3600;

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
        const int Step = 20;
        const int Frames = (Rises + (4 * 3600)) / Step;
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

    private static (long Time, double Value)[] Points(PartitionFlow flow, string series) =>
        [.. flow.Series.Points.Where(p => flow.Series.Names[p.Series] == series).Select(p => (p.EventTime, p.Value))];

    private static TransitionRecord[] Transitions(PartitionFlow flow) => [.. flow.Commit.Transitions.Where(t => t.Rule == Rule)];
}
