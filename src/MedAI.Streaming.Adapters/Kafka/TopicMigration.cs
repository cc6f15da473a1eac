// Copies the log into new topics with another number of partitions.
using System.Text;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Domain.Vitals;
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.Pipeline.Wire;

namespace MedAI.Streaming.Adapters.Kafka;

/// <summary>What a migration copied.</summary>
/// <param name="Records">Records of the log, without clock records.</param>
/// <param name="Clocks">Clock records written; each old one counts for every new partition, at most one a second.</param>
/// <param name="Misplaced">Records that lay in another partition than their patient's: they are refused in the new log as in the old one.</param>
/// <param name="Marks">Marks of sent pages, and entries of the directory.</param>
public sealed record MigrationResult(long Records, long Clocks, long Misplaced, long Marks);

/// <summary>
/// Changes the number of partitions by copying to topics under another prefix: the log with its arrival times, each patient's records in
/// their order and all in the order of arrival; marks of sent pages, so that nobody is paged again; the gateways' directory. State and
/// decisions are not copied: workers on the new topics decide the log anew, with equal ids. What retention removed from the old log
/// is not in the new one.
/// </summary>
public static class TopicMigration
{
    private const int ReadRecords = 1000;
    private const int AppendRecords = 5000;
    private const long ClockMs = 1000;

    /// <summary>Copies.</summary>
    /// <param name="options">The old topics. Nobody may produce to them meanwhile.</param>
    /// <param name="toPrefix">The prefix of the new topics.</param>
    /// <param name="plan">How they are to be made.</param>
    /// <param name="json">Reads frames that were produced as JSON; in the new log they are protobuf.</param>
    /// <param name="progress">Told how many records were copied so far.</param>
    /// <param name="stop">Ends the copying; the new topics are then incomplete and have to be deleted.</param>
    /// <exception cref="StoreException">
    /// Workers of the group are running, the new log holds records already, the settings are wrong, or no broker answers.
    /// </exception>
    public static async Task<MigrationResult> RunAsync(
        KafkaOptions options, string toPrefix, TopicPlan plan, JsonFrameReader? json, IProgress<long>? progress, CancellationToken stop)
    {
        var target = options with { TopicPrefix = toPrefix };
        if (target.Vitals == options.Vitals)
            throw KafkaOptions.Wrong($"the new topics would have the names of the old ones. Give another prefix than '{options.TopicPrefix}'.");
        options.CheckOwn();
        var trouble = new KafkaTrouble(options);
        using var admin = KafkaClients.Admin(options, trouble);
        await RefuseActiveGroupAsync(options, trouble, admin).ConfigureAwait(false);

        // While it is filled, the new log takes the arrival times that it is given.
        var filling = target with { ArrivalTime = ArrivalStamp.Producer };
        await KafkaTopics.CreateAsync(filling, plan).ConfigureAwait(false);
        using var from = KafkaEventLog.Open(options, json);
        using var to = KafkaEventLog.Open(filling);
        for (var p = 0; p < to.Partitions; p++)
        {
            if (to.NextOffset(p) > 0)
            {
                throw KafkaOptions.Wrong(
                    $"{target.Vitals} holds records already, perhaps of a migration that was stopped. Delete the topics that begin with "
                    + $"'{toPrefix}', or choose another prefix.");
            }
        }

        var marks = CopyKeyed(options, options.Pages, target.Pages, trouble)
            + CopyKeyed(options, options.Directory, target.Directory, trouble);
        var copy = new Copy(from, to, progress);
        copy.Run(stop);
        await SettleAsync(target, plan, trouble, admin).ConfigureAwait(false);
        return new(copy.Records, copy.Clocks, copy.Misplaced, marks);
    }

    private static async Task RefuseActiveGroupAsync(KafkaOptions options, KafkaTrouble trouble, IAdminClient admin)
    {
        try
        {
            var limits = new DescribeConsumerGroupsOptions { RequestTimeout = options.RequestTimeout };
            var groups = await admin.DescribeConsumerGroupsAsync([options.Group], limits).ConfigureAwait(false);
            var group = groups.ConsumerGroupDescriptions[0];
            if (group.Members.Count > 0)
            {
                throw new StoreException(
                    StoreFailure.InUse,
                    $"group {options.Group} has {group.Members.Count} workers. Stop all workers, gateways and devices that use {options.Vitals}, then "
                    + "start again.");
            }
        }
        catch (DescribeConsumerGroupsException e) when (e.Results.ConsumerGroupDescriptions.All(g => g.Error.Code == ErrorCode.GroupIdNotFound))
        {
            // Nobody ever worked on it.
        }
        catch (KafkaException e)
        {
            throw KafkaFailure.Describe(options, e.Error, $"look at group {options.Group}", trouble, e);
        }
    }

    // A compacted topic, each key in the partition of its hash.
    private static long CopyKeyed(KafkaOptions options, string from, string to, KafkaTrouble trouble)
    {
        using var scan = new TopicScan(options, "migrate", trouble);
        using var producer = new DurableProducer(options, "migrate", trouble);
        var counts = scan.CountPartitions(from, to);
        var count = 0L;
        for (var p = 0; p < counts[0]; p++)
        {
            var delivery = producer.Begin($"copy {from} to {to}");
            scan.Read(new TopicPartition(from, p), 0, record =>
            {
                if (record.Message is not { Key: { } key, Value: { } value }) return;
                var partition = Pipeline.Wire.Partitioner.PartitionOf(key, counts[1]);
                delivery.Add(new TopicPartition(to, partition), key, value, null, 1);
                count++;
            });
            delivery.Wait();
        }

        return count;
    }

    // From now on the broker stamps what comes, if that is how the site runs.
    private static async Task SettleAsync(KafkaOptions target, TopicPlan plan, KafkaTrouble trouble, IAdminClient admin)
    {
        var settings = plan.Topics(target).Single(t => t.Topic == target.Vitals).Settings;
        var changes = new Dictionary<ConfigResource, List<ConfigEntry>>
        {
            [new() { Type = ResourceType.Topic, Name = target.Vitals }] =
            [
                .. settings.Select(s => new ConfigEntry { Name = s.Key, Value = s.Value, IncrementalOperation = AlterConfigOpType.Set }),
            ],
        };
        try
        {
            await admin.IncrementalAlterConfigsAsync(changes, new() { RequestTimeout = target.RequestTimeout }).ConfigureAwait(false);
        }
        catch (KafkaException e)
        {
            throw KafkaFailure.Describe(target, e.Error, $"set {target.Vitals} to its final settings", trouble, e);
        }
    }

    /// <summary>Merges the old partitions by arrival time into the new ones.</summary>
    private sealed class Copy(KafkaEventLog from, KafkaEventLog to, IProgress<long>? progress)
    {
        private readonly RecordWriter _writer = new();
        private readonly AppendBatch _batch = new(to.Partitions);
        private readonly long[] _clocks = [.. Enumerable.Repeat(long.MinValue, to.Partitions)];
        private readonly Source[] _sources = [.. Enumerable.Range(0, from.Partitions).Select(p => new Source(from, p))];

        public long Records { get; private set; }

        public long Clocks { get; private set; }

        public long Misplaced { get; private set; }

        public void Run(CancellationToken stop)
        {
            // Records of one partition stay in their order, also where the clock of their broker went back.
            var next = new PriorityQueue<Source, (long Arrival, int Partition)>();
            foreach (var source in _sources)
            {
                if (source.Advance()) next.Enqueue(source, (source.Arrival, source.Partition));
            }

            while (next.TryDequeue(out var source, out _))
            {
                stop.ThrowIfCancellationRequested();
                Put(source);
                if (_batch.Total >= AppendRecords) Flush();
                if (source.Advance()) next.Enqueue(source, (source.Arrival, source.Partition));
            }

            Flush();
        }

        private void Put(Source source)
        {
            RecordHeaders.Take(source.Record, out var kind, out var arrival, out var payload);
            if (kind == RecordKind.Clock)
            {
                PutClock(arrival);
                return;
            }

            Records++;
            var key = RecordKey.Of(kind, payload);
            if (RecordKey.IsOfPartition(kind))
            {
                for (var p = 0; p < to.Partitions; p++)
                    Write(p, source.Record);
            }
            else if (key.IsEmpty)
            {
                Write(source.Partition % to.Partitions, source.Record);
            }
            else
            {
                PutKeyed(source, Encoding.UTF8.GetString(key), arrival, kind);
            }
        }

        // What was refused because it lay in the wrong partition must not be accepted after all.
        private void PutKeyed(Source source, string patient, long arrival, RecordKind kind)
        {
            var partition = Pipeline.Wire.Partitioner.PartitionOf(patient, to.Partitions);
            if (Pipeline.Wire.Partitioner.PartitionOf(patient, from.Partitions) == source.Partition)
            {
                Write(partition, source.Record);
                return;
            }

            Misplaced++;
            _writer.Write(
                new RefusedElement(arrival, 1, RejectReason.WrongPartition, $"partition {source.Partition}@{source.Offset}", $"{kind} of {patient}"),
                _batch.Writer(partition));
            _batch.Added(partition);
        }

        // By now everything that arrived before it is written, so it holds for every new partition.
        private void PutClock(long arrival)
        {
            for (var p = 0; p < to.Partitions; p++)
            {
                if (_clocks[p] != long.MinValue && arrival < _clocks[p] + ClockMs) continue;
                _clocks[p] = arrival;
                _writer.Write(new ClockElement(arrival), _batch.Writer(p));
                _batch.Added(p);
                Clocks++;
            }
        }

        private void Write(int partition, ReadOnlySpan<byte> record)
        {
            record.CopyTo(_batch.Writer(partition).GetSpan(record.Length));
            _batch.Writer(partition).Advance(record.Length);
            _batch.Added(partition);
        }

        private void Flush()
        {
            to.Append(_batch);
            _batch.Clear();
            progress?.Report(Records);
        }
    }

    /// <summary>One old partition, record by record.</summary>
    private sealed class Source(KafkaEventLog log, int partition)
    {
        private readonly LogBatch _batch = new();
        private int _at;
        private int _end;
        private int _index = -1;

        public int Partition => partition;

        /// <summary>The greatest arrival time so far.</summary>
        public long Arrival { get; private set; } = long.MinValue;

        /// <summary>The record's offset.</summary>
        public long Offset => _batch.FirstOffset + _index;

        /// <summary>The record at hand.</summary>
        public ReadOnlySpan<byte> Record => _batch.Records[_at.._end];

        /// <summary>Goes on to the next record; false at the end of the log.</summary>
        public bool Advance()
        {
            _at = _end;
            _index++;
            if (_index >= _batch.Count)
            {
                if (!log.Read(partition, _batch.FirstOffset + _batch.Count, ReadRecords, _batch)) return false;
                (_at, _end, _index) = (0, 0, 0);
            }

            _end = _at + RecordFraming.RecordLength(_batch.Records[_at..]);
            RecordHeaders.Take(Record, out _, out var arrival, out _);
            Arrival = Math.Max(Arrival, arrival);
            return true;
        }
    }
}
