// What was decided by all workers, as one process reads it: the topics followed into a store that can be asked.
using System.Collections.Concurrent;
using System.Text;
using Confluent.Kafka;
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.Pipeline.Wire;

namespace MedAI.Streaming.Adapters.Kafka;

/// <summary>
/// Follows <c>alerts.v1</c>, <c>deadletters.v1</c> and <c>pages.v1</c> into a local store and answers from it. Of messages that come more
/// than once the local store keeps the first. How far the topics were followed is kept in the same transactions, so a view that starts
/// again goes on; one that is lost is made anew from the topics. Which pages were sent is read from the beginning at each start, before
/// any page, so that a view that is made anew does not owe them again.
/// </summary>
/// <remarks>The local store is this view's alone. Its partition numbers stand for partitions of topics and not for those of the log.</remarks>
public sealed class KafkaAlertView : IAlertHistory, IDisposable
{
    private const int BatchRecords = 2000;

    // The local store numbers the partitions of the two topics one after the other.
    private const int DeadLettersFrom = 1 << 16;
    private static readonly TimeSpan Slice = TimeSpan.FromMilliseconds(100);
    private readonly KafkaOptions _options;
    private readonly KafkaTrouble _trouble;
    private readonly IStateStore _store;
    private readonly IAlertHistory _history;
    private readonly IConsumer<byte[], byte[]> _consumer;
    private readonly DurableProducer _producer;
    private readonly int _pagesPartitions;

    // Guards what is below: a follower and somebody who wants to be up to date take turns.
    private readonly Lock _turn = new();
    private readonly Dictionary<int, CommitBatch> _batches = [];
    private readonly Dictionary<TopicPartition, long> _next = [];

    // Pages that were sent, by anybody, as far as pages.v1 was read; any thread.
    private readonly ConcurrentDictionary<string, bool> _sent = [];

    private KafkaAlertView(KafkaOptions options, IStateStore store, IAlertHistory history)
    {
        (_options, _store, _history) = (options, store, history);
        _trouble = new KafkaTrouble(options);
        _consumer = KafkaClients.Consumer(options, "view", _trouble);
        try
        {
            var counts = KafkaTopics.CountPartitions(
                options, _consumer.Handle, _trouble, options.Pages, options.Alerts, options.DeadLetters);
            _pagesPartitions = counts[0];
            foreach (var ((topic, from), count) in Topics().Zip(counts[1..]))
            {
                for (var p = 0; p < count; p++)
                    _next[new(topic, p)] = store.Load(from + p, static (_, _) => { });
            }

            ReadSent();
            _consumer.Assign(_next.Select(n => new TopicPartitionOffset(n.Key, n.Value == 0 ? Offset.Beginning : n.Value)));
            _producer = new DurableProducer(options, "pages", _trouble);
        }
        catch
        {
            _consumer.Dispose();
            throw;
        }
    }

    /// <summary>Opens a view.</summary>
    /// <param name="options">Settings.</param>
    /// <param name="store">The local store; the view does not dispose it.</param>
    /// <param name="history">The same store's history.</param>
    /// <exception cref="StoreException">The settings are wrong, no broker answers, or topics are missing.</exception>
    public static KafkaAlertView Open(KafkaOptions options, IStateStore store, IAlertHistory history)
    {
        options.CheckOwn();
        return new KafkaAlertView(options, store, history);
    }

    /// <summary>Called when transitions became readable; by the thread that follows.</summary>
    public Action? Changed { get; set; }

    /// <summary>Follows the topics until it is stopped.</summary>
    /// <exception cref="StoreException">The local store cannot be written, or the topics cannot be read.</exception>
    public void Follow(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            lock (_turn) Step(Slice);
        }
    }

    /// <summary>Reads to the ends that the topics have now.</summary>
    /// <exception cref="StoreException">They could not be read to their ends.</exception>
    public void CatchUp()
    {
        lock (_turn)
        {
            var ends = _next.Keys.ToDictionary(p => p, End);
            for (var waited = TimeSpan.Zero; ends.Any(e => _next[e.Key] < e.Value);)
            {
                waited = Step(Slice) ? TimeSpan.Zero : waited + Slice;
                if (waited >= _options.RequestTimeout)
                    throw KafkaFailure.Describe(_options, new Error(ErrorCode.Local_TimedOut), "read the alerts", _trouble);
            }
        }
    }

    /// <inheritdoc/>
    public IEnumerable<TransitionRecord> Transitions(string? patient = null) => _history.Transitions(patient);

    /// <inheritdoc/>
    public IReadOnlyList<(string Cursor, TransitionRecord Transition)> After(string cursor, int limit) => _history.After(cursor, limit);

    /// <inheritdoc/>
    public string EndCursor() => _history.EndCursor();

    /// <inheritdoc/>
    /// <remarks>Only once the view has caught up are they all that is owed.</remarks>
    public IReadOnlyList<PageRecord> UnsentPages(int limit) =>
        [.. _history.UnsentPages(limit).Where(p => !_sent.ContainsKey(p.Transition.Id))];

    /// <inheritdoc/>
    /// <remarks>Durable in <c>pages.v1</c> when it returns, so that no other process sends it again.</remarks>
    public void MarkSent(string transitionId)
    {
        var key = Encoding.UTF8.GetBytes(transitionId);
        var partition = Pipeline.Wire.Partitioner.PartitionOf(key, _pagesPartitions);
        var delivery = _producer.Begin($"mark a page sent in {_options.Pages}");
        delivery.Add(new TopicPartition(_options.Pages, partition), key, [], null, 0);
        delivery.Wait();
        _sent[transitionId] = true;
        _history.MarkSent(transitionId);
    }

    /// <inheritdoc/>
    public IEnumerable<DeadLetter> DeadLetters((int Partition, long Offset, int Index)? after = null) => _history.DeadLetters(after);

    /// <inheritdoc/>
    public void Dispose()
    {
        _consumer.Close();
        _consumer.Dispose();
        _producer.Dispose();
    }

    private IEnumerable<(string Topic, int From)> Topics() =>
        [(_options.Alerts, 0), (_options.DeadLetters, DeadLettersFrom)];

    private long End(TopicPartition partition)
    {
        // What retention removed is not waited for.
        var (low, high) = PartitionBounds.Ask(_options, _consumer, partition, _trouble);
        _next[partition] = Math.Max(_next[partition], low);
        return high;
    }

    // Takes what has come in, at most a batch of it; whether anything has.
    private bool Step(TimeSpan wait)
    {
        var count = 0;
        try
        {
            for (var result = _consumer.Consume(wait); result is not null; result = _consumer.Consume(TimeSpan.Zero))
            {
                _next[result.TopicPartition] = result.Offset.Value + (result.IsPartitionEOF ? 0 : 1);
                if (!result.IsPartitionEOF) Take(result);
                if (++count >= BatchRecords) break;
            }
        }
        catch (ConsumeException e) when (e.Error.Code == ErrorCode.Local_AutoOffsetReset)
        {
            var lost = e.ConsumerRecord.TopicPartition;
            _options.Report?.Invoke($"what {lost.Topic} held before its beginning was removed before it was read. Going on from its beginning.");
            _consumer.IncrementalUnassign([lost]);
            _consumer.IncrementalAssign([new TopicPartitionOffset(lost, Offset.Beginning)]);
        }
        catch (ConsumeException e)
        {
            throw KafkaFailure.Describe(_options, e.Error, "read the alerts", _trouble, e);
        }

        var changed = false;
        foreach (var batch in _batches.Values.Where(b => !b.IsEmpty))
        {
            changed |= batch.Transitions.Count > 0;
            _store.Commit(batch);
            foreach (var (id, _) in batch.Pages.Where(p => _sent.ContainsKey(p.TransitionId)))
                _history.MarkSent(id);
            batch.Clear();
        }

        if (changed) Changed?.Invoke();
        return count > 0;
    }

    private void Take(ConsumeResult<byte[], byte[]> result)
    {
        if (result.Topic == _options.Pages)
        {
            var id = Encoding.UTF8.GetString(result.Message.Key ?? []);
            _sent[id] = true;
            _history.MarkSent(id);
            return;
        }

        var batch = BatchOf(result.TopicPartition);
        batch.Offset = result.Offset.Value + 1;
        if (result.Topic == _options.Alerts && AlertReader.Transition(result.Message.Value) is { } message)
        {
            if (message.Transition is { } transition) batch.Transitions.Add(transition);
            if (message.PageDelayMs is { } delay && (message.Transition is not null || IsKept(message.Id, batch)))
                batch.Pages.Add((message.Id.ToString(), delay));
        }
        else if (result.Topic == _options.DeadLetters && AlertReader.DeadLetter(result.Message.Value) is { } letter)
        {
            batch.DeadLetters.Add(letter);
        }
        else
        {
            _options.Report?.Invoke($"a record of {result.Topic} at {result.TopicPartitionOffset} cannot be read and was passed over.");
        }
    }

    // A page whose transition was removed by retention has nothing left to say.
    private bool IsKept(TransitionId id, CommitBatch batch) =>
        batch.Transitions.Exists(t => t.Id == id.ToString()) || _history.Transitions(id.Patient).Any(t => t.Id == id.ToString());

    private void ReadSent()
    {
        using var scan = new TopicScan(_options, "pages", _trouble);
        for (var p = 0; p < _pagesPartitions; p++)
        {
            var partition = new TopicPartition(_options.Pages, p);
            _next[partition] = scan.Read(partition, 0, record => _sent[Encoding.UTF8.GetString(record.Message.Key ?? [])] = true);
        }
    }

    private CommitBatch BatchOf(TopicPartition partition)
    {
        var number = Topics().Single(t => t.Topic == partition.Topic).From + partition.Partition.Value;
        if (!_batches.TryGetValue(number, out var batch)) _batches[number] = batch = new CommitBatch(number);
        return batch;
    }
}
