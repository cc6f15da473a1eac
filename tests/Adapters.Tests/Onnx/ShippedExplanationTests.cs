// The shipped models' alerts name the channel that got worse, and kept steps lead these models to where they are.
using System.Buffers;
using System.Runtime.CompilerServices;
using MedAI.Streaming.Adapters.Onnx;
using MedAI.Streaming.Domain;
using MedAI.Streaming.Domain.Alerts;
using MedAI.Streaming.Domain.Features;
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Domain.Vitals;
using MedAI.Streaming.Pipeline;
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.Pipeline.Scoring;
using MedAI.Streaming.Pipeline.Wire;
using MedAI.Streaming.TestKit.Worlds;
using Xunit;

namespace MedAI.Streaming.Adapters.Tests.Onnx;

public sealed class ShippedExplanationTests
{
    private const long Admission = 1_772_431_200_000;
    private const long Hour = 3_600_000;
    private const int Calm = 12;
    private const int Hours = 22;
    private static readonly string[] Models = ["sepsis-gru/1.0.0", "sepsis-vitals/2.1.0", "sepsis-all/2.1.0"];

    private static readonly (VitalSign Vital, double Normal)[] Normal =
    [
        (VitalSign.HeartRate, 78), (VitalSign.SpO2, 97), (VitalSign.Temperature, 36.9), (VitalSign.SystolicPressure, 124),
        (VitalSign.MeanPressure, 84), (VitalSign.DiastolicPressure, 64), (VitalSign.RespiratoryRate, 16),
    ];

    public static TheoryData<string, VitalSign, double> Deteriorations => [.. Models.SelectMany(m => new TheoryDataRow<string, VitalSign, double>[]
    {
        new(m, VitalSign.RespiratoryRate, 38), new(m, VitalSign.HeartRate, 150), new(m, VitalSign.SystolicPressure, 70), new(m, VitalSign.SpO2, 78),
    })];

    // The alert is called for at the end, whatever the model makes of the stay; against the same stay without the deterioration the risk moved.
    [Theory]
    [MemberData(nameof(Deteriorations))]
    public void Alert_OfOneChannelThatGetsWorse_NamesThatChannelFirst(string folder, VitalSign channel, double worst)
    {
        using var model = Load(folder);

        var worse = AlertAtTheEnd(model, Stay(channel, worst));
        var calm = AlertAtTheEnd(model, Stay(channel, Normal.Single(n => n.Vital == channel).Normal));

        Assert.True(Math.Abs(Logit(worse.Value) - Logit(calm.Value)) > 0.1, $"{folder} does not see it: {calm.Text}; {worse.Text}");
        Assert.Equal(VitalSignCatalogue.Info(channel).Key, worse.Explanation!.Contributions[0].Input);
        Assert.All(
            calm.Explanation!.Contributions,
            c => Assert.True(Math.Abs(c.Logit) < Math.Abs(worse.Explanation.Contributions[0].Logit), $"{calm.Text}; {worse.Text}"));
    }

    [Theory]
    [InlineData("sepsis-gru/1.0.0")]
    [InlineData("sepsis-vitals/2.1.0")]
    [InlineData("sepsis-all/2.1.0")]
    public void Fold_OverAStayThatIsKeptWhole_ComesToTheLiveState(string folder)
    {
        using var model = Load(folder);
        var law = Law(model, 2);

        var state = Assert.Single(KeptState.Of(Run(law, Stay(VitalSign.HeartRate, 130)), law));

        Assert.InRange(state.Steps, Hours - 1, Hours);
        Assert.Equal(state.Live.Select(BitConverter.SingleToInt32Bits), state.Folded.Select(BitConverter.SingleToInt32Bits));
        Assert.Contains(state.Live, v => v != 0);
    }

    private static OnnxModel Load(string folder, [CallerFilePath] string path = "") => OnnxModel.Load(
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, "..", "..", "..", "models", folder)), new OnnxModelOptions { MaxRows = 256 });

    // Without alerts up to the last frame, and from there under a threshold that any risk reaches.
    private static TransitionRecord AlertAtTheEnd(OnnxModel model, List<LogElement> elements)
    {
        var before = Run(Law(model, 2), elements[..^2]);
        before.Commit.Clear();
        before.Checkpoint(0, 1);
        var flow = new PartitionFlow(0, Law(model, 0));
        foreach (var (patient, blob) in before.Commit.Patients)
        {
            flow.Load(patient, blob.Span);
        }

        flow.StartAt(before.NextOffset);
        Process(flow, elements[^2..]);
        return flow.Commit.Transitions.Single(t => t.Explanation is not null);
    }

    private static double Logit(double risk) => Math.Log(risk / (1 - risk));

    private static FlowLaw Law(OnnxModel model, double threshold)
    {
        var card = model.Card;
        var features = FeatureSpec.Create(
            card.Inputs, new Normalisation(card.Mean, card.StandardDeviation, card.Clip, card.SinceCapHours, card.AdmissionCapHours),
            card.StepSeconds, out var problem) ?? throw new InvalidOperationException(problem);
        var rule = new ScoreRule { Id = "model." + card.Name, Levels = [new(threshold, AlertPriority.Medium)] };
        return new FlowLaw(new RuleBook(new MonitorSettings { Model = rule }), features, new ModelScorer(model));
    }

    private static PartitionFlow Run(FlowLaw law, List<LogElement> elements)
    {
        var flow = new PartitionFlow(0, law);
        Process(flow, elements);
        return flow;
    }

    private static void Process(PartitionFlow flow, List<LogElement> elements)
    {
        var writer = new RecordWriter();
        var buffer = new ArrayBufferWriter<byte>();
        foreach (var element in elements)
        {
            writer.Write(element, buffer);
        }

        var batch = new LogBatch();
        batch.Reset(flow.NextOffset);
        buffer.WrittenSpan.CopyTo(batch.Add(buffer.WrittenCount, elements.Count));
        flow.Process(batch);
    }

    // Charted every quarter of an hour; one channel goes from normal to its worst in eight hours and stays there. A systolic pressure that falls
    // alone would contradict the other pressures: then there are no others.
    private static List<LogElement> Stay(VitalSign channel, double worst)
    {
        var elements = new List<LogElement> { new PatientFactsElement(Admission, "p", 62, true, Admission) };
        var measured = Array.FindAll(
            Normal, n => channel != VitalSign.SystolicPressure || n.Vital is not (VitalSign.MeanPressure or VitalSign.DiastolicPressure));
        for (var quarter = 1; quarter <= Hours * 4; quarter++)
        {
            var at = Admission + (quarter * Hour / 4);
            var share = Math.Clamp(((quarter / 4.0) - Calm) / 8, 0, 1);
            elements.Add(new FrameElement(
                at, "p", "chart", SourceClass.Charted, 1, (ulong)quarter, at,
                [.. measured.Select(n => new RecordedReading(n.Vital, n.Normal + (n.Vital == channel ? share * (worst - n.Normal) : 0)))]));
        }

        elements.Add(new ClockElement(Admission + (Hours * Hour) + 60_000));
        return elements;
    }
}
