// One partition's checkpoints: loaded, committed in transactions, and fenced against whoever owned the partition before.
using Confluent.Kafka;
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.Pipeline.Wire;

namespace MedAI.Streaming.Adapters.Kafka;

/// <summary>
/// The owner's end of a partition of <c>state.v1</c>. Its transactional id is the partition's: whoever loads the partition takes the id,
/// and a transaction of the one before is refused from then on.
/// </summary>
internal sealed class PartitionState(KafkaOptions options, int partition, ICheckpointBroker broker) : IDisposable
{
    private readonly TopicPartition _state = new(options.State, partition);
    private readonly TopicPartition _alerts = new(options.Alerts, partition);
    private readonly TopicPartition _vitals = new(options.Vitals, partition);

    // Partitions may be looked at by others than their flow (facts); calls of one partition take turns.
    private readonly Lock _turn = new();
    private ICheckpointWriter? _writer;
    private PartitionMeta? _meta;
    private AlertTail _tail = new();
    private volatile bool _lost;

    /// <summary>Whether somebody else took the partition since it was loaded.</summary>
    public bool Lost => _lost;

    /// <summary>Takes the partition and loads its newest checkpoint.</summary>
    public long Load(PatientBlobReader eachPatient)
    {
        lock (_turn)
        {
            LoadAnew(eachPatient);
            return _meta!.Offset;
        }
    }

    /// <summary>A fact, or null.</summary>
    public string? GetFact(string name)
    {
        lock (_turn) return Loaded().Facts.GetValueOrDefault(name);
    }

    /// <summary>Sets a fact in a transaction of its own.</summary>
    public void SetFact(string name, string value)
    {
        lock (_turn)
        {
            var meta = Loaded();
            Transact(meta with { Facts = new Dictionary<string, string>(meta.Facts) { [name] = value } }, [], moveGroup: false);
        }
    }

    /// <summary>Makes what was decided durable, then blobs and offset in one transaction.</summary>
    public int Commit(CommitBatch batch, IReadOnlyDictionary<string, long> pages, TopicPartition deadLetters)
    {
        lock (_turn)
        {
            batch.Conflicts.Clear();
            if (batch.IsEmpty) return 0;
            var meta = Loaded();
            CheckSizes(batch);
            var known = WriteOutputs(batch, pages, deadLetters);
            if (batch.Patients.Count == 0 && batch.Offset < 0) return known;
            var next = meta with { Offset = batch.Offset >= 0 ? batch.Offset : meta.Offset, AlertsFrom = _tail.From };
            Transact(next, batch.Patients, moveGroup: batch.Offset >= 0);
            _tail.Settle(batch.Patients.Select(p => p.Patient));
            return known;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _writer?.Dispose();

    private PartitionMeta Loaded()
    {
        if (_lost) throw Fenced(null);
        if (_meta is null) LoadAnew((_, _) => { });
        return _meta!;
    }

    private void LoadAnew(PatientBlobReader eachPatient)
    {
        using var scan = broker.OpenScan();
        TakeId(scan);
        var meta = PartitionMeta.New;
        var blobs = new Dictionary<string, byte[]>();
        scan.Read(_state, 0, record => meta = Keep(record, blobs, meta));
        if (scan.Bounds(_vitals).High < meta.Offset)
        {
            throw KafkaOptions.Wrong(
                $"partition {partition} was decided up to offset {meta.Offset}, and {options.Vitals} ends before it: the topic was made anew. "
                + $"Give {options.State} and {options.Alerts} new names, too (kafka.topicPrefix), or bring the old topic back.");
        }

        var covered = new Dictionary<string, long>();
        foreach (var (patient, value) in blobs)
        {
            eachPatient(patient, Unpack(patient, value, out var alertsEnd).Span);
            covered[patient] = alertsEnd;
        }

        var tail = new AlertTail();
        tail.End = scan.Read(_alerts, meta.AlertsFrom, record =>
        {
            if (AlertReader.Transition(record.Value) is { } message)
                tail.Add(message, record.Offset, record.Offset < covered.GetValueOrDefault(message.Id.Patient));
        });
        (_meta, _tail, _lost) = (meta, tail, false);
    }

    // Also where this process has the id by all that it knows: others may have had the partition since, and then its own is an old one.
    private void TakeId(ICheckpointScan scan)
    {
        _meta = null;
        _writer?.Dispose();
        _writer = null;
        _writer = scan.TakeId(partition);
    }

    private PartitionMeta Keep(BrokerRecord record, Dictionary<string, byte[]> blobs, PartitionMeta meta)
    {
        var (key, value) = (record.Key ?? [], record.Value);
        if (StateRecord.IsMeta(key))
        {
            try
            {
                return PartitionMeta.Read(value ?? []);
            }
            catch (InvalidDataException e)
            {
                throw Unreadable("what is kept of the partition", e);
            }
        }

        // No value: the patient is no longer kept.
        if (value is null) blobs.Remove(StateRecord.PatientOf(key));
        else blobs[StateRecord.PatientOf(key)] = value;
        return meta;
    }

    private ReadOnlyMemory<byte> Unpack(string patient, byte[] value, out long alertsEnd)
    {
        try
        {
            return StateRecord.Read(value, out alertsEnd);
        }
        catch (InvalidDataException e)
        {
            throw Unreadable($"the state of patient {patient}", e);
        }
    }

    private StoreException Unreadable(string what, InvalidDataException e) => new(
        StoreFailure.Corrupt,
        $"{options.State} holds {what} of partition {partition} in a form that cannot be read. {e.Message} Go on with the version of the "
        + "program that wrote it, or decide the log anew under another kafka.topicPrefix.",
        e);

    private void CheckSizes(CommitBatch batch)
    {
        foreach (var (patient, blob) in batch.Patients)
        {
            // Only what is large is packed twice, here and when it is sent.
            if (blob.Length < options.MaxRecordBytes / 2) continue;
            var size = StateRecord.Write(blob.Span, 0).Length + StateRecord.KeyOf(patient).Length;
            if (size > options.MaxRecordBytes - 1024)
            {
                throw KafkaOptions.Wrong(
                    $"the state of patient {patient} has {size} bytes, packed, and kafka.maxRecordBytes is {options.MaxRecordBytes}. "
                    + $"Raise it, and max.message.bytes of {options.State}.");
            }
        }
    }

    private int WriteOutputs(CommitBatch batch, IReadOnlyDictionary<string, long> pages, TopicPartition deadLetters)
    {
        var delivery = new OutputWriter(broker.Begin($"write to {options.Alerts}"), _alerts, deadLetters);
        var known = 0;
        var written = new Dictionary<string, AlertMessage>();
        foreach (var transition in batch.Transitions)
        {
            var id = transition.Id;
            var kept = written.GetValueOrDefault(id)?.Transition ?? _tail.Find(id);
            if (kept == transition) known++;
            else if (kept is not null) batch.Conflicts.Add(transition);
            else written[id] = delivery.Add(transition, pages.TryGetValue(id, out var delay) ? delay : null);
        }

        foreach (var (id, delay) in pages)
        {
            // With its transition; or that came before, with a page or without.
            if (written.ContainsKey(id) || _tail.HasPage(id) || !TransitionId.TryParse(id, out var parts)) continue;
            written[id] = delivery.AddPage(parts, _tail.Find(id), delay);
        }

        foreach (var letter in batch.DeadLetters)
            delivery.Add(letter);
        if (delivery.Count == 0) return known;
        var before = _tail.End;
        _tail.End = delivery.Wait().TryGetValue(_alerts, out var end) ? end : delivery.Alerts == 0 ? before : AskAlertsEnd();
        foreach (var message in written.Values)
            _tail.Add(message, before, settled: false);
        return known;
    }

    // A broker that had to be asked twice does not say where the records lie.
    private long AskAlertsEnd()
    {
        using var scan = broker.OpenScan();
        return scan.Bounds(_alerts).High;
    }

    private void Transact(PartitionMeta next, IReadOnlyList<(string Patient, ReadOnlyMemory<byte> Blob)> patients, bool moveGroup)
    {
        var records = patients
            .Select(p => (StateRecord.KeyOf(p.Patient), StateRecord.Write(p.Blob.Span, _tail.End)))
            .Append((StateRecord.MetaKey, next.Write()));
        var result = _writer!.Transact(records, moveGroup ? next.Offset : -1);
        switch (result.Outcome)
        {
            case CheckpointOutcome.Committed:
                _meta = next;
                return;
            case CheckpointOutcome.Fenced:
                _lost = true;
                throw Fenced(result.Failure);
            case CheckpointOutcome.Aborted:
                throw result.Failure!;
            default:
                // What became of the transaction is known when the partition is loaded anew.
                _meta = null;
                throw result.Failure!;
        }
    }

    private OwnershipLostException Fenced(Exception? inner) => new(
        $"another worker of group {options.Group} took partition {partition}: nothing of this worker's last checkpoint took effect", inner);
}
