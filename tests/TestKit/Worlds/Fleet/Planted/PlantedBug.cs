// A bug on purpose: a wrapper around what a simulated fleet is made of, so that whoever judges fleets can be judged.
using MedAI.Streaming.Adapters.Kafka;
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Pipeline.Ports;

namespace MedAI.Streaming.TestKit.Worlds.Fleet.Planted;

/// <summary>What a judge has to say of a bug.</summary>
public enum Harm
{
    /// <summary>Something that was acknowledged or decided is missing.</summary>
    Lost,

    /// <summary>One id has two contents.</summary>
    Doubled,

    /// <summary>There is something that nobody sent or expects.</summary>
    Invented,

    /// <summary>The series differ.</summary>
    Series,
}

/// <summary>One bug in one world. Each wraps what it spoils and leaves the rest as it is.</summary>
/// <param name="harm">What it does, at least.</param>
public abstract class PlantedBug(Harm harm)
{
    /// <summary>What it does, at least; it may do more.</summary>
    public Harm Harm { get; } = harm;

    /// <summary>How often it did something else than right.</summary>
    public int Effects { get; private set; }

    /// <summary>What else goes wrong in a world, so that the bug shows.</summary>
    public virtual FaultRates Rates => new(0.04, 0.03, 0.03, 0.05, 0.1, 0.3, 60);

    /// <summary>Every bug, by its name.</summary>
    public static IReadOnlyDictionary<string, Func<PlantedBug>> All { get; } = new SortedDictionary<string, Func<PlantedBug>>(StringComparer.Ordinal)
    {
        ["a checkpoint moves the offset without blobs"] = () => new StateBug.WithoutBlobs(),
        ["a checkpoint leaves one patient out"] = () => new StateBug.OnePatientLeftOut(),
        ["the offset is beyond records that no blob covers"] = () => new StateBug.OffsetTooFar(),
        ["the offset is committed before what was decided"] = () => new StateBug.OutputsLast(),
        ["whoever takes a partition begins at its end"] = () => new StateBug.BeginsAtTheEnd(),
        ["whoever takes a partition passes over a record"] = () => new StateBug.BeginsOneLater(),
        ["records are applied twice, and nobody remembers them"] = () => new StateBug.AppliedTwice(),
        ["a dead letter is lost"] = () => new StateBug.DeadLetterLost(),
        ["a page is lost"] = () => new StateBug.PageLost(),
        ["a transition is lost where it was written once before"] = () => new StateBug.TransitionsOnceOnly(),
        ["what was decided before is not looked at, and comes out otherwise"] = () => new OutputBug.TailIgnored(),
        ["a page comes again with another delay"] = () => new OutputBug.PageAgain(),
        ["a transition comes again with another content"] = () => new OutputBug.ContentAgain(),
        ["an episode opens twice"] = () => new OutputBug.OpenedTwice(),
        ["a transition comes under two ids"] = () => new OutputBug.TwoIds(),
        ["a partition's old owner still writes"] = () => new BrokerBug.NoFence(),
        ["the state topic forgets by age"] = () => new BrokerBug.StateForgotten(),
        ["input is acknowledged before it is durable"] = () => new InputBug.AcknowledgedTooEarly(),
        ["input that is sent again has another time"] = () => new InputBug.SentAgainOtherwise(),
        ["input that is sent again has another number"] = () => new InputBug.SentAgainAsNew(),
        ["clock records are lost"] = () => new InputBug.RecordsLost(RecordsOfClocks),
        ["control records are lost"] = () => new InputBug.RecordsLost(RecordsOfControl),
        ["now and then a frame is lost on its way to the flow"] = () => new InputBug.RecordsLost(SomeFrames),
        ["points are dropped while the series server is away"] = () => new SeriesBug.DroppedWhileAway(),
        ["points are written with a shifted time"] = () => new SeriesBug.Shifted(),
        ["points that a process before did not write are taken as written"] = () => new SeriesBug.TakenAsWritten(),
        ["what waits for the series server dies with the process"] = () => new SeriesBug.SpillInMemory(),
        ["a transition is in the series under two times"] = () => new SeriesBug.MarkedTwice(),
    };

    /// <summary>It did something else than right.</summary>
    protected void TookEffect() => Effects++;

    private static bool RecordsOfClocks(byte kind, long offset) => kind == InputBug.Clock;

    private static bool RecordsOfControl(byte kind, long offset) => kind is not (InputBug.Frame or InputBug.Clock or InputBug.Refused);

    private static bool SomeFrames(byte kind, long offset) => kind == InputBug.Frame && offset % 9 == 4;

    internal virtual bool HearsOfLosses => true;

    internal virtual IStateStore Around(IStateStore state, BugPlace place) => state;

    internal virtual ICheckpointBroker Around(ICheckpointBroker broker, BugPlace place) => broker;

    internal virtual ISeriesStore Around(ISeriesStore series, BugPlace place) => series;

    internal virtual IEventLog AroundReading(IEventLog log, BugPlace place) => log;

    internal virtual IEventLog AroundSending(IEventLog log) => log;

    internal virtual SeriesSpill DiskOf(SeriesSpill disk) => disk;

    internal virtual LogElement SentAgain(LogElement element) => element;

    internal virtual void Begin(SimulatedBroker broker)
    {
    }

    internal virtual void Age(SimulatedBroker broker, KafkaOptions options, int partition)
    {
    }
}

/// <summary>Where a bug is.</summary>
/// <param name="Process">The process's name.</param>
/// <param name="Starts">How many processes ran there before it, and it.</param>
/// <param name="Log">The log.</param>
/// <param name="Series">The series server.</param>
/// <param name="Options">Name the topics.</param>
internal sealed record BugPlace(string Process, int Starts, SimulatedLog Log, SimulatedSeries Series, KafkaOptions Options);
