// What nurses measure on their rounds and type in later.
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Domain.Vitals;

namespace MedAI.Streaming.Simulation;

/// <summary>
/// Rounds every 1 to 4 hours (closer when unwell), charted minutes to an hour after they were done. A change of oxygen or
/// consciousness brings a round of its own within minutes.
/// </summary>
internal sealed class ChartedRounds(WardPatient patient, bool alsoPressure, long start, SeededRandom random)
{
    private const string Device = "chart";
    private const int Minute = 60;

    private int _nextRound;
    private int _notice = int.MaxValue;
    private double _chartedFlow;
    private int _chartedConsciousness;
    private long _lastArrival;
    private ulong _sequence;

    public void Step(int second, in Body body, ArrivalQueue queue)
    {
        if (_sequence == 0)
        {
            // The round before the simulation starts, so that the ward is not blind to it for hours.
            Chart(start - random.Between(10 * 60_000L, 60 * 60_000L), start + random.Between(1_000L, 60_000L), body, queue);
            _nextRound = Gap(body.Unwell);
            return;
        }

        var changed = Math.Abs(body.OxygenFlow - _chartedFlow) > 0.5 || body.Consciousness != _chartedConsciousness;
        if (changed && _notice == int.MaxValue) _notice = second + random.Between(Minute, 4 * Minute);
        if (body.Unwell) _nextRound = Math.Min(_nextRound, second + (60 * Minute));
        if (second < Math.Min(_nextRound, _notice)) return;
        var noticed = second >= _notice;
        // Most are charted within a quarter of an hour, some only after one.
        var share = random.NextDouble();
        var lateness = noticed ? random.Between(60_000L, 4 * 60_000L) : 120_000 + (long)(share * share * 58 * 60_000);
        var at = start + (second * 1000L);
        Chart(at, at + lateness, body, queue);
        _notice = int.MaxValue;
        _nextRound = second + Gap(body.Unwell);
    }

    private int Gap(bool unwell) => unwell ? random.Between(30 * Minute, 60 * Minute) : random.Between(60 * Minute, 240 * Minute);

    private void Chart(long measured, long charted, in Body body, ArrivalQueue queue)
    {
        _chartedFlow = body.OxygenFlow;
        _chartedConsciousness = body.Consciousness;
        // One nurse charts one round after the other.
        _lastArrival = Math.Max(charted, _lastArrival + 1000);
        var readings = new List<RecordedReading>
        {
            new(VitalSign.Temperature, Rounding.To(body.Temperature + (0.1 * random.NextBell()), 0.1)),
            new(VitalSign.Consciousness, body.Consciousness),
            new(VitalSign.OxygenFlow, Rounding.To(body.OxygenFlow, 0.5)),
            // A rule of thumb for nasal oxygen: 4 points of FiO2 for each litre a minute above room air.
            new(VitalSign.InspiredOxygen, Rounding.To(21 + (4 * body.OxygenFlow), 1)),
        };
        if (alsoPressure)
        {
            readings.Add(new(VitalSign.RespiratoryRate, Rounding.To(body.RespiratoryRate, 1)));
            readings.Add(new(VitalSign.SystolicPressure, Rounding.To(body.Systolic, 1)));
            readings.Add(new(VitalSign.DiastolicPressure, Rounding.To(body.Diastolic, 1)));
        }

        queue.Send(new FrameElement(
            _lastArrival, patient.Id, Device, SourceClass.Charted, 1, ++_sequence, measured, [.. readings]));
    }
}
