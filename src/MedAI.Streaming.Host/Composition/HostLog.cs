// Writes notes about the work to the error output, as far as the site wants to read them.
namespace MedAI.Streaming.Host.Composition;

/// <summary>
/// Notes for the person who runs the program. They are not alerts, and nothing depends on them: where they cannot be written (a full disk), the
/// work goes on, and the next note that can be says how many are missing.
/// </summary>
internal sealed class HostLog(TextWriter error, LogLevel level)
{
    // Flows, feeder and commands write side by side; a line must stay whole.
    private readonly Lock _line = new();
    private long _missing;
    private long _unwritten;

    /// <summary>Notes that could not be written since the start.</summary>
    public long Unwritten => Volatile.Read(ref _unwritten);

    public void Warning(string text) => Write(LogLevel.Warning, "warning", text);

    public void Info(string text) => Write(LogLevel.Info, "info", text);

    public void Debug(string text) => Write(LogLevel.Debug, "debug", text);

    private void Write(LogLevel of, string word, string text)
    {
        if (of > level)
            return;

        lock (_line)
        {
            try
            {
                if (_missing > 0)
                    error.WriteLine($"medai: warning: {_missing} notes before this one could not be written");
                _missing = 0;
                error.WriteLine($"medai: {word}: {text}");
            }
            catch (Exception refused) when (refused is IOException or ArgumentOutOfRangeException or UnauthorizedAccessException)
            {
                // A file that may not grow (EFBIG) is a wrong argument to the runtime.
                _missing++;
                _unwritten++;
            }
        }
    }
}
