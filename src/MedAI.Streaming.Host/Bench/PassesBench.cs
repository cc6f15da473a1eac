// Measures the passes alone: one flow on one thread over batches made beforehand, nothing stored.
using MedAI.Streaming.Pipeline;

namespace MedAI.Streaming.Host.Bench;

/// <summary>Decode, order, window, limits and scores, without log and stores.</summary>
internal static class PassesBench
{
    /// <summary>Runs a warm-up round and then the rounds that count.</summary>
    public static BenchResult Run(string path, FlowLaw law, BenchPlan plan, TimeProvider time, CancellationToken stop)
    {
        var load = new BenchLoad(plan.Patients);
        var before = BenchMeter.MemoryInUse();
        var flow = new PartitionFlow(0, law);
        var memory = 0L;
        var rounds = new List<BenchRound>();
        for (var round = 0; round <= plan.Rounds; round++)
        {
            var meter = new BenchMeter(time);
            var batches = load.Batches(round * plan.Seconds, plan.Seconds, plan.Batch, flow.NextOffset);
            meter.Run(() =>
            {
                foreach (var batch in batches)
                {
                    stop.ThrowIfCancellationRequested();
                    flow.Process(batch);
                    flow.Series.Points.Clear();
                    flow.Commit.Clear();
                }
            });
            batches.Clear();
            if (round == 0)
            {
                memory = BenchMeter.MemoryInUse() - before;
            }
            else
            {
                rounds.Add(meter.Round((long)plan.Seconds * plan.Patients));
            }
        }

        return new BenchResult(path, rounds, memory / plan.Patients);
    }
}
