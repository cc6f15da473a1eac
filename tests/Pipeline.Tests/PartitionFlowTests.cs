// What a log over a network may do to a flow: offsets with gaps, arrival times that go back, records of somebody else's patients.
using System.Buffers;
using MedAI.Streaming.Domain;
using MedAI.Streaming.Domain.Alerts;
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Domain.Vitals;
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.Pipeline.Wire;
using Xunit;

namespace MedAI.Streaming.Pipeline.Tests;

public sealed class PartitionFlowTests
{
    private const long Start = 1_772_431_200_000;

    [Fact]
    public void Process_BatchesWithGapsBetween_DecidesAsWithout()
    {
        var dense = Flow();
        var gapped = Flow();
        for (var second = 0; second < 300; second += 10)
        {
            dense.Process(Batch(second, Frames(second, 10)));
            gapped.Process(Batch(100 + (3 * second), Frames(second, 10)));
        }

        Assert.NotEmpty(dense.Commit.Transitions);
        Assert.Equal(dense.Commit.Transitions, gapped.Commit.Transitions);
        Assert.Equal(300, dense.NextOffset);
        Assert.Equal(100 + (3 * 290) + 10, gapped.NextOffset);
    }

    [Fact]
    public void Load_FromACheckpointBeforeAGap_GoesOnAsTheOther()
    {
        var flow = Flow();
        flow.Process(Batch(50, Frames(0, 100)));
        flow.Commit.Clear();
        flow.Checkpoint(0, 1);
        Assert.Equal(150, flow.Commit.Offset);
        var loaded = Flow();
        foreach (var (patient, blob) in flow.Commit.Patients)
        {
            loaded.Load(patient, blob.Span);
        }

        loaded.StartAt(flow.Commit.Offset);
        flow.Commit.Clear();

        // What was applied before the checkpoint may be read again; the rest comes behind a gap.
        loaded.Process(Batch(140, Frames(90, 10)));
        foreach (var one in new[] { flow, loaded })
        {
            one.Process(Batch(1000, Frames(100, 100)));
        }

        Assert.NotEmpty(flow.Commit.Transitions);
        Assert.Equal(flow.Commit.Transitions, loaded.Commit.Transitions);
        Assert.Equal(1100, loaded.NextOffset);
    }

    [Fact]
    public void Process_ArrivalTimesThatGoBack_AreTheLatestOfTheirPatient()
    {
        var flow = Flow();
        var straight = Flow();
        var elements = Frames(0, 120).ToArray();
        var back = elements.Select((e, i) => i % 7 == 3 ? e with { ArrivalTime = e.ArrivalTime - 2500 } : e).ToArray();
        var clamped = elements.Select((e, i) => i % 7 == 3 ? e with { ArrivalTime = elements[i - 1].ArrivalTime } : e).ToArray();

        flow.Process(Batch(0, back));
        straight.Process(Batch(0, clamped));

        Assert.NotEmpty(straight.Commit.Transitions);
        Assert.Equal(straight.Commit.Transitions, flow.Commit.Transitions);
    }

    [Fact]
    public void Process_AControlRecordWhoseArrivalGoesBack_HoldsFromThePatientsLatest()
    {
        var flow = Flow();
        LogElement[] elements =
        [
            .. Frames(0, 60), new DeviceAssociationElement(Start - 90_000, "p", "d", Start, Start + 59_000, "a nurse"), .. Frames(60, 5),
        ];

        flow.Process(Batch(0, elements));

        Assert.All(flow.Commit.Transitions, t => Assert.InRange(t.ArrivalTime, Start, Start + 60_000));
        Assert.Contains(flow.Commit.Transitions, t => t.Reason == TransitionReason.DeviceRemoved);
        Assert.Equal(5, flow.Commit.DeadLetters.Count);
    }

    [Fact]
    public void Process_ARecordOfAnotherPartition_IsADeadLetterEachTime()
    {
        var here = Enumerable.Range(0, 100).Select(i => $"p{i}").Where(p => Partitioner.PartitionOf(p, 8) == 3).ToArray();
        var elsewhere = Enumerable.Range(0, 100).Select(i => $"p{i}").Except(here).ToArray();
        var flow = new PartitionFlow(3, Law(), partitions: 8);
        LogElement[] elements =
        [
            .. here.Concat(elsewhere).SelectMany(p => Frames(0, 2, p)), new PatientFactsElement(Start, elsewhere[0], 50),
            new PatientFactsElement(Start, here[0], 50), .. Frames(2, 1, elsewhere[0]),
        ];

        flow.Process(Batch(0, elements));

        var totals = new FlowTotals();
        flow.AddTo(totals);
        Assert.Equal(here.Length, flow.PatientCount);
        Assert.Equal((2 * here.Length, (2 * elsewhere.Length) + 2), (totals.Accepted, totals.Rejected));
        Assert.Equal(totals.In, totals.Accepted + totals.Rejected);
        Assert.All(flow.Commit.DeadLetters, d => Assert.Equal("wrong_partition", d.Reason));
        Assert.Contains($"of patient {elsewhere[0]}", flow.Commit.DeadLetters[0].Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Process_PartitionsNotSaid_TakesEveryPatient()
    {
        var flow = Flow();

        flow.Process(Batch(0, [.. Enumerable.Range(0, 20).SelectMany(i => Frames(0, 1, $"p{i}"))]));

        Assert.Equal((20, 0), (flow.PatientCount, flow.Commit.DeadLetters.Count));
    }

    private static FlowLaw Law() => new(new RuleBook(new MonitorSettings()), null, null);

    private static PartitionFlow Flow() => new(0, Law());

    // One frame a second; beyond a limit every other minute.
    private static IEnumerable<LogElement> Frames(int from, int count, string patient = "p") => Enumerable.Range(from, count).Select(s =>
        (LogElement)new FrameElement(
            Start + (s * 1000L) + 300, patient, "d", SourceClass.Bedside, 1, (ulong)s + 1, Start + (s * 1000L),
            [new(VitalSign.HeartRate, s / 30 % 2 == 0 ? 80 : 160)]));

    private static LogBatch Batch(long firstOffset, IEnumerable<LogElement> elements)
    {
        var buffer = new ArrayBufferWriter<byte>();
        var writer = new RecordWriter();
        var count = 0;
        foreach (var element in elements)
        {
            writer.Write(element, buffer);
            count++;
        }

        var batch = new LogBatch();
        batch.Reset(firstOffset);
        buffer.WrittenSpan.CopyTo(batch.Add(buffer.WrittenCount, count));
        return batch;
    }
}
