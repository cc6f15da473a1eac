// Which transitions somebody asked for, and may see.
using MedAI.Streaming.Domain.Alerts;
using MedAI.Streaming.Pipeline.Ports;

namespace MedAI.Streaming.Host.Web.Reading;

/// <summary>What somebody asked for.</summary>
/// <param name="Patient">Only this patient, or null.</param>
/// <param name="Priority">The least priority.</param>
/// <param name="Kind">Only this kind of alert, or null.</param>
/// <param name="MaySee">Whether the caller may see a patient.</param>
internal sealed record AlertFilter(string? Patient, AlertPriority Priority, AlertKind? Kind, Func<string, bool> MaySee)
{
    /// <summary>The parameters of a query that it is made of.</summary>
    public static string[] Names { get; } = ["patient", "priority", "kind"];

    /// <summary>Reads the parameters.</summary>
    public static AlertFilter Read(RequestQuery query, Func<string, bool> maySee) => new(
        query.Id("patient"), query.Word<AlertPriority>("priority") ?? AlertPriority.None, query.Word<AlertKind>("kind"), maySee);

    /// <summary>
    /// Whether a transition is asked for. One that became less urgent is, whatever its priority is now: who saw it at a higher one must
    /// not go on believing in that.
    /// </summary>
    public bool Passes(TransitionRecord transition) =>
        (Patient is null || transition.Patient == Patient)
        && (Kind is null || transition.Alert == Kind)
        && (transition.Priority >= Priority || transition.Kind == TransitionKind.Deescalated)
        && MaySee(transition.Patient);
}
