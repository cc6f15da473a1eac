// The one exception of the readers: the input as a whole is not what was asked for.
namespace MedAI.Streaming.Evaluation.Readers;

/// <summary>
/// Recorded input cannot be read at all: unknown format, missing path, empty file, wrong header. The message says what was
/// expected and what was found. Single bad lines never cause it; they become refused elements.
/// </summary>
public sealed class RecordedInputException : Exception
{
    /// <summary>Makes the exception without a message.</summary>
    public RecordedInputException()
    {
    }

    /// <summary>Makes the exception.</summary>
    /// <param name="message">What was expected and what was found.</param>
    public RecordedInputException(string message)
        : base(message)
    {
    }

    /// <summary>Makes the exception.</summary>
    /// <param name="message">What was expected and what was found.</param>
    /// <param name="innerException">The cause.</param>
    public RecordedInputException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
