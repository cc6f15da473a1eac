// Nothing happens.
namespace MedAI.Streaming.Simulation;

/// <summary>A patient who stays as they are.</summary>
internal sealed class QuietStory : WardStory
{
    public override WardStoryKind Kind => WardStoryKind.Quiet;

    public override string Tell(StoryClock clock) => "stays well";
}
