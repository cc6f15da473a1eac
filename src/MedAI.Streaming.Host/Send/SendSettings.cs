// What a sending is told: where to, in which form, and how hard to try.
namespace MedAI.Streaming.Host.Send;

/// <summary>Settings of a sending.</summary>
/// <param name="Target">The receiver.</param>
/// <param name="Lanes">How frames go there.</param>
internal sealed record SendSettings(SendTarget Target, LaneOptions Lanes)
{
    /// <summary>The key that lets the sender in; null: none.</summary>
    public string? Key { get; init; }

    /// <summary>The form of frames.</summary>
    public FrameForm Form { get; init; }

    /// <summary>Whether bodies are packed.</summary>
    public bool Gzip { get; init; }

    /// <summary>File of the journal; null: none is written.</summary>
    public string? Journal { get; init; }
}
