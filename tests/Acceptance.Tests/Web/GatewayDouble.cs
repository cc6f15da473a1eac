// A log's door that keeps what it is given, and can be busy, full or slow.
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Pipeline.Ports;

namespace Acceptance.Tests.Web;

internal sealed class GatewayDouble : ILogGateway
{
    private readonly Lock _lock = new();
    private readonly List<LogElement> _elements = [];

    /// <summary>What is answered in place of keeping; null: kept.</summary>
    public Func<Task<AppendResult>>? Instead { get; set; }

    /// <summary>Called with every append that is kept.</summary>
    public Action<IReadOnlyList<LogElement>>? Appending { get; set; }

    public IReadOnlyList<LogElement> Elements
    {
        get
        {
            lock (_lock)
            {
                return [.. _elements];
            }
        }
    }

    public IEnumerable<FrameElement> Frames => Elements.OfType<FrameElement>();

    public IEnumerable<RefusedElement> Refused => Elements.OfType<RefusedElement>();

    public Task<AppendResult> AppendAsync(IReadOnlyList<LogElement> elements, CancellationToken stop)
    {
        if (Instead is { } instead)
            return instead();

        Appending?.Invoke(elements);
        lock (_lock)
        {
            _elements.AddRange(elements);
        }

        return Task.FromResult(AppendResult.Durable);
    }
}
