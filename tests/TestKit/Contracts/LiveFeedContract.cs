// What every live feed keeps: it takes what flows tell it, from several at once, and never holds them up.
using MedAI.Streaming.Domain.Alerts;
using MedAI.Streaming.Pipeline.Ports;
using Xunit;

namespace MedAI.Streaming.TestKit.Contracts;

/// <summary>The contract of <see cref="ILiveFeed"/>.</summary>
public abstract class LiveFeedContract
{
    /// <summary>A feed that nobody reads.</summary>
    protected abstract ILiveFeed Create();

    [Fact]
    public async Task Tell_FromSeveralFlowsWhileNobodyReads_ReturnsAndKeepsNobodyWaiting()
    {
        var feed = Create();
        var flows = Enumerable.Range(0, 4).Select(flow => Task.Run(() =>
        {
            for (var i = 0; i < 50_000; i++)
            {
                feed.Patient(View($"p{flow}-{i % 100}", i));
                feed.Transition(Transition($"p{flow}", i));
            }
        }));

        // A feed that waits for a reader never ends; the limit only keeps such a one from stopping the whole run.
        await Task.WhenAll(flows).WaitAsync(TimeSpan.FromMinutes(1));
    }

    [Fact]
    public void Tell_TheSameAgain_IsTaken()
    {
        var feed = Create();
        for (var i = 0; i < 2; i++)
        {
            feed.Patient(View("p", 1));
            feed.Transition(Transition("p", 1));
        }
    }

    [Fact]
    public void Tell_APatientWithNothingKnown_IsTaken() =>
        Create().Patient(new PatientView("p", "", "", long.MinValue, long.MinValue, [], null, long.MinValue, double.NaN, long.MinValue, []));

    private static PatientView View(string patient, long time) =>
        new(patient, "ward", "bed", time, time, [], new ScoreView(3, true, [("RR", -1)]), time, 0.1, time, []);

    private static TransitionRecord Transition(string patient, int ordinal) => new(
        patient, "limit.spo2.low", 1, ordinal, TransitionKind.Opened, AlertKind.Physiological, AlertPriority.High,
        TransitionReason.BelowLimit, 1, 1, double.NaN, 90, "", "", "", "");
}
