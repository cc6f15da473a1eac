// A bedside monitor: a frame a second, with a cuff pressure now and then, and all that can go wrong with it.
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Domain.Vitals;

namespace MedAI.Streaming.Simulation;

/// <summary>Measures a body once a second and sends what it measured.</summary>
internal sealed class BedsideMonitor(WardPatient patient, bool arterialLine, long start, SeededRandom random)
{
    private const string Device = "monitor";
    private const int CuffSeconds = 15 * 60;
    private const int CuffSecondsUnwell = 5 * 60;
    private const int OddEverySeconds = 150;

    // Devices do not tick together: each has its own place within the second.
    private readonly long _phase = random.Between(0L, 700L);
    private readonly List<FrameElement> _kept = [];
    private int _lastCuff = int.MinValue;
    private int _nextCuff = random.Between(5, 60);
    private int _oddValues;
    private int _restarts;
    private ulong _sequence;

    public void Step(int second, in Body body, in DeviceCondition condition, ArrivalQueue queue)
    {
        if (condition.Off) return;
        if (condition.Restarts != _restarts) (_restarts, _sequence) = (condition.Restarts, 0);
        var measured = start + (second * 1000L) + _phase;
        var arrival = measured + random.Between(30L, 250L);
        var frame = new FrameElement(
            arrival, patient.Id, Device, SourceClass.Bedside, (ulong)(1 + _restarts), ++_sequence,
            measured + condition.ClockAheadMs, [.. Measure(second, body, condition)]);
        if (condition.LinkDown)
        {
            if (condition.LinkKeeps) _kept.Add(frame);
            return;
        }

        foreach (var kept in _kept) queue.Send(kept with { ArrivalTime = arrival });
        _kept.Clear();
        queue.Send(frame);
    }

    private List<RecordedReading> Measure(int second, in Body body, in DeviceCondition condition)
    {
        var readings = new List<RecordedReading>(10);
        var pulse = body.HeartRate * body.PulseShare;
        readings.Add(Whole(VitalSign.HeartRate, body.HeartRate));
        readings.Add(Whole(VitalSign.PulseRate, pulse + (pulse > 0 ? 0.5 * random.NextBell() : 0)));
        readings.Add(Whole(VitalSign.SpO2, Math.Min(100, body.SpO2)));
        readings.Add(Whole(VitalSign.RespiratoryRate, body.RespiratoryRate));
        if (condition.Motion) Move(readings);
        if (condition.SensorOff) TakeSensorOff(readings);
        // An oximeter without a pulse has nothing to measure; the electrocardiogram's zero stands.
        if (pulse == 0) readings[2] = readings[2] with { Validity = Validity.Invalid };
        if (arterialLine) AddPressures(readings, VitalSign.ArterialSystolicPressure, body.Systolic, body.Diastolic, 1);
        if (CuffIsDue(second, body.Unwell) && !condition.Motion)
        {
            _lastCuff = second;
            _nextCuff = second + CuffSeconds;
            AddPressures(readings, VitalSign.SystolicPressure, body.Systolic, body.Diastolic, 2);
        }

        if (condition.OddValues && second % OddEverySeconds == 0) MakeOdd(readings);
        return readings;
    }

    private bool CuffIsDue(int second, bool unwell) =>
        second >= _nextCuff || (unwell && _lastCuff >= 0 && second >= _lastCuff + CuffSecondsUnwell);

    private void AddPressures(
        List<RecordedReading> readings, VitalSign systolicKind, double systolic, double diastolic, double noise)
    {
        // In the catalogue the diastolic and mean pressures of a kind follow its systolic one.
        var high = systolic + (noise * random.NextBell());
        var low = Math.Min(high, diastolic + (noise * random.NextBell()));
        readings.Add(Whole(systolicKind, high));
        readings.Add(Whole(systolicKind + 1, low));
        readings.Add(Whole(systolicKind + 2, low + ((high - low) / 3)));
    }

    /// <summary>Spikes, which a monitor marks as doubtful and at the worst as unusable.</summary>
    private void Move(List<RecordedReading> readings)
    {
        var validity = random.Chance(0.7) ? Validity.Questionable : Validity.Invalid;
        readings[0] = readings[0] with { Value = Math.Round(readings[0].Value + random.Between(0, 70.0)), Validity = validity };
        readings[1] = readings[1] with { Value = Math.Round(readings[1].Value + random.Between(-20, 60.0)), Validity = validity };
        readings[2] = readings[2] with { Value = Math.Round(readings[2].Value - random.Between(0, 25.0)), Validity = validity };
    }

    /// <summary>Off the finger an oximeter shows something low, and says that it is nothing.</summary>
    private void TakeSensorOff(List<RecordedReading> readings)
    {
        readings[1] = readings[1] with { Value = random.Between(30, 200), Validity = Validity.Invalid };
        readings[2] = readings[2] with { Value = random.Between(40, 75), Validity = Validity.Invalid };
    }

    private void MakeOdd(List<RecordedReading> readings)
    {
        switch (_oddValues++ % 3)
        {
            case 0: readings.Add(new RecordedReading(null, 12, Unit.Unknown, Validity.Valid, "RESP_EFFORT")); break;
            // 127 is the largest signed byte, a common sign for "no value" on the wire.
            case 1: readings[2] = readings[2] with { Value = 127 }; break;
            default: readings[3] = readings[3] with { Unit = Unit.MillimetreOfMercury }; break;
        }
    }

    private static RecordedReading Whole(VitalSign vital, double value) => new(vital, Rounding.To(Math.Max(0, value), 1));
}
