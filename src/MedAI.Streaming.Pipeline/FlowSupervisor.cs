// Runs one flow per partition, restarts a flow that broke, and says when all have reached the end of the log.
namespace MedAI.Streaming.Pipeline;

/// <summary>Owns the flows of a process.</summary>
public sealed class FlowSupervisor
{
}
