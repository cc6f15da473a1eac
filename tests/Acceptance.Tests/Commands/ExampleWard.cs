// A made-up ward for tests of the screen: 24 beds with everything a bed can show.
using MedAI.Streaming.Domain.Alerts;
using MedAI.Streaming.Domain.Vitals;
using MedAI.Streaming.Host.View;
using MedAI.Streaming.Pipeline.Ports;

namespace Acceptance.Tests.Commands;

internal static class ExampleWard
{
    public const long Now = 1_780_000_000_000;

    private static readonly string[] Parts = ["RR", "SpO2", "O2", "SBP", "Pulse", "ACVPU", "Temp"];

    public static WardStatus Status { get; } = new(
        "simulated ward, seed 1", "60 x real time", "sepsis-vitals@2.1.0", 0.054, () => 1_234_567);

    public static IReadOnlyList<PatientView> Views(int count = 24) => [.. Enumerable.Range(1, count).Select(View)];

    public static IReadOnlyList<TransitionRecord> Transitions(int count = 40) =>
        [.. Enumerable.Range(0, count).Select(Transition)];

    public static TransitionRecord Transition(int i)
    {
        var kind = (TransitionKind)(i % 9);
        var priority = (AlertPriority)(1 + i % 3);
        var text = i % 4 == 3
            ? "Nothing came from the bedside monitor for 30 s."
            : "SpO2 84 % is below 85 % for 10 s, from monitor-3; last reading 2 s ago.";
        return new TransitionRecord(
            $"p{1 + i % 24:00}", i % 4 == 3 ? "technical.contact.bedside" : "limit.spo2.low", Now - 60_000, i, kind,
            i % 4 == 3
                ? AlertKind.Technical
                : AlertKind.Physiological, priority, TransitionReason.BelowLimit, Now - 5000 * (40 - i),
            Now - 5000 * (40 - i), 84, 85, "m/1/1/spo2", "", "", text);
    }

    private static PatientView View(int bed)
    {
        VitalView[] vitals =
        [
            new(VitalSign.HeartRate, 70 + 3 * bed, Now - 1000, SourceClass.Bedside, false),
            new(VitalSign.SpO2, 99 - bed % 15, Now - (bed % 5 == 0 ? 400_000 : 1000), SourceClass.Bedside, bed % 5 == 0),
            new(VitalSign.RespiratoryRate, 12 + bed, Now - 1000, SourceClass.Bedside, false),
            new(VitalSign.Temperature, 36.5 + bed / 10.0, Now - 5_400_000, SourceClass.Charted, false),
            new(VitalSign.SystolicPressure, 120 + bed, Now - 900_000, SourceClass.Bedside, false),
            new(VitalSign.DiastolicPressure, 80 + bed, Now - 900_000, SourceClass.Bedside, false),
            new(VitalSign.Consciousness, bed % 5, Now - 3_600_000, SourceClass.Charted, false),
        ];
        var score = new ScoreView(
            bed % 12, bed % 3 == 0, [.. Parts.Select((part, i) => (part, bed % 3 == 0 && i == 5 ? -1 : (bed + i) % 4))]);
        return new PatientView(
            $"p{bed:00}", "A", bed.ToString(System.Globalization.CultureInfo.InvariantCulture), Now - 1000, Now, bed == 7
            ? []
            : vitals,
            bed == 7 ? null : score, Now, bed == 7 ? double.NaN : bed / 200.0, Now, Episodes(bed));
    }

    private static EpisodeView[] Episodes(int bed) => (bed % 6) switch
    {
        1 => [new("limit.spo2.low", AlertKind.Physiological, AlertPriority.High, Now - 60_000, false, false, false)],
        3 => [
            new("score.news2", AlertKind.Physiological, AlertPriority.Medium, Now - 90_000, false, true, false),
            new("technical.contact.bedside", AlertKind.Technical, AlertPriority.Medium, Now - 95_000, false, false, false)],
        4 => [new("model.sepsis", AlertKind.Physiological, AlertPriority.Low, Now - 60_000, true, false, true)],
        _ => [],
    };
}
