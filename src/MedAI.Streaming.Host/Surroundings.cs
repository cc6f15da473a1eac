// What the app takes from outside, so that a test can hand it its own.
namespace MedAI.Streaming.Host;

/// <summary>The terminal, clock and environment of a run.</summary>
public sealed record Surroundings
{
    /// <summary>Where results go.</summary>
    public required TextWriter Output { get; init; }

    /// <summary>Where errors, notes and progress go.</summary>
    public required TextWriter Error { get; init; }

    /// <summary>The clock.</summary>
    public required TimeProvider Time { get; init; }

    /// <summary>Environment variables.</summary>
    public IReadOnlyDictionary<string, string> Variables { get; init; } = new Dictionary<string, string>();

    /// <summary>Whether <see cref="Output"/> is a terminal, on which a live view can be drawn.</summary>
    public bool OutputIsTerminal { get; init; }

    /// <summary>Whether <see cref="Error"/> is a terminal, on which progress can be drawn.</summary>
    public bool ErrorIsTerminal { get; init; }
}
