// How flows are run, and the stores they write to.
using MedAI.Streaming.Pipeline.Ports;

namespace MedAI.Streaming.Pipeline;

/// <summary>How flows are run; nothing of it changes what is decided.</summary>
public sealed record FlowOptions
{
    /// <summary>The most records of one batch, 1..65,536.</summary>
    public int BatchRecords { get; init; } = 1024;

    /// <summary>Wall time in which every dirty patient is checkpointed once.</summary>
    public TimeSpan CheckpointInterval { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Into how many parts a round of checkpoints is staggered.</summary>
    public int CheckpointGroups { get; init; } = 20;

    /// <summary>The longest that a decision waits for others to become durable with it, while the flow is busy.</summary>
    public TimeSpan CommitDelay { get; init; } = TimeSpan.FromMilliseconds(25);

    /// <summary>Points of series that are written together.</summary>
    public int SeriesPoints { get; init; } = 50_000;

    /// <summary>
    /// Whether a flow whose store fails goes back to its last checkpoint and tries again, with growing pauses; else the failure
    /// ends the run.
    /// </summary>
    public bool RetryStores { get; init; }

    /// <summary>
    /// The longest pause before series that could not be written are tried again, where flows go on without them; pauses begin with a second
    /// and double.
    /// </summary>
    public TimeSpan SeriesPause { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// How long checkpoints wait for series that cannot be written, where flows go on without them: until then, whoever goes on from the
    /// last checkpoint makes those points again, because the log has what they are made of.
    /// </summary>
    public TimeSpan SeriesPatience { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>The longest pause between two tries.</summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(15);
}

/// <summary>The stores of one process.</summary>
/// <param name="Log">The log.</param>
/// <param name="State">State, transitions, pages, dead letters.</param>
/// <param name="Series">Series.</param>
public sealed record FlowStores(IEventLog Log, IStateStore State, ISeriesStore Series);
