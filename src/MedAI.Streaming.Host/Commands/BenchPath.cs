// The two ways the benchmark takes: one flow in memory, and the whole edge path with its files.
using MedAI.Streaming.Host.Composition;
using MedAI.Streaming.Pipeline;
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.Pipeline.Wire;

namespace MedAI.Streaming.Host.Commands;

/// <summary>What was measured.</summary>
internal readonly record struct BenchResult(long Frames, TimeSpan Wall, TimeSpan Processor, long Bytes)
{
    public double FramesPerSecond => Frames / Wall.TotalSeconds;

    public double MicrosecondsPerFrame => Processor.TotalMicroseconds / Frames;

    public double BytesPerFrame => (double)Bytes / Frames;
}

/// <summary>Runs the load.</summary>
internal static class BenchPath
{
    /// <summary>One flow over records that are made, a second at a time, outside of what is measured.</summary>
    /// <remarks>The first tenth of the load brings the patients into being and is not measured.</remarks>
    public static BenchResult InMemory(BenchLoad load, FlowLaw law, int batchRecords, TimeProvider time, CancellationToken interrupted)
    {
        var flow = new PartitionFlow(0, law);
        var records = new AppendBatch(1);
        var writer = new RecordWriter();
        var batch = new LogBatch();
        var result = default(BenchResult);
        var warm = Math.Min(load.Seconds - 1, Math.Max(2, load.Seconds / 10));
        for (var second = 0; second < load.Seconds; second++)
        {
            interrupted.ThrowIfCancellationRequested();
            records.Clear();
            foreach (var element in load.Second(second))
            {
                writer.Write(element, records.Writer(0));
                records.Added(0);
            }

            var (began, processor, bytes) = (time.GetTimestamp(), Environment.CpuUsage.TotalTime, GC.GetAllocatedBytesForCurrentThread());
            Process(flow, records.Records(0).Span, batch, batchRecords);
            if (second >= warm)
            {
                result = new BenchResult(
                    result.Frames + load.Patients, result.Wall + time.GetElapsedTime(began),
                    result.Processor + (Environment.CpuUsage.TotalTime - processor),
                    result.Bytes + (GC.GetAllocatedBytesForCurrentThread() - bytes));
            }
        }

        return result;
    }

    /// <summary>Everything from the element to the files, in a temporary store.</summary>
    public static async Task<BenchResult> ThroughStoreAsync(
        BenchLoad load, ServedLaw law, HostSettings settings, int partitions, TimeProvider time, CancellationToken interrupted)
    {
        using var folder = KeptFolder.Passing();
        using var run = EdgeRun.Open(new EdgeRunPlan(folder.Path, "bench", partitions, Resume: false), settings, law, time, feed: null);
        var (began, processor, bytes) = (time.GetTimestamp(), Environment.CpuUsage.TotalTime, GC.GetTotalAllocatedBytes());
        await run.RunAsync(load.Elements(), speed: 0, interrupted);
        interrupted.ThrowIfCancellationRequested();
        return new BenchResult(
            load.Frames, time.GetElapsedTime(began), Environment.CpuUsage.TotalTime - processor, GC.GetTotalAllocatedBytes() - bytes);
    }

    private static void Process(PartitionFlow flow, ReadOnlySpan<byte> records, LogBatch batch, int batchRecords)
    {
        while (records.Length > 0)
        {
            var (length, count) = (0, 0);
            while (count < batchRecords && length < records.Length)
            {
                length += RecordFraming.RecordLength(records[length..]);
                count++;
            }

            batch.Reset(flow.NextOffset);
            records[..length].CopyTo(batch.Add(length, count));
            records = records[length..];
            flow.Process(batch);
            flow.Commit.Clear();
            flow.Series.Points.Clear();
        }
    }
}
