// Frames spoilt on the way or by a sender that speaks another dialect.
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Domain.Vitals;

namespace MedAI.Streaming.Simulation;

/// <summary>See <see cref="Fault.Corrupt"/>.</summary>
internal sealed class Corrupt(double rate) : Fault
{
    private static readonly RejectReason[] RefusedFor =
        [RejectReason.Malformed, RejectReason.LineTooLong, RejectReason.Truncated, RejectReason.MissingField];

    private readonly double _rate = CheckedRate(rate);

    public override string ToString() => FormattableString.Invariant($"corrupt {_rate:0.###}");

    internal override IReadOnlyList<LogElement> Apply(IReadOnlyList<LogElement> elements, SeededRandom random)
    {
        var result = new List<LogElement>(elements.Count);
        foreach (var element in elements)
        {
            if (element is not FrameElement frame || frame.Readings.Count == 0 || !random.Chance(_rate))
            {
                result.Add(element);
                continue;
            }

            var kind = random.Between(0, 7);
            if (kind == 7)
            {
                result.Add(new RefusedElement(
                    frame.ArrivalTime, random.Between(1, 8), random.Pick(RefusedFor),
                    FormattableString.Invariant($"gateway:{result.Count}"), "\u0001\u0002not a frame"));
                result.Add(frame);
                continue;
            }

            result.Add(frame with { Readings = Spoil(frame.Readings, kind, random) });
        }

        return result;
    }

    private static RecordedReading[] Spoil(IReadOnlyList<RecordedReading> readings, int kind, SeededRandom random)
    {
        var spoilt = readings.ToList();
        var at = random.Between(0, spoilt.Count - 1);
        var reading = spoilt[at];
        switch (kind)
        {
            case 0: spoilt[at] = reading with { Value = double.NaN }; break;
            case 1: spoilt[at] = reading with { Value = random.Pick([double.PositiveInfinity, double.NegativeInfinity]) }; break;
            case 2: spoilt[at] = reading with { Value = random.Pick([-40.0, 9_999.0, 1e300]) }; break;
            case 3: spoilt[at] = reading with { Vital = null, Name = random.Pick(UnknownNames) }; break;
            case 4: spoilt[at] = reading with { Unit = random.Chance(0.5) ? Unit.Unknown : Foreign(reading.Vital) }; break;
            // A frame may hold 64 readings; none here comes near.
            case 5: spoilt.Add(reading with { Value = reading.Value + 1 }); break;
            default: spoilt[at] = reading with { MarkedAsError = true }; break;
        }

        return [.. spoilt];
    }

    private static readonly string[] UnknownNames = ["RESP_EFFORT", "bis", "Ünknown/1"];

    private static Unit Foreign(VitalSign? vital) => vital is VitalSign.OxygenFlow ? Unit.Celsius : Unit.LitrePerMinute;
}
