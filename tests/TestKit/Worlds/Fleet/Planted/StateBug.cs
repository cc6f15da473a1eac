// Bugs of the state store: checkpoints that do not hold what they say, and takeovers that begin in the wrong place.
using System.Buffers;
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.Pipeline.State;

namespace MedAI.Streaming.TestKit.Worlds.Fleet.Planted;

/// <summary>A bug that lies around a worker's state store.</summary>
internal abstract class StateBug(Harm harm) : PlantedBug(harm)
{
    internal override IStateStore Around(IStateStore state, BugPlace place) => new Store(state, this, place);

    /// <summary>Commits a batch; the bug may change what is committed, in whatever parts.</summary>
    protected virtual void Commit(CommitBatch batch, BugPlace place, Action<CommitBatch> commit) => commit(batch);

    /// <summary>Where whoever took a partition begins.</summary>
    protected virtual long Begin(int partition, long offset, BugPlace place) => offset;

    /// <summary>A patient's blob as whoever took a partition gets it.</summary>
    protected virtual ReadOnlyMemory<byte> Blob(string patient, ReadOnlyMemory<byte> blob) => blob;

    /// <summary>A batch with the same content.</summary>
    protected static CommitBatch Copy(CommitBatch batch)
    {
        var copy = new CommitBatch(batch.Partition) { Offset = batch.Offset };
        copy.Transitions.AddRange(batch.Transitions);
        copy.Pages.AddRange(batch.Pages);
        copy.DeadLetters.AddRange(batch.DeadLetters);
        copy.Patients.AddRange(batch.Patients);
        return copy;
    }

    private sealed class Store(IStateStore inner, StateBug bug, BugPlace place) : IStateStore
    {
        public long Load(int partition, PatientBlobReader eachPatient) => bug.Begin(
            partition, inner.Load(partition, (patient, blob) => eachPatient(patient, bug.Blob(patient, blob.ToArray()).Span)), place);

        public string? GetFact(int partition, string name) => inner.GetFact(partition, name);

        public void SetFact(int partition, string name, string value) => inner.SetFact(partition, name, value);

        public int Commit(CommitBatch batch)
        {
            bug.Commit(batch, place, part =>
            {
                inner.Commit(part);
                if (!ReferenceEquals(part, batch)) batch.Conflicts.AddRange(part.Conflicts);
            });
            return 0;
        }

        public void Dispose() => inner.Dispose();
    }

    internal sealed class WithoutBlobs() : StateBug(Harm.Lost)
    {
        protected override void Commit(CommitBatch batch, BugPlace place, Action<CommitBatch> commit)
        {
            var part = Copy(batch);
            if (part.Patients.Count > 0) TookEffect();
            part.Patients.Clear();
            commit(part);
        }
    }

    internal sealed class OnePatientLeftOut() : StateBug(Harm.Lost)
    {
        protected override void Commit(CommitBatch batch, BugPlace place, Action<CommitBatch> commit)
        {
            var part = Copy(batch);
            if (part.Patients.Count > 0)
            {
                TookEffect();
                part.Patients.RemoveAt(part.Patients.Count - 1);
            }

            commit(part);
        }
    }

    internal sealed class OffsetTooFar() : StateBug(Harm.Lost)
    {
        private readonly Dictionary<(string, int), long> _read = [];

        internal override IEventLog AroundReading(IEventLog log, BugPlace place) =>
            new ReadLog(log, (partition, batch) => _read[(place.Process, partition)] = batch.FirstOffset + batch.Count);

        protected override void Commit(CommitBatch batch, BugPlace place, Action<CommitBatch> commit)
        {
            var part = Copy(batch);
            if (part.Offset >= 0 && _read.TryGetValue((place.Process, batch.Partition), out var read) && read > part.Offset)
            {
                TookEffect();
                part.Offset = read;
            }

            commit(part);
        }
    }

    internal sealed class OutputsLast() : StateBug(Harm.Lost)
    {
        private readonly Dictionary<(string, int), CommitBatch> _held = [];

        protected override void Commit(CommitBatch batch, BugPlace place, Action<CommitBatch> commit)
        {
            if (!_held.TryGetValue((place.Process, batch.Partition), out var held))
                _held.Add((place.Process, batch.Partition), held = new CommitBatch(batch.Partition));
            held.Transitions.AddRange(batch.Transitions);
            held.Pages.AddRange(batch.Pages);
            held.DeadLetters.AddRange(batch.DeadLetters);
            if (batch.Offset < 0) return;
            var checkpoint = Copy(batch);
            checkpoint.Transitions.Clear();
            checkpoint.Pages.Clear();
            checkpoint.DeadLetters.Clear();
            commit(checkpoint);
            if (held.IsEmpty) return;
            TookEffect();
            commit(held);
            held.Clear();
        }
    }

    internal sealed class BeginsAtTheEnd() : StateBug(Harm.Lost)
    {
        protected override long Begin(int partition, long offset, BugPlace place)
        {
            var end = place.Log.Records.NextOffset(partition);
            if (end > offset) TookEffect();
            return end;
        }
    }

    internal sealed class BeginsOneLater() : StateBug(Harm.Lost)
    {
        protected override long Begin(int partition, long offset, BugPlace place)
        {
            if (offset == 0 || offset >= place.Log.Records.NextOffset(partition)) return offset;
            TookEffect();
            return offset + 1;
        }
    }

    internal sealed class AppliedTwice() : StateBug(Harm.Invented)
    {
        private const int Again = 25;

        protected override long Begin(int partition, long offset, BugPlace place)
        {
            if (offset > 0) TookEffect();
            return Math.Max(0, offset - Again);
        }

        protected override ReadOnlyMemory<byte> Blob(string patient, ReadOnlyMemory<byte> blob)
        {
            if (patient.Length == 0) return blob;
            var law = TestLaw.Create();
            var state = new FlowState(law);
            var codec = new StateCodec(state);
            var number = codec.Read(patient, blob.Span);
            ref var p = ref state.Patient(number);
            p.LastOffset = -1;
            for (var device = 0; device < p.DeviceCount; device++)
                state.Device(ref p, device).Begin();
            var into = new ArrayBufferWriter<byte>();
            codec.Write(number, into);
            return into.WrittenMemory;
        }
    }

    internal sealed class PageLost() : StateBug(Harm.Lost)
    {
        protected override void Commit(CommitBatch batch, BugPlace place, Action<CommitBatch> commit)
        {
            var part = Copy(batch);
            if (part.Pages.Count > 0)
            {
                TookEffect();
                part.Pages.RemoveAt(0);
            }

            commit(part);
        }
    }

    internal sealed class DeadLetterLost() : StateBug(Harm.Lost)
    {
        protected override void Commit(CommitBatch batch, BugPlace place, Action<CommitBatch> commit)
        {
            var part = Copy(batch);
            if (part.DeadLetters.Count > 0)
            {
                TookEffect();
                part.DeadLetters.RemoveAt(0);
            }

            commit(part);
        }
    }

    // A memory of ids in front of the store that is never told that a write failed.
    internal sealed class TransitionsOnceOnly() : StateBug(Harm.Lost)
    {
        private readonly HashSet<string> _tried = [];

        protected override void Commit(CommitBatch batch, BugPlace place, Action<CommitBatch> commit)
        {
            var part = Copy(batch);
            if (part.Transitions.RemoveAll(t => !_tried.Add(t.Id)) > 0) TookEffect();
            commit(part);
        }
    }
}
