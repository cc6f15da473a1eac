// The gateway of a simulated fleet: hands what devices send to the log, again and again until it hears that it is durable.
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Pipeline;
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.Simulation;

namespace MedAI.Streaming.TestKit.Worlds.Fleet;

/// <summary>Feeds elements in arrival order, some at a time.</summary>
/// <param name="elements">The elements.</param>
/// <param name="log">The log as the gateway sees it.</param>
/// <param name="random">Decides how many at a time, and when a device gives up.</param>
/// <param name="again">What is sent instead of an element that was sent before; null: the same.</param>
internal sealed class FleetGateway(
    IReadOnlyList<LogElement> elements, IEventLog log, SeededRandom random, Func<LogElement, LogElement>? again = null)
{
    private readonly List<SentElement> _sent = [];
    private readonly List<LogElement> _waiting = [];
    private LogAppender _appender = new(log);
    private int _next;

    /// <summary>What was sent, and what was heard of it.</summary>
    public IReadOnlyList<SentElement> Sent => _sent;

    /// <summary>Whether all was sent.</summary>
    public bool IsDone => _next == elements.Count && _waiting.Count == 0;

    /// <summary>The arrival time of what comes next; that of the last where nothing does.</summary>
    public long NextArrival => elements[Math.Min(_next, elements.Count - 1)].ArrivalTime;

    /// <summary>Sends some, or once more what was not acknowledged.</summary>
    public void Send()
    {
        if (_waiting.Count == 0)
        {
            for (var count = random.Between(1, 15); count > 0 && _next < elements.Count; count--)
            {
                _waiting.Add(elements[_next]);
                _appender.AddInput(elements[_next++]);
            }
        }
        else if (random.Chance(0.1))
        {
            // Nobody sends it again: nothing is known of it.
            _appender = new LogAppender(log);
            End(acknowledged: false);
            return;
        }
        else if (again is not null)
        {
            _appender = new LogAppender(log);
            foreach (var element in _waiting)
                _appender.AddInput(again(element));
        }

        try
        {
            _appender.Flush();
            End(acknowledged: true);
        }
        catch (StoreException)
        {
            // It is sent again.
        }
    }

    private void End(bool acknowledged)
    {
        _sent.AddRange(_waiting.OfType<FrameElement>().Select(f => new SentElement(f, acknowledged)));
        _waiting.Clear();
    }
}
