// Tells a person what is being done, with the time since the run began.
using System.Globalization;

namespace MedAI.Streaming.Host.Chaos;

/// <summary>Lines on the error output. Any thread.</summary>
internal sealed class Narrator(TextWriter output, TimeProvider time)
{
    private readonly long _began = time.GetTimestamp();

    // Processes come and go side by side; a line must stay whole.
    private readonly Lock _line = new();

    /// <summary>Time since the run began.</summary>
    public TimeSpan Elapsed => time.GetElapsedTime(_began);

    /// <summary>Writes a line.</summary>
    public void Say(FormattableString what)
    {
        lock (_line)
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"medai: {Elapsed:mm\\:ss}  {FormattableString.Invariant(what)}"));
        }
    }
}
