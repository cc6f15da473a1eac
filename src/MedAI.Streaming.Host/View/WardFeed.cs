// Takes what the flows publish and hands it to whoever draws, so that drawing never holds up a flow.
using System.Collections.Concurrent;
using MedAI.Streaming.Pipeline.Ports;

namespace MedAI.Streaming.Host.View;

/// <summary>The newest view of each patient, and the transitions that nobody has taken yet.</summary>
public sealed class WardFeed : ILiveFeed
{
    private const int MostWaiting = 100_000;

    // Written by the flow of each patient, read by the screen; a reader sees each view whole, because views are immutable.
    private readonly ConcurrentDictionary<string, PatientView> _patients = new(StringComparer.Ordinal);

    // Filled by the flows, emptied by the screen.
    private readonly ConcurrentQueue<TransitionRecord> _waiting = new();

    // Counts what is in the queue, since asking the queue itself would stop its writers.
    private int _waitingCount;
    private long _dropped;

    /// <summary>Transitions that were not shown because nobody took them in time; they are in the store all the same.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <inheritdoc/>
    public void Patient(PatientView view) => _patients[view.Patient] = view;

    /// <inheritdoc/>
    public void Transition(TransitionRecord transition)
    {
        if (Interlocked.Increment(ref _waitingCount) > MostWaiting)
        {
            Interlocked.Decrement(ref _waitingCount);
            Interlocked.Increment(ref _dropped);
            return;
        }

        _waiting.Enqueue(transition);
    }

    /// <summary>The newest views, in no order.</summary>
    public IReadOnlyList<PatientView> Patients() => [.. _patients.Values];

    /// <summary>The bed of a patient, or empty where it is not known yet.</summary>
    public string Bed(string patient) => _patients.TryGetValue(patient, out var view) ? view.Bed : "";

    /// <summary>Takes the transitions published since the last call, in the order of publishing.</summary>
    public IReadOnlyList<TransitionRecord> TakeTransitions()
    {
        var taken = new List<TransitionRecord>();
        while (_waiting.TryDequeue(out var transition))
        {
            Interlocked.Decrement(ref _waitingCount);
            taken.Add(transition);
        }

        return taken;
    }
}
