// Shadows are scored and stored like the model whose alerts count, and nothing that anybody is told depends on them.
using System.Buffers;
using MedAI.Streaming.Domain.Features;
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Domain.Vitals;
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.Pipeline.Scoring;
using MedAI.Streaming.Pipeline.Tests.Controls;
using MedAI.Streaming.Pipeline.Wire;
using MedAI.Streaming.Simulation;
using MedAI.Streaming.TestKit.InMemory;
using MedAI.Streaming.TestKit.Worlds;
using Xunit;

namespace MedAI.Streaming.Pipeline.Tests.Scoring;

public sealed class ShadowModelTests
{
    private const string Active = "model.memory";
    private const string Beside = "shadow.beside@2.0.0";

    // Same law but for the shadow, in worlds that die now and then: decisions are equal, and so is every other series.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Run_WithAShadow_DecidesTheSame(ulong seed)
    {
        var elements = FaultyFleet.Generate(seed, new FleetOptions { MaxPatients = 4, MinFrames = 200, MaxFrames = 400 }).Elements;
        var options = new WorldOptions(Partitions: 2, Batch: 64, CrashChance: 0.01, Seed: seed);

        var alone = SeededWorld.Run(elements, options);
        var accompanied = SeededWorld.Run(elements, options, () => WithShadow());

        Assert.NotEmpty(alone.Lines);
        Assert.Equal(alone.Lines, accompanied.Lines);
        Assert.Equal(alone.Pages, accompanied.Pages);
        Assert.Equal(alone.DeadLetters, accompanied.DeadLetters);
        Assert.Equal(alone.Series, accompanied.Series.Where(point => !point.Contains(" shadow.", StringComparison.Ordinal)));
        Assert.Contains(accompanied.Series, point => point.Contains($" {Beside} ", StringComparison.Ordinal));
    }

    // A twin of the active model in shadow has the same rows and the same state, so its risks are the same to the bit.
    [Fact]
    public void Risks_OfATwinInShadow_AreThoseOfTheModel()
    {
        var story = Story().Run(WithShadow());

        Assert.NotEmpty(story.Series(Active));
        Assert.Equal(story.Series(Active), story.Series(Beside));
    }

    [Fact]
    public void Run_ShadowThatDies_LeavesTheModelAlone()
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

        var story = Story().Run(WithShadow(dying));

        Assert.Equal(Story().Run(TestLaw.Create()).Series(Active), story.Series(Active));
        Assert.InRange(story.Series(Beside).Length, 1, story.Series(Active).Length - 1);
        Assert.Equal(4, calls);
    }

    // States go by name and version: the model goes on as if nothing had happened, and what is new is led through the steps that were kept.
    [Fact]
    public void Load_UnderALawWithAnotherShadow_KeepsTheModelsState()
    {
        var before = new PartitionFlow(0, TestLaw.Create());
        Apply(before, 0, 1900);
        var after = WardLog.Restart(before, WithShadow());
        Apply(before, 1900, 3000);
        Apply(after, 1900, 3000);

        Assert.NotEmpty(Risks(before, Active));
        Assert.Equal(Risks(before, Active), Risks(after, Active));
        Assert.Equal(Risks(after, Active), Risks(after, Beside));
    }

    private static void Apply(PartitionFlow flow, int from, int until)
    {
        var buffer = new ArrayBufferWriter<byte>();
        var writer = new RecordWriter();
        var count = 0;
        for (var second = from; second < until; second += 5, count++)
        {
            writer.Write(
                new FrameElement(
                    WardLog.At(second), "p", "d", SourceClass.Bedside, 1, (ulong)(second / 5) + 1, WardLog.At(second),
                    [new(VitalSign.HeartRate, 60 + (second / 30))]),
                buffer);
        }

        var batch = new LogBatch();
        batch.Reset(flow.NextOffset);
        buffer.WrittenSpan.CopyTo(batch.Add(buffer.WrittenCount, count));
        flow.Series.Points.Clear();
        flow.Process(batch);
    }

    private static (long, double)[] Risks(PartitionFlow flow, string series) =>
        [.. flow.Series.Points.Where(p => flow.Series.Names[p.Series] == series).Select(p => (p.EventTime, p.Value))];

    private static ModelCard Card() => TestLaw.Card with { Name = "beside", Version = "2.0.0" };

    private static FlowLaw WithShadow(InMemoryModel? shadow = null)
    {
        var law = TestLaw.Create();
        var card = Card();
        var features = FeatureSpec.Create(
            card.Inputs, new Normalisation(card.Mean, card.StandardDeviation, card.Clip, card.SinceCapHours, card.AdmissionCapHours),
            card.StepSeconds, out _)!;
        return law with { Shadows = [new LoadedModel(features, new ModelScorer(shadow ?? new InMemoryModel(card, 64)))] };
    }

    private static WardLog Story()
    {
        var log = new WardLog();
        for (var second = 0; second < 3000; second += 5)
        {
            log.Frame("p", "d", second, VitalSign.HeartRate, 60 + (second / 30));
        }

        return log;
    }
}
