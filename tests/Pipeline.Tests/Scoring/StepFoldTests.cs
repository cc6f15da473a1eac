// A model that is led through the kept steps stands where one stands that was there from the start.
using System.Buffers;
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Domain.Vitals;
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.Pipeline.Scoring;
using MedAI.Streaming.Pipeline.Wire;
using MedAI.Streaming.Simulation;
using MedAI.Streaming.TestKit.InMemory;
using MedAI.Streaming.TestKit.Worlds;
using Xunit;

namespace MedAI.Streaming.Pipeline.Tests.Scoring;

public sealed class StepFoldTests
{
    private const long Start = 1_772_431_200_000;
    private const int StepSeconds = 600;

    // Patients come at different times, so that some have many steps, some few and some none.
    [Theory]
    [InlineData(1, 64)]
    [InlineData(2, 64)]
    [InlineData(3, 4)]
    [InlineData(4, 1)]
    public void Run_OverStaysThatAreKeptWhole_ComesToTheLiveStates(ulong seed, int maxRows)
    {
        var law = TestLaw.Create(model: new InMemoryModel(TestLaw.Card, maxRows));
        var states = KeptState.Of(Flow(law, Ward(seed, 40, 48 * StepSeconds)), law);

        Assert.Equal(40, states.Count);
        Assert.InRange(states.Max(s => s.Steps), 44, 47);
        Assert.True(states.Select(s => s.Steps).Distinct().Count() > 10);
        Assert.All(states, s => Assert.Equal(s.Live.Select(BitConverter.SingleToInt32Bits), s.Folded.Select(BitConverter.SingleToInt32Bits)));
        Assert.All(states, s => Assert.Equal(s.Steps == 0, double.IsNaN(s.Risk)));
    }

    [Fact]
    public void Run_OverLongerStays_KeepsTwoDaysOfSteps()
    {
        var law = TestLaw.Create();
        var states = KeptState.Of(Flow(law, Ward(5, 3, 100 * StepSeconds, stagger: 0)), law);

        Assert.All(states, s => Assert.Equal(48, s.Steps));
        Assert.All(states, s => Assert.NotEqual(s.Live, s.Folded));
        Assert.All(states, s => Assert.InRange(s.StepBytes, 300, 4096));
    }

    [Fact]
    public void Run_AfterADischarge_KnowsTheNewStayOnly()
    {
        var law = TestLaw.Create();
        var elements = Ward(6, 2, 20 * StepSeconds, stagger: 0);
        var discharged = At(20 * StepSeconds);
        elements.Add(new DischargeElement(discharged, "p0", discharged, "a doctor"));
        elements.Add(new PatientFactsElement(discharged + 1000, "p0", 44, true));
        elements.AddRange(Frames("p0", new SeededRandom(7), 20 * StepSeconds + 10, 26 * StepSeconds));
        var states = KeptState.Of(Flow(law, elements), law).ToDictionary(s => s.Patient);

        Assert.InRange(states["p0"].Steps, 4, 6);
        Assert.InRange(states["p1"].Steps, 12, 20);
        Assert.Equal(states["p0"].Live, states["p0"].Folded);
    }

    [Fact]
    public void Checkpoint_WithoutAModel_KeepsNoSteps()
    {
        var law = TestLaw.Create();
        var flow = Flow(law with { Features = null, Scorer = null }, Ward(8, 2, 10 * StepSeconds, stagger: 0));
        flow.Commit.Clear();
        flow.Checkpoint(0, 1);
        var served = Flow(law, Ward(8, 2, 10 * StepSeconds, stagger: 0));
        served.Commit.Clear();
        served.Checkpoint(0, 1);

        Assert.True(flow.Commit.Patients[^1].Blob.Length + 200 < served.Commit.Patients[^1].Blob.Length);
    }

    [Fact]
    public void Run_ModelThatDies_IsTheModelsFailure()
    {
        var law = TestLaw.Create();
        var flow = Flow(law, Ward(9, 2, 10 * StepSeconds, stagger: 0));
        var dead = new InMemoryModel(TestLaw.Card, 64) { BeforeRun = _ => throw new ModelFailedException("it died") };

        Assert.Throws<ModelFailedException>(() => KeptState.Of(flow, law with { Scorer = new ModelScorer(dead) }));
    }

    private static PartitionFlow Flow(FlowLaw law, List<LogElement> elements)
    {
        var flow = new PartitionFlow(0, law);
        var writer = new RecordWriter();
        var buffer = new ArrayBufferWriter<byte>();
        var batch = new LogBatch();
        foreach (var chunk in elements.OrderBy(e => e.ArrivalTime).Append(new ClockElement(elements.Max(e => e.ArrivalTime) + 40_000)).Chunk(500))
        {
            buffer.ResetWrittenCount();
            foreach (var element in chunk)
            {
                writer.Write(element, buffer);
            }

            batch.Reset(flow.NextOffset);
            buffer.WrittenSpan.CopyTo(batch.Add(buffer.WrittenCount, chunk.Length));
            flow.Process(batch);
        }

        return flow;
    }

    private static List<LogElement> Ward(ulong seed, int patients, int seconds, int stagger = 700)
    {
        var random = new SeededRandom(seed);
        var elements = new List<LogElement>();
        for (var p = 0; p < patients; p++)
        {
            var from = p * stagger;
            elements.Add(new PatientFactsElement(At(from), $"p{p}", random.Chance(0.3) ? null : 20 + p, p % 2 == 0, At(from)));
            elements.AddRange(Frames($"p{p}", random, from, seconds));
        }

        return elements;
    }

    private static IEnumerable<LogElement> Frames(string patient, SeededRandom random, int from, int until)
    {
        var sequence = 0ul;
        for (var second = from + 1; second < until; second += random.Chance(0.05) ? random.Between(100, 3000) : random.Between(5, 60))
        {
            RecordedReading[] readings =
            [
                new(VitalSign.HeartRate, random.Between(50.0, 120)), new(VitalSign.SpO2, random.Between(80, 100)),
                new(VitalSign.RespiratoryRate, random.Between(8.0, 30)), new(VitalSign.Temperature, random.Between(35.0, 40)),
            ];
            yield return new FrameElement(
                At(second), patient, "monitor", SourceClass.Bedside, 1, ++sequence, At(second),
                [.. readings.Where(_ => random.Chance(0.6)).DefaultIfEmpty(readings[0])]);
        }
    }

    private static long At(int second) => Start + (second * 1000L);
}
