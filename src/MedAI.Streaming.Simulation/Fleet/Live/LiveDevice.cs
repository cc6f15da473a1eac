// One device of a live fleet: it measures, numbers its frames, and has its faults.
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Domain.Vitals;

namespace MedAI.Streaming.Simulation;

/// <summary>A device and the patient who wears it.</summary>
internal sealed class LiveDevice
{
    private const long LongestDuplicateMs = 3_000;
    private const double ShareTruncated = 0.2;
    private const long HourMs = 3_600_000;
    private static readonly long[] SkewMs = [-300_000, -20_000, 20_000, 90_000, 300_000];

    private readonly string _patient;
    private readonly string _device;
    private readonly SourceClass _source;
    private readonly LiveBody _body;
    private readonly LiveSensor _sensor;
    private readonly LiveFaults _faults;

    // Faults have a generator of their own, so that they change what is sent and never what was measured.
    private readonly SeededRandom _chance;
    private readonly List<LiveFrame> _kept = [];
    private FaultSpell _noLink;
    private FaultSpell _wrongClock;
    private long _clockAheadMs;
    private long _offUntil = long.MinValue;
    private readonly ulong _epochBefore;
    private ulong _epoch;
    private ulong _sequence;
    private ulong _sequenceBefore;

    public LiveDevice(string patient, string device, SourceClass source, LiveBody body, LiveFleetOptions options, SeededRandom random)
    {
        _patient = patient;
        _device = device;
        _source = source;
        _body = body;
        _sensor = new LiveSensor(source, options.MarkAsDemo, random);
        _faults = options.Faults;
        _epoch = options.Epoch;
        _epochBefore = options.Epoch - 1;
        _chance = random.Fork("faults");
        var frames = options.RateHz * FaultSpell.MeanMs / 1000;
        _noLink = new FaultSpell(_faults.Late, frames);
        _wrongClock = new FaultSpell(_faults.Skew, frames);
    }

    /// <summary>Its turn has come: it measures and sends, or keeps, or loses what it measured.</summary>
    /// <param name="now">The time, ms since 1970.</param>
    /// <param name="start">The start of the fleet, ms since 1970.</param>
    /// <param name="outbox">Takes what it sends.</param>
    public void Step(long now, long start, LiveOutbox outbox)
    {
        var second = (now - start) / 1000;
        var readings = _sensor.Measure(_body.At(second), second);
        if (now < _offUntil) return;
        if (_chance.Chance(_faults.Restart))
        {
            SwitchOff(now, outbox);
            return;
        }

        var fault = _faults.HourLate > 0 && _chance.Chance(_faults.HourLate) ? LiveFault.HourLate
            : _sequence == 0 && _offUntil != long.MinValue ? LiveFault.Restart : LiveFault.None;
        var frame = Make(now, readings, fault);
        if (_noLink.Holds(now, _chance))
        {
            _kept.Add(frame with { Faults = frame.Faults | LiveFault.Late });
            return;
        }

        Deliver(now, outbox);
        Send(now, frame, outbox);
    }

    /// <summary>Sends what it has kept.</summary>
    public void Deliver(long now, LiveOutbox outbox)
    {
        foreach (var frame in _kept) Send(now, frame, outbox);
        _kept.Clear();
    }

    // What it has kept survives a restart and goes first.
    private void SwitchOff(long now, LiveOutbox outbox)
    {
        Deliver(now, outbox);
        _epoch++;
        _sequence = 0;
        _offUntil = now + _chance.Between(3_000L, 20_000L);
    }

    private LiveFrame Make(long now, RecordedReading[] readings, LiveFault fault)
    {
        if (_chance.Chance(_faults.Corrupt))
        {
            fault |= LiveFault.Corrupt;
            if (_chance.Chance(ShareTruncated)) fault |= LiveFault.Truncated;
            else readings = LiveSensor.Spoil(readings, _chance);
        }

        var wasWrong = _wrongClock.IsOn;
        var ahead = 0L;
        if (_wrongClock.Holds(now, _chance))
        {
            if (!wasWrong) _clockAheadMs = _chance.Pick(SkewMs);
            fault |= LiveFault.Skew;
            ahead = _clockAheadMs;
        }

        if (_chance.Chance(_faults.Gaps)) fault |= LiveFault.Gap;
        var lost = (fault & LiveFault.Gap) != 0;
        if (!lost && _chance.Chance(_faults.Duplicates)) fault |= LiveFault.Duplicate;
        if (!lost && _chance.Chance(_faults.Disorder)) fault |= LiveFault.Disorder;
        var copies = lost ? 0 : (fault & LiveFault.Duplicate) != 0 ? 2 : 1;
        var (epoch, sequence) = (_epoch, 0UL);
        if ((fault & LiveFault.HourLate) != 0)
        {
            // What it kept was numbered when it was measured, before it was switched on for this run.
            (epoch, sequence) = (_epochBefore, ++_sequenceBefore);
            ahead -= HourMs;
        }
        else
        {
            sequence = ++_sequence;
        }

        return new LiveFrame(new FrameElement(now, _patient, _device, _source, epoch, sequence, now + ahead, readings), fault, copies);
    }

    private void Send(long now, LiveFrame frame, LiveOutbox outbox)
    {
        var first = now;
        if ((frame.Faults & LiveFault.Disorder) != 0) first += _chance.Between(1L, SourceSettings.Default(_source).GapWait - 1);
        if (first != frame.Frame.ArrivalTime) frame = frame with { Frame = frame.Frame with { ArrivalTime = first } };
        outbox.Add(frame, first);
        if (frame.Copies > 1) outbox.Add(frame, first + _chance.Between(0L, LongestDuplicateMs));
    }
}
