// What a checker says of a history: four numbers that must be zero, a few that may be anything, and findings in words.
namespace MedAI.Streaming.Host.Chaos.Checking;

/// <summary>A verdict.</summary>
internal sealed record Verdict
{
    /// <summary>Acknowledged frames that are not in the log, and expected transitions and pages that were not published.</summary>
    public required int Lost { get; init; }

    /// <summary>Further contents of one id: of a frame in the log, a transition or a page; and transitions twice in the series store.</summary>
    public required int Doubled { get; init; }

    /// <summary>Frames in the log that nobody sent, and transitions and pages that nobody expects.</summary>
    public required int Invented { get; init; }

    /// <summary>Points and transitions that the series store lacks, has beyond what is expected, or has otherwise.</summary>
    public required int SeriesDifferences { get; init; }

    /// <summary>Equal repeats, which do no harm: of frames in the log and of alerts.</summary>
    public required int RepeatsAbsorbed { get; init; }

    /// <summary>Different frames that were acknowledged.</summary>
    public required int FramesAcknowledged { get; init; }

    /// <summary>Frames in the log, repeats included.</summary>
    public required int FramesLogged { get; init; }

    /// <summary>Transitions of the fault-free run.</summary>
    public required int TransitionsExpected { get; init; }

    /// <summary>The first findings of each kind, one sentence each.</summary>
    public required IReadOnlyList<string> Findings { get; init; }

    /// <summary>Whether nothing was lost, doubled or invented, and the series are equal.</summary>
    public bool IsClean => Lost == 0 && Doubled == 0 && Invented == 0 && SeriesDifferences == 0;
}
