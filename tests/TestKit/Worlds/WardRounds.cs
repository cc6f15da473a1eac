// What people do around a fleet: devices change their wearers, patients leave and come back, limits are set, alarms are acknowledged.
using System.Globalization;
using MedAI.Streaming.Domain.Alerts;
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Simulation;

namespace MedAI.Streaming.TestKit.Worlds;

/// <summary>Puts control records over the elements of a fleet. The same seed does the same.</summary>
public sealed class WardRounds
{
    private const long Minute = 60_000;
    private static readonly string[] Staff = ["nurse-1", "nurse-2", "Dr Lind"];
    private readonly SeededRandom _random;
    private readonly List<LogElement> _elements = [];
    private readonly string[] _patients;
    private readonly long _start;
    private readonly long _end;

    private WardRounds(IReadOnlyList<LogElement> elements, ulong seed)
    {
        _random = new SeededRandom(seed).Fork("rounds");
        _patients = [.. elements.Select(e => e.Key).Where(k => k.Length > 0).Distinct()];
        _start = elements[0].ArrivalTime;
        _end = elements[^1].ArrivalTime;
    }

    /// <summary>
    /// The elements with associations, moves of devices from patient to patient, discharges, readmissions and limits. Most frames
    /// go to whoever wears the device at their event time; some are sent under the wrong name, and some records come twice.
    /// </summary>
    /// <param name="elements">A fleet's elements, in arrival order; at least one.</param>
    /// <param name="seed">Decides everything.</param>
    public static IReadOnlyList<LogElement> Over(IReadOnlyList<LogElement> elements, ulong seed)
    {
        var rounds = new WardRounds(elements, seed);
        rounds._elements.AddRange(elements.Where(e => e is not FrameElement));
        foreach (var frames in elements.OfType<FrameElement>().GroupBy(f => (f.Patient, f.Device)))
        {
            // Ids are unique in the ward, so that a device is the same one with whoever wears it.
            rounds.Device([.. frames.Select(f => f with { Device = $"{f.Patient}.{f.Device}" })]);
        }

        foreach (var patient in rounds._patients)
        {
            rounds.Stay(patient);
            rounds.Limits(patient);
        }

        return [.. rounds._elements.OrderBy(e => e.ArrivalTime)];
    }

    /// <summary>The elements with acknowledgements of transitions that a run of them had, the newest of their episode or not.</summary>
    /// <param name="elements">The elements, in arrival order.</param>
    /// <param name="lines">The digest's lines of that run (<see cref="WorldResult.Lines"/>).</param>
    /// <param name="seed">Decides which.</param>
    public static IReadOnlyList<LogElement> Acknowledging(IReadOnlyList<LogElement> elements, IReadOnlyList<string> lines, ulong seed)
    {
        var random = new SeededRandom(seed).Fork("acknowledgements");
        var all = elements.ToList();
        foreach (var line in lines)
        {
            if (random.Chance(0.15))
            {
                var fields = line.Split('\t');
                var opened = long.Parse(fields[2], CultureInfo.InvariantCulture);
                var arrival = Math.Clamp(opened + random.Between(0, 10 * Minute), elements[0].ArrivalTime, elements[^1].ArrivalTime);
                all.Add(new AcknowledgementElement(
                    arrival, fields[0], fields[1], random.Pick(Staff), opened,
                    random.Chance(0.1) ? null : int.Parse(fields[3], CultureInfo.InvariantCulture)));
            }
        }

        return [.. all.OrderBy(e => e.ArrivalTime)];
    }

    // The life of one device: worn by one after the other, or as its frames say where nobody records it.
    private void Device(FrameElement[] frames)
    {
        if (_random.Chance(0.35))
        {
            _elements.AddRange(frames);
            return;
        }

        var wearer = frames[0].Patient;
        var from = frames.Min(f => f.EventTime) - _random.Between(-Minute, Minute);
        var last = frames.Max(f => f.EventTime);
        var worn = new List<(string Wearer, long From, long Until)>();
        while (true)
        {
            var until = _random.Between(from, from + Math.Max(Minute, last - from));
            var moves = until < last && worn.Count < 5 && _random.Chance(0.8);
            Record(new DeviceAssociationElement(Soon(from), wearer, frames[0].Device, from, null, _random.Pick(Staff)));
            worn.Add((wearer, from, moves ? until : long.MaxValue));
            if (!moves)
            {
                break;
            }

            Record(new DeviceAssociationElement(Soon(until), wearer, frames[0].Device, from, until, _random.Pick(Staff)));
            wearer = _random.Pick(_patients);
            from = until + _random.Between(0, 2 * Minute);
        }

        foreach (var frame in frames)
        {
            var rightly = worn.FindLast(w => frame.EventTime >= w.From && frame.EventTime < w.Until).Wearer ?? frame.Patient;
            _elements.Add(frame with { Patient = _random.Chance(0.95) ? rightly : _random.Pick(_patients) });
        }
    }

    private void Stay(string patient)
    {
        var at = _random.Between(_start, _end);
        for (var stays = 0; stays < 3 && _random.Chance(0.4); stays++)
        {
            Record(new DischargeElement(Soon(at), patient, at, _random.Pick(Staff)));
            at = _random.Between(at, _end);
            if (_random.Chance(0.6))
            {
                Record(new PatientFactsElement(
                    Soon(at), patient, _random.Between(16, 95), AdmissionTime: _random.Chance(0.5) ? at : null, Ward: "icu"));
            }

            at = _random.Between(at, _end);
        }
    }

    private void Limits(string patient)
    {
        while (_random.Chance(0.5))
        {
            var rules = DefaultRules.Limits.Where(_ => _random.Chance(0.3)).ToList();
            var limits = rules.Select(r => new PatientLimit(
                _random.Chance(0.03) ? "limit.nothing" : r.Id, _random.Chance(0.7),
                [.. r.Levels.Select(l => l with { Threshold = Math.Round(l.Threshold * _random.Between(0.95, 1.05), 1) })],
                _random.Chance(0.3) ? _random.Between(0, 20) : null));
            Record(new PatientLimitsElement(_random.Between(_start, _end), patient, [.. limits], _random.Pick(Staff)));
        }
    }

    // Adds a control record; a log over a network may have it twice.
    private void Record(LogElement element)
    {
        _elements.Add(element);
        if (_random.Chance(0.1))
        {
            _elements.Add(element with { ArrivalTime = Math.Min(_end, element.ArrivalTime + _random.Between(0, 5000L)) });
        }
    }

    // People record things a little later, or ahead.
    private long Soon(long time) => Math.Clamp(time + _random.Between(-10_000L, Minute), _start, _end);
}
