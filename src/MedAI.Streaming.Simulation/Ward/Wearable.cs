// A wearable: a frame every 10 seconds, delivered in batches some minutes later.
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Domain.Vitals;

namespace MedAI.Streaming.Simulation;

/// <summary>Measures pulse, saturation and temperature (corrected from skin to core); keeps them until it delivers.</summary>
internal sealed class Wearable(WardPatient patient, long start, SeededRandom random)
{
    private const string Device = "wrist";
    private const int EverySeconds = 10;

    private readonly int _phase = random.Between(0, EverySeconds - 1);
    private readonly List<FrameElement> _kept = [];
    private int _delivery = random.Between(60, 300);
    private ulong _sequence;

    public void Step(int second, in Body body, ArrivalQueue queue)
    {
        if (second % EverySeconds == _phase)
        {
            var measured = start + (second * 1000L);
            // Worn on a wrist that moves: some values are doubtful, which the wearable says.
            var validity = random.Chance(0.02) ? Validity.Questionable : Validity.Valid;
            _kept.Add(new FrameElement(
                measured, patient.Id, Device, SourceClass.Wearable, 1, ++_sequence, measured,
                [
                    Measured(VitalSign.HeartRate, body.HeartRate + (1.5 * random.NextBell()), 1, validity),
                    Measured(VitalSign.SpO2, Math.Min(100, body.SpO2 + (0.3 * random.NextBell())), 1, validity),
                    Measured(VitalSign.Temperature, body.Temperature + (0.1 * random.NextBell()), 0.1, validity),
                ]));
        }

        if (second < _delivery) return;
        var arrival = start + (second * 1000L) + random.Between(100L, 900L);
        foreach (var frame in _kept) queue.Send(frame with { ArrivalTime = arrival });
        _kept.Clear();
        _delivery = second + random.Between(5 * 60, 10 * 60);
    }

    private static RecordedReading Measured(VitalSign vital, double value, double step, Validity validity) =>
        new(vital, Rounding.To(Math.Max(0, value), step), Unit.Canonical, validity);
}
