// Transitions, pages and dead letters as a flow would decide them, for tests that only read them out.
using MedAI.Streaming.Domain.Alerts;
using MedAI.Streaming.Pipeline.Explaining;
using MedAI.Streaming.Pipeline.Ports;

namespace Acceptance.Tests.Web.Reading;

internal static class Decided
{
    public const long Start = 1_772_438_400_000;

    /// <summary>Transition number n of a long story about several patients; each number is another id.</summary>
    public static TransitionRecord Number(int number, int patients = 7)
    {
        var priority = (AlertPriority)(1 + (number % 3));
        var alert = number % 5 == 0 ? AlertKind.Technical : AlertKind.Physiological;
        return new TransitionRecord(
            $"p{number % patients}", alert == AlertKind.Technical ? "technical.contact.bedside" : "limit.spo2.low", Start + (number * 1000L), 0,
            TransitionKind.Opened, alert, priority, TransitionReason.BelowLimit, Start + (number * 1000L), Start + (number * 1000L) + 40,
            number % 11 == 0 ? double.NaN : 80 + (number % 10), 90, $"mon {number % 3}/1/{number}/spo2", number % 4 == 0 ? "lactate temperature:stale" : "",
            number % 6 == 0 ? "sepsis-vitals@2.1.0" : "", $"number {number} \"quoted\" \u00e9 <b>\nsecond line")
        {
            Explanation = number % 6 == 0 ? Why(number) : null,
        };
    }

    private static Explanation Why(int number) => new(
        [
            new("respiratory_rate", 0.84, 31, 6.5, "/min", ValueDirection.High), new("lactate", -0.5, double.NaN, double.NaN, "mmol/L", ValueDirection.None),
        ],
        [new("sex_male", 0.1, 1, 0, "", ValueDirection.None)],
        number % 12 == 0 ? [new(2, 0.4), new(0, 0.25)] : [], number % 18 == 0 ? double.NaN : 0.19, number % 18 == 0 ? double.NaN : 1,
        number % 18 == 0 ? double.NaN : 0.12);

    /// <summary>A transition of one episode.</summary>
    public static TransitionRecord Of(
        string patient, string rule, long opened, int ordinal, TransitionKind kind, AlertPriority priority = AlertPriority.Medium) => new(
        patient, rule, opened, ordinal, kind, AlertKind.Physiological, priority, TransitionReason.BelowLimit, opened + (ordinal * 1000L),
        opened + (ordinal * 1000L) + 5, 84, 85, "mon/1/1/spo2", "", "", $"{rule} {kind}");

    public static CommitBatch Batch(params IEnumerable<TransitionRecord> transitions)
    {
        var batch = new CommitBatch(0);
        batch.Transitions.AddRange(transitions);
        return batch;
    }
}
