// A log whose broker is away: whoever asks it waits until the test is over.
using MedAI.Streaming.Pipeline;
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.TestKit.InMemory;
using MedAI.Streaming.TestKit.Worlds;

namespace Acceptance.Tests.Web.Reading;

internal sealed class SilentLog : IEventLog
{
    private readonly ManualResetEventSlim _over = new();

    /// <summary>What is known of ends without asking.</summary>
    public long? Known { get; set; }

    public int Partitions => 3;

    /// <summary>Flows over it that own one partition and have applied nothing.</summary>
    public FlowSupervisor Flows()
    {
        var flows = new FlowSupervisor(
            new FlowStores(this, new InMemoryStateStore(), new InMemorySeriesStore()), TestLaw.Create(), new LogAppender(this), new FlowOptions(),
            TimeProvider.System);
        flows.Take([1]);
        return flows;
    }

    public long NextOffset(int partition)
    {
        _over.Wait();
        throw new StoreException(StoreFailure.Unavailable, "nobody answered");
    }

    public long? KnownEnd(int partition) => Known;

    public void Append(AppendBatch batch) => throw new NotSupportedException();

    public bool Read(int partition, long fromOffset, int maxRecords, LogBatch into) => false;

    public void Dispose() => _over.Set();
}
