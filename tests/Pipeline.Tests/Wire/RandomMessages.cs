// Seeded random messages of schemas/, ordinary ones and odd ones, and the same as log elements.
using System.Text;
using MedAI.Streaming.Domain.Alerts;
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Domain.Vitals;
using Proto = MedAI.Schemas.V1;

namespace MedAI.Streaming.Pipeline.Tests.Wire;

/// <summary>Makes messages. Each seed gives one message, always the same.</summary>
internal sealed class RandomMessages(int seed)
{
    private static readonly string[] Alphabets = ["abcdefghijklmnopqrstuvwxyz-0123456789", "äöüßéñ中文字患者🙂𝄞", " |/\t\"'%"];
    private readonly Random _random = new(seed);

    /// <summary>The source of randomness.</summary>
    public Random Random => _random;

    /// <summary>A frame as a device would send it, with odd values, units and names now and then.</summary>
    public Proto.Frame Frame()
    {
        var frame = new Proto.Frame
        {
            Patient = Text(1, 24),
            Device = Text(1, 12),
            Source = (Proto.SourceClass)_random.Next(1, 4),
            Epoch = Number(),
            Sequence = Number(),
            EventTimeMs = Time(),
        };
        var readings = _random.Next(8) switch { 0 => 0, 1 => _random.Next(9, 65), _ => _random.Next(1, 9) };
        for (var i = 0; i < readings; i++)
        {
            frame.Readings.Add(Reading());
        }

        return frame;
    }

    /// <summary>The element that stands for a frame, as far as one can.</summary>
    public static FrameElement Element(Proto.Frame frame, long arrivalTime) => new(
        arrivalTime, frame.Patient, frame.Device, (SourceClass)((int)frame.Source - 1), frame.Epoch, frame.Sequence, frame.EventTimeMs,
        [.. frame.Readings.Select(r => new RecordedReading(
            r.Vital == Proto.VitalSign.Unspecified ? null : (VitalSign)((int)r.Vital - 1), r.Value, (Unit)(int)r.Unit,
            (Validity)(int)r.Validity, r.Name.Length == 0 ? null : r.Name, r.MarkedAsError))]);

    /// <summary>Facts of a patient, each of them known or not.</summary>
    public PatientFactsElement Facts(long arrivalTime) => new(
        arrivalTime, Text(1, 24), Maybe(() => _random.NextDouble() * 100), Maybe(() => _random.Next(2) == 0), Maybe(Time), MaybeText(),
        MaybeText(), MaybeText(), _random.Next(2) == 0);

    /// <summary>An acknowledgement.</summary>
    public AcknowledgementElement Acknowledgement(long arrivalTime)
    {
        var opened = Maybe(Time);
        return new(
            arrivalTime, Text(1, 24), Text(1, 24), Text(0, 24), opened, opened is null ? null : Maybe(() => _random.Next(20)));
    }

    /// <summary>The beginning or the end of an association.</summary>
    public DeviceAssociationElement Association(long arrivalTime)
    {
        var from = Time();
        return new(arrivalTime, Text(1, 24), Text(1, 24), from, Maybe(() => from + _random.Next(100_000)), Text(0, 24));
    }

    /// <summary>Limits, which need not make sense.</summary>
    public PatientLimitsElement Limits(long arrivalTime) => new(
        arrivalTime, Text(1, 24),
        [.. Enumerable.Range(0, _random.Next(4)).Select(_ => new PatientLimit(
            Text(0, 24), _random.Next(2) == 0,
            [.. Enumerable.Range(0, _random.Next(4)).Select(_ => new AlertLevel(Value(), (AlertPriority)_random.Next(4)))],
            Maybe(() => _random.Next(1000))))],
        Text(0, 24));

    /// <summary>A discharge.</summary>
    public DischargeElement Discharge(long arrivalTime) => new(arrivalTime, Text(1, 24), Time(), Text(0, 24));

    /// <summary>One of each control record.</summary>
    public IEnumerable<LogElement> Controls(long arrivalTime, int partition) =>
    [
        Facts(arrivalTime), Acknowledgement(arrivalTime), Model(arrivalTime, partition), Refused(arrivalTime),
        Association(arrivalTime), Limits(arrivalTime), Discharge(arrivalTime), Elected(arrivalTime, partition),
    ];

    /// <summary>A change of the model.</summary>
    public ModelAvailabilityElement Model(long arrivalTime, int partition) => new(arrivalTime, partition, _random.Next(2) == 0, Text(0, 200));

    /// <summary>The choice of a model.</summary>
    public ModelElectedElement Elected(long arrivalTime, int partition)
    {
        var alert = 1 - _random.NextDouble();
        return new(
            arrivalTime, partition,
            new(Text(1, 24), Text(0, 64), alert, _random.NextDouble() * alert, _random.Next(2) == 0, Text(0, 200)));
    }

    /// <summary>Refused input.</summary>
    public RefusedElement Refused(long arrivalTime) => new(
        arrivalTime, _random.Next(1, int.MaxValue), (RejectReason)_random.Next(1, RejectReasons.Count), Text(0, 40), Text(0, 200));

    /// <summary>A text of a length in characters.</summary>
    public string Text(int least, int most)
    {
        var text = new StringBuilder();
        var alphabet = Alphabets[_random.Next(4) == 0 ? _random.Next(Alphabets.Length) : 0];
        var runes = alphabet.EnumerateRunes().ToArray();
        for (var left = _random.Next(least, most + 1); left > 0; left--)
        {
            text.Append(runes[_random.Next(runes.Length)].ToString());
        }

        return text.ToString();
    }

    private Proto.Reading Reading()
    {
        var vital = (Proto.VitalSign)_random.Next(VitalSignCatalogue.Count + 1);
        return new Proto.Reading
        {
            Vital = vital,
            Name = vital == Proto.VitalSign.Unspecified ? Text(0, 20) : "",
            Value = Value(),
            Unit = _random.Next(4) == 0 ? (Proto.Unit)_random.Next(12) : _random.Next(20) == 0 ? Proto.Unit.Unknown : Proto.Unit.Canonical,
            Validity = _random.Next(5) == 0 ? (Proto.Validity)_random.Next(4) : Proto.Validity.Valid,
            MarkedAsError = _random.Next(20) == 0,
        };
    }

    private double Value() => _random.Next(12) switch
    {
        0 => double.NaN,
        1 => double.PositiveInfinity,
        2 => -0.0,
        3 => 0,
        4 => double.Epsilon,
        5 => -1 - (_random.NextDouble() * 1e6),
        6 => _random.Next(20),
        _ => _random.NextDouble() * 200,
    };

    private ulong Number() => _random.Next(10) == 0 ? (ulong)_random.NextInt64(1, long.MaxValue) * 2 : (ulong)_random.Next(1, 100_000);

    // Never 0: a frame at the first instant of 1970 cannot be told from one without a time.
    private long Time() => _random.Next(10) == 0 ? -_random.NextInt64(1, 62_000_000_000_000) : _random.NextInt64(1, 4_000_000_000_000);

    private T? Maybe<T>(Func<T> value)
        where T : struct => _random.Next(2) == 0 ? value() : null;

    private string? MaybeText() => _random.Next(2) == 0 ? Text(1, 20) : null;
}
