// What happens to one patient: it shapes the body, disturbs the devices, and can tell itself.
using System.Globalization;

namespace MedAI.Streaming.Simulation;

/// <summary>A story. Times are minutes since the start of the simulation. It keeps no state, so it can be told first.</summary>
internal abstract class WardStory
{
    /// <summary>What kind of story it is.</summary>
    public abstract WardStoryKind Kind { get; }

    /// <summary>The story in plain English, with times of day from the clock.</summary>
    public abstract string Tell(StoryClock clock);

    /// <summary>Changes the body's true values at a minute.</summary>
    public virtual void Shape(double minute, ref Body body)
    {
    }

    /// <summary>Says what is wrong with the monitor at a minute.</summary>
    public virtual void Disturb(double minute, ref DeviceCondition device)
    {
    }
}

/// <summary>Turns minutes of a story into times of day.</summary>
internal readonly record struct StoryClock(DateTimeOffset Start)
{
    public string At(double minute) => Start.AddMinutes(minute).ToString("HH:mm", CultureInfo.InvariantCulture);

    public string At(IEnumerable<double> minutes) => string.Join(", ", minutes.Select(At));
}
