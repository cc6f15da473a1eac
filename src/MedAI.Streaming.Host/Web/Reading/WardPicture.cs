// How every patient looks now, for whoever asks; and the bell that says that something was decided.
using System.Collections.Concurrent;
using MedAI.Streaming.Domain.Alerts;
using MedAI.Streaming.Pipeline.Ports;

namespace MedAI.Streaming.Host.Web.Reading;

/// <summary>The newest view of each patient. The flows write it, anybody reads it.</summary>
/// <param name="signal">Told of every transition.</param>
internal sealed class WardPicture(AlertSignal signal) : ILiveFeed
{
    private const int Priorities = (int)AlertPriority.High + 1;

    // Views are immutable: whoever reads one sees it whole.
    private readonly ConcurrentDictionary<string, PatientView> _patients = new(StringComparer.Ordinal);

    // Transitions since the program started, by kind and priority.
    private readonly long[] _transitions = new long[((int)TransitionKind.Resolved + 1) * Priorities];

    /// <summary>The bell that is rung for every transition.</summary>
    public AlertSignal Signal => signal;

    /// <inheritdoc/>
    public void Patient(PatientView view) => _patients[view.Patient] = view;

    /// <inheritdoc/>
    public void Transition(TransitionRecord transition)
    {
        Interlocked.Increment(ref _transitions[((int)transition.Kind * Priorities) + (int)transition.Priority]);
        signal.Fire();
    }

    /// <summary>The newest views, in no order.</summary>
    public IReadOnlyCollection<PatientView> Patients() => [.. _patients.Values];

    /// <summary>Whether there is a view of a patient.</summary>
    public bool IsKnown(string patient) => _patients.ContainsKey(patient);

    /// <summary>The ward of a patient; null for one who has none or is not known here.</summary>
    public string? WardOf(string patient) =>
        _patients.TryGetValue(patient, out var view) && view.Ward.Length > 0 ? view.Ward : null;

    /// <summary>How many transitions there were since the program started.</summary>
    public IEnumerable<(TransitionKind Kind, AlertPriority Priority, long Count)> Transitions() =>
        from kind in Enum.GetValues<TransitionKind>()
        from priority in Enum.GetValues<AlertPriority>()
        let count = Interlocked.Read(ref _transitions[((int)kind * Priorities) + (int)priority])
        where count > 0
        select (kind, priority, count);
}
