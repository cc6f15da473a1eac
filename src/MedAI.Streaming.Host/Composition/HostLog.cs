// Writes notes about the work to the error output, as far as the site wants to read them.
namespace MedAI.Streaming.Host.Composition;

/// <summary>Notes for the person who runs the program. They are not alerts, and nothing depends on them.</summary>
internal sealed class HostLog(TextWriter error, LogLevel level)
{
    // Flows, feeder and commands write side by side; a line must stay whole.
    private readonly Lock _line = new();

    public void Warning(string text) => Write(LogLevel.Warning, "warning", text);

    public void Info(string text) => Write(LogLevel.Info, "info", text);

    public void Debug(string text) => Write(LogLevel.Debug, "debug", text);

    private void Write(LogLevel of, string word, string text)
    {
        if (of > level)
            return;

        lock (_line)
        {
            error.WriteLine($"medai: {word}: {text}");
        }
    }
}
