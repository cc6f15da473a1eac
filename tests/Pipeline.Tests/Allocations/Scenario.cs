// A stream in steady state, made batch by batch outside of what is measured.
using MedAI.Streaming.Domain;
using MedAI.Streaming.Domain.Alerts;
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Domain.Vitals;
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.Pipeline.Wire;

namespace MedAI.Streaming.Pipeline.Tests.Allocations;

/// <summary>One scenario of the allocation budget.</summary>
internal abstract class Scenario
{
    /// <summary>Arrival time of the first second, ms.</summary>
    public const long Start = 1_750_000_000_000;

    private const int WarmUpSeconds = 1500;

    // The runtime itself takes some memory on this thread once in a while (when it recompiles a method, which a busy machine puts off):
    // so the least window counts, and each window is long enough for everything that a scenario does.
    private const int WindowSeconds = 600;
    private const int Windows = 5;
    private readonly RecordWriter _writer = new();
    private readonly System.Buffers.ArrayBufferWriter<byte> _buffer = new(1 << 16);
    private readonly LogBatch _batch = new();
    private long _offset;
    private int _count;

    /// <summary>The law it runs under.</summary>
    protected virtual FlowLaw Law => new(new RuleBook(new MonitorSettings()), null, null);

    /// <summary>Adds what arrives in one second.</summary>
    protected abstract void Second(int second);

    /// <summary>Runs it: long enough to warm up that every list has its size, then measured.</summary>
    public Measured Run()
    {
        var flow = new PartitionFlow(0, Law);
        for (var second = 0; second < WarmUpSeconds; second++)
        {
            Step(flow, second);
        }

        var windows = Enumerable.Range(0, Windows).Select(w => Window(flow, WarmUpSeconds + (w * WindowSeconds))).ToArray();
        return new Measured(
            windows.Min(w => w.Frames), windows.Min(w => w.Scores), windows.Sum(w => w.Decided),
            windows.MinBy(w => w.BytesPerFrame)!.Bytes);
    }

    private Measured Window(PartitionFlow flow, int firstSecond)
    {
        var before = Totals(flow);
        long bytes = 0, scores = 0, decided = 0;
        for (var second = firstSecond; second < firstSecond + WindowSeconds; second++)
        {
            bytes += Step(flow, second);
            scores += flow.Series.Points.Count(p => p.Series >= VitalSignCatalogue.Count);
            decided += flow.Commit.Transitions.Count + flow.Commit.DeadLetters.Count;
        }

        return new Measured(Totals(flow).Frames - before.Frames, scores, decided, bytes);
    }

    /// <summary>Adds an element to the second.</summary>
    protected void Add(LogElement element)
    {
        _writer.Write(element, _buffer);
        _count++;
    }

    // As the loop around a flow does: what was collected is handed on and cleared, and the memory is kept.
    private long Step(PartitionFlow flow, int second)
    {
        flow.Series.Points.Clear();
        flow.Commit.Clear();
        _buffer.ResetWrittenCount();
        _count = 0;
        Second(second);
        Add(new ClockElement(Start + (second * 1000L) + 999));
        _batch.Reset(_offset);
        _buffer.WrittenSpan.CopyTo(_batch.Add(_buffer.WrittenCount, _count));
        _offset += _count;
        var before = GC.GetAllocatedBytesForCurrentThread();
        flow.Process(_batch);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static FlowTotals Totals(PartitionFlow flow)
    {
        var totals = new FlowTotals();
        flow.AddTo(totals);
        return totals;
    }
}

/// <summary>What a scenario did in a window.</summary>
/// <param name="Frames">Frames applied.</param>
/// <param name="Scores">Points of scores: proof that ticks ran.</param>
/// <param name="Decided">Transitions and dead letters: 0 in a steady state.</param>
/// <param name="Bytes">Bytes allocated in the flow.</param>
internal sealed record Measured(long Frames, long Scores, long Decided, long Bytes)
{
    /// <summary>Bytes per frame, to four decimals.</summary>
    public double BytesPerFrame => Math.Round((double)Bytes / Frames, 4);
}
