// The ways in which a command refuses or fails that are no surprise, each with the exit code it stands for.
namespace MedAI.Streaming.Host.Commands;

/// <summary>Arguments that parse but make no sense; exit code 2.</summary>
internal sealed class UsageException(string message) : Exception(message);

/// <summary>Input that is refused or cannot be read; exit code 3.</summary>
internal sealed class InputException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>A failure whose message says all there is to say; exit code 1.</summary>
internal sealed class FailureException(string message, Exception? inner = null) : Exception(message, inner);
