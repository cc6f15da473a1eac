// A worker's membership in the group, on a thread of its own.
using System.Collections.Concurrent;
using MedAI.Streaming.Adapters.Kafka;
using MedAI.Streaming.TestKit.Waiting;

namespace MedAI.Streaming.Adapters.Tests.Kafka;

/// <summary>A member with an owner that only writes down what it is told.</summary>
internal sealed class Member : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly KafkaEventLog _log;

    public Member(KafkaOptions options, Action<RecordingOwner>? prepare = null, TimeProvider? time = null)
    {
        options = options with { Report = Reports.Enqueue };
        _log = KafkaEventLog.Open(options);
        State = KafkaStateStore.Open(options);
        Group = new KafkaPartitionGroup(options, _log, State, time ?? TimeProvider.System);
        prepare?.Invoke(Owner);
        Work = Task.Factory.StartNew(
            () => Group.Run(Owner, _stop.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    public RecordingOwner Owner { get; } = new();

    public ConcurrentQueue<string> Reports { get; } = [];

    public KafkaStateStore State { get; }

    public KafkaPartitionGroup Group { get; }

    public Task Work { get; }

    /// <summary>Waits until it owns so many partitions.</summary>
    public Task Owns(int count) => Eventually.Async(
        () => Work.IsFaulted ? throw Work.Exception.InnerException! : Owner.Owned.Length == count, TimeSpan.FromSeconds(60),
        $"a worker to own {count} partitions");

    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await Work;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Work.ContinueWith(static _ => { }, TaskScheduler.Default);
        State.Dispose();
        _log.Dispose();
        _stop.Dispose();
    }
}
