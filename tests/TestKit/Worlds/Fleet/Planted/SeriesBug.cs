// Bugs of the series: points and transitions that do not come, come elsewhere, or come twice.
using MedAI.Streaming.Pipeline.Ports;

namespace MedAI.Streaming.TestKit.Worlds.Fleet.Planted;

/// <summary>A bug around a worker's series store.</summary>
internal abstract class SeriesBug(Harm harm) : PlantedBug(harm)
{
    internal override ISeriesStore Around(ISeriesStore series, BugPlace place) => new Store(series, this, place);

    /// <summary>Writes a batch; false: it is not written at all.</summary>
    protected virtual bool Changes(SeriesBatch batch, BugPlace place) => true;

    /// <summary>What is said to be written.</summary>
    protected virtual long Applied(int partition, long offset, BugPlace place) => offset;

    private sealed class Store(ISeriesStore inner, SeriesBug bug, BugPlace place) : ISeriesStore
    {
        public long AppliedOffset(int partition) => bug.Applied(partition, inner.AppliedOffset(partition), place);

        public void Write(int partition, long throughOffset, SeriesBatch batch)
        {
            if (bug.Changes(batch, place)) inner.Write(partition, throughOffset, batch);
        }

        public IEnumerable<(string Series, SeriesPoint Point)> Read(
            string patient, string? series = null, long from = long.MinValue, long until = long.MaxValue) =>
            inner.Read(patient, series, from, until);

        public void Dispose() => inner.Dispose();
    }

    internal sealed class DroppedWhileAway() : SeriesBug(Harm.Series)
    {
        protected override bool Changes(SeriesBatch batch, BugPlace place)
        {
            if (!place.Series.Away) return true;
            TookEffect();
            return false;
        }
    }

    internal sealed class Shifted() : SeriesBug(Harm.Series)
    {
        private int _writes;

        protected override bool Changes(SeriesBatch batch, BugPlace place)
        {
            if (batch.Points.Count == 0 || ++_writes % 5 != 0) return true;
            TookEffect();
            for (var i = 0; i < batch.Points.Count; i++)
                batch.Points[i] = batch.Points[i] with { EventTime = batch.Points[i].EventTime + 500 };
            return true;
        }
    }

    internal sealed class TakenAsWritten() : SeriesBug(Harm.Series)
    {
        protected override long Applied(int partition, long offset, BugPlace place)
        {
            var end = place.Log.Records.NextOffset(partition);
            if (end > offset) TookEffect();
            return end;
        }
    }

    internal sealed class SpillInMemory() : SeriesBug(Harm.Series)
    {
        internal override SeriesSpill DiskOf(SeriesSpill disk)
        {
            if (disk.Waiting.Count > 0) TookEffect();
            disk.Waiting.Clear();
            return disk;
        }
    }

    internal sealed class MarkedTwice() : SeriesBug(Harm.Doubled)
    {
        protected override bool Changes(SeriesBatch batch, BugPlace place)
        {
            foreach (var transition in batch.Transitions.ToList())
            {
                TookEffect();
                batch.Transitions.Add(transition with { EventTime = transition.EventTime + 1 });
            }

            return true;
        }
    }
}
