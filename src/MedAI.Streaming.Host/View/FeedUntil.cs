// Lets a feed see the ward only up to an instant, so that a picture shows it as it was then and not after its last clock record.
using MedAI.Streaming.Pipeline.Ports;

namespace MedAI.Streaming.Host.View;

/// <summary>Passes on what holds up to an arrival time.</summary>
/// <param name="inner">Who watches.</param>
/// <param name="until">Arrival time, ms since 1970.</param>
internal sealed class FeedUntil(ILiveFeed inner, long until) : ILiveFeed
{
    /// <inheritdoc/>
    public void Patient(PatientView view)
    {
        if (view.ArrivalTime <= until)
        {
            inner.Patient(view);
        }
    }

    /// <inheritdoc/>
    public void Transition(TransitionRecord transition)
    {
        if (transition.ArrivalTime <= until)
        {
            inner.Transition(transition);
        }
    }
}
