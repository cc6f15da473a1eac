// Gathers what one request brings: frames for the log in their order, and what was refused with line and reason.
using System.Globalization;
using System.Text;
using MedAI.Streaming.Adapters.Json;
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Domain.Vitals;
using MedAI.Streaming.Host.Web.Patients;
using MedAI.Streaming.Pipeline.Wire;

namespace MedAI.Streaming.Host.Web.Frames;

/// <summary>The frames of one request. Nothing of it is in the log before all of it is handed over.</summary>
/// <param name="directory">Says whose a frame is.</param>
/// <param name="caller">Who sends.</param>
/// <param name="maxFrames">The most frames of a request.</param>
/// <param name="registeredOnly">Whether only frames of patients are taken whom the directory knows and who are in care.</param>
/// <param name="origin">What stands before line numbers in the dead letters: which request of which key.</param>
internal sealed class FrameIntake(PatientDirectory directory, Caller caller, int maxFrames, bool registeredOnly, string origin)
{
    // What was refused is kept one by one up to here; the rest is counted in one record more for each reason, so that the accounting
    // still holds.
    private const int MaxRefusedRecords = 100;
    private const int MaxText = 200;

    private readonly List<Item> _items = [];
    private readonly List<LogElement> _elements = [];
    private readonly List<RefusedFrame> _refused = [];

    // Readings that were refused and have no record of their own, by reason.
    private readonly long[] _unlisted = new long[RejectReasons.Count];
    private int _refusedRecords;
    private bool _isRefreshed;

    /// <summary>Whether the rest of the body is not to be read.</summary>
    public bool IsOver { get; private set; }

    /// <summary>Whether the body held nothing.</summary>
    public bool IsEmpty => _items.Count == 0;

    /// <summary>How many frames are taken; as the last decision has it.</summary>
    public int Accepted { get; private set; }

    /// <summary>What was refused, by line; as the last decision has it.</summary>
    public IReadOnlyList<RefusedFrame> Refused => _refused;

    /// <summary>What goes into the log: the frames, and records of what was refused, in the order of the body; as the last decision has it.</summary>
    public IReadOnlyList<LogElement> Elements => _elements;

    /// <summary>Takes a frame in JSON, or refuses it.</summary>
    public void TakeJson(int line, ReadOnlySpan<byte> json)
    {
        if (!HasRoom(line))
            return;

        if (FrameJson.TryRead(json, out var frame, out var refusal))
            _items.Add(new(line, frame, default));
        else
            Refuse(line, refusal.Reason, $"At byte {refusal.Position}: {refusal.Detail}", json, isText: true);
    }

    /// <summary>Takes a frame in protobuf, or refuses it.</summary>
    public void TakeProtobuf(int number, ReadOnlySpan<byte> message)
    {
        if (!HasRoom(number))
            return;

        if (FrameMessage.TryRead(message, out var frame, out var reason, out var detail))
            _items.Add(new(number, frame, default));
        else
            Refuse(number, reason, detail, message, isText: false);
    }

    /// <summary>Refuses something that is too long to be read; what comes behind it is still read.</summary>
    public void RefuseTooLong(int line, int maxBytes, ReadOnlySpan<byte> beginning, bool isText)
    {
        if (HasRoom(line))
            Refuse(line, RejectReason.LineTooLong, $"It is longer than {maxBytes} bytes (http.maxLineBytes).", beginning, isText);
    }

    /// <summary>Refuses the rest of the body, because it cannot be read.</summary>
    public void RefuseRest(int line, RejectReason reason, string detail, ReadOnlySpan<byte> beginning, bool isText)
    {
        if (HasRoom(line))
            Refuse(line, reason, detail, beginning, isText);
        IsOver = true;
    }

    /// <summary>Refuses the rest of the body, because it is over a limit; the sender may send it again from here.</summary>
    public void Cut(int line, string reason, string detail)
    {
        if (IsOver)
            return;

        IsOver = true;
        _items.Add(new(line, null, new(reason, detail, RefusalKind.Limit, RejectReason.Truncated, detail)));
    }

    /// <summary>Drops everything that was taken: the body as a whole turned out to be broken.</summary>
    public void Drop(string detail)
    {
        _items.Clear();
        IsOver = true;
        _items.Add(new(1, null, new(RejectReason.Truncated.Name(), detail, RefusalKind.Syntax, RejectReason.Truncated, detail)));
    }

    /// <summary>
    /// Says of every frame whose it is, by the directory as it stands now; what was decided before does not count. Before the directory
    /// refuses a first frame, it is asked once for what other processes changed.
    /// </summary>
    /// <exception cref="Pipeline.Ports.StoreException">What others changed cannot be learned now, and a frame would be refused without it.</exception>
    public void Decide()
    {
        _elements.Clear();
        _refused.Clear();
        Array.Clear(_unlisted);
        (Accepted, _refusedRecords) = (0, 0);
        foreach (var item in _items)
        {
            if (item.Frame is { } frame)
                Decide(item.Line, frame);
            else
                Refuse(item.Line, item.Refusal, 1);
        }

        for (var reason = 0; reason < _unlisted.Length; reason++)
        {
            if (_unlisted[reason] > 0)
            {
                var readings = (int)Math.Min(_unlisted[reason], int.MaxValue);
                _elements.Add(new RefusedElement(0, readings, (RejectReason)reason, origin, "more of this request, which its sender was told of"));
            }
        }
    }

    private bool HasRoom(int line)
    {
        if (!IsOver && _items.Count >= maxFrames)
            Cut(line, "too_many_frames", $"A request has at most {maxFrames} frames (http.maxFrames). Send this one and what follows in another.");
        return !IsOver;
    }

    private void Decide(int line, FrameElement frame)
    {
        var reason = Resolve(frame, out var patient);
        if (reason != RejectReason.None && caller.AllowsDevice(frame.Device) && !_isRefreshed)
        {
            _isRefreshed = true;
            directory.Refresh();
            reason = Resolve(frame, out patient);
        }

        if (reason != RejectReason.None)
        {
            var what = string.Create(
                CultureInfo.InvariantCulture, $"{frame.Device}/{frame.Epoch}/{frame.Sequence} at {JsonTime.Format(frame.EventTime)} {frame.Patient}");
            Refuse(line, new(reason.Name(), Why(reason), RefusalKind.Content, reason, Short(what.TrimEnd())), frame.Readings.Count);
            return;
        }

        Accepted++;
        _elements.Add(patient == frame.Patient ? frame : frame with { Patient = patient });
    }

    // First what the key may: to others the directory says nothing.
    private RejectReason Resolve(FrameElement frame, out string patient)
    {
        var reason = directory.Resolve(frame.Device, frame.Patient, frame.EventTime, out patient);
        var isAllowed = caller.AllowsDevice(frame.Device)
            && (caller.Wards.Count == 0 || patient.Length == 0 || caller.AllowsWard(directory.Patient(patient)?.Facts.Ward));
        if (!isAllowed)
            return RejectReason.DeviceNotAllowed;
        return reason == RejectReason.None && registeredOnly && directory.Patient(patient) is not { DischargedAt: null }
            ? RejectReason.UnknownPatient
            : reason;
    }

    private static string Why(RejectReason reason) => reason switch
    {
        RejectReason.DeviceNotAllowed => "The key may not be used for this device, or not for patients of this ward.",
        RejectReason.OtherPatient => "The device was not worn by this patient at that time. Associate it first, or leave the patient out.",
        RejectReason.UnknownPatient => "This patient is not in care here. Enter them first: PUT /v1/patients/{id}.",
        _ => "Nobody wore the device at that time. Associate it with a patient first, or name the patient.",
    };

    private void Refuse(int line, RejectReason reason, string detail, ReadOnlySpan<byte> bytes, bool isText)
    {
        var kind = reason switch
        {
            RejectReason.Malformed or RejectReason.Truncated => RefusalKind.Syntax,
            RejectReason.LineTooLong => RefusalKind.Limit,
            _ => RefusalKind.Content,
        };
        var text = isText ? Beginning(bytes) : Convert.ToHexString(bytes[..Math.Min(bytes.Length, MaxText / 2)]);
        _items.Add(new(line, null, new(reason.Name(), detail, kind, reason, text)));
    }

    private void Refuse(int line, Refusal refusal, int readings)
    {
        _refused.Add(new(line, refusal.Name, refusal.Detail, refusal.Kind));
        if (_refusedRecords == MaxRefusedRecords)
        {
            _unlisted[(int)refusal.Reason] += readings;
            return;
        }

        _refusedRecords++;
        var where = string.Create(CultureInfo.InvariantCulture, $"{origin}:{line}");
        _elements.Add(new RefusedElement(0, readings, refusal.Reason, where, refusal.Text));
    }

    // A character takes at most four bytes.
    private static string Beginning(ReadOnlySpan<byte> bytes) => Short(Encoding.UTF8.GetString(bytes[..Math.Min(bytes.Length, MaxText * 4)]));

    // Half a pair at the end goes.
    private static string Short(string text) =>
        text.Length <= MaxText ? text : text[..(char.IsHighSurrogate(text[MaxText - 1]) ? MaxText - 1 : MaxText)];

    // A frame whose owner is still to be said, or what was refused when it was read.
    private readonly record struct Item(int Line, FrameElement? Frame, Refusal Refusal);

    // What the sender is told, and the reason and text in the log.
    private readonly record struct Refusal(string Name, string Detail, RefusalKind Kind, RejectReason Reason, string Text);
}
