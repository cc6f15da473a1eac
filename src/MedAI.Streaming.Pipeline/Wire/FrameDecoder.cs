// Decodes a frame's bytes straight into hot state: the first pass over a batch.
using System.Text;
using System.Text.Unicode;
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Domain.Vitals;

namespace MedAI.Streaming.Pipeline.Wire;

/// <summary>A reading that was not taken, with what is needed to tell why.</summary>
/// <param name="Vital">Vital sign number, or 255 for one that is not in the catalogue.</param>
/// <param name="Reason">Why.</param>
/// <param name="Value">The value as sent.</param>
/// <param name="Unit">The unit as sent.</param>
/// <param name="Name">The sender's name of an unknown vital sign, or null.</param>
public readonly record struct RejectedReading(byte Vital, RejectReason Reason, double Value, Unit Unit, string? Name);

/// <summary>Decodes frames (schemas/vitals.proto). Known frames are decoded without allocation.</summary>
public static class FrameDecoder
{
    /// <summary>The most readings of a frame.</summary>
    public const int MaxReadings = 64;

    /// <summary>The longest patient or device id, in bytes of UTF-8.</summary>
    public const int MaxIdBytes = 512;

    // Years 1 to 9999, as people can write them; it also keeps the arithmetic of times from overflowing.
    private const long FirstTime = -62_135_596_800_000;
    private const long LastTime = 253_402_300_799_999;

    /// <summary>Decodes one message.</summary>
    /// <param name="message">The bytes.</param>
    /// <param name="demo">Whether demo readings are taken.</param>
    /// <param name="frame">Receives everything but arrival time, device number and flags.</param>
    /// <param name="patient">The patient id's bytes, within <paramref name="message"/>.</param>
    /// <param name="device">The device id's bytes, within <paramref name="message"/>.</param>
    /// <param name="rejected">Readings that were not taken are added here.</param>
    /// <returns>
    /// <see cref="RejectReason.None"/>, or why the frame as a whole cannot be used: <see cref="RejectReason.Malformed"/> or
    /// <see cref="RejectReason.MissingField"/>.
    /// </returns>
    public static RejectReason Decode(
        ReadOnlySpan<byte> message, bool demo, ref Frame frame, out ReadOnlySpan<byte> patient, out ReadOnlySpan<byte> device,
        List<RejectedReading> rejected)
    {
        patient = default;
        device = default;
        frame.Epoch = frame.Sequence = 0;
        frame.EventTime = 0;
        frame.Present = frame.Questionable = frame.Bad = 0;
        frame.Readings = 0;
        frame.Flags = FrameFlags.None;
        var source = 0u;
        var timed = false;
        var firstRejected = rejected.Count;
        var reader = new ProtoReader(message);
        while (reader.Next(out var field))
        {
            switch (field)
            {
                case 1:
                    patient = reader.ReadBytes();
                    break;
                case 2:
                    device = reader.ReadBytes();
                    break;
                case 3:
                    source = (uint)reader.ReadVarint();
                    break;
                case 4:
                    frame.Epoch = reader.ReadVarint();
                    break;
                case 5:
                    frame.Sequence = reader.ReadVarint();
                    break;
                case 6:
                    frame.EventTime = (long)reader.ReadFixed64();
                    timed = true;
                    break;
                case 7:
                    if (frame.Readings == MaxReadings || !Reading(reader.ReadBytes(), demo, ref frame, rejected))
                    {
                        return Unusable(RejectReason.Malformed, rejected, firstRejected);
                    }

                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        if (reader.Failed || source > 3 || !IsTime(frame.EventTime) || !IsId(patient) || !IsId(device))
        {
            return Unusable(RejectReason.Malformed, rejected, firstRejected);
        }

        if (patient.IsEmpty || device.IsEmpty || source == 0 || frame.Epoch == 0 || frame.Sequence == 0 || !timed)
        {
            return Unusable(RejectReason.MissingField, rejected, firstRejected);
        }

        frame.Source = (SourceClass)(source - 1);
        return RejectReason.None;
    }

    /// <summary>Whether a time is in the years 1 to 9999, so that arithmetic on it cannot overflow.</summary>
    internal static bool IsTime(long time) => time is >= FirstTime and <= LastTime;

    // Bytes that are no text would become the same name for different patients.
    private static bool IsId(ReadOnlySpan<byte> bytes) => bytes.Length <= MaxIdBytes && Utf8.IsValid(bytes);

    private static RejectReason Unusable(RejectReason reason, List<RejectedReading> rejected, int first)
    {
        rejected.RemoveRange(first, rejected.Count - first);
        return reason;
    }

    private static bool Reading(ReadOnlySpan<byte> message, bool demo, ref Frame frame, List<RejectedReading> rejected)
    {
        if (!ReadingMessage.TryRead(message, out var reading))
        {
            return false;
        }

        frame.Readings++;
        if (!reading.IsListed)
        {
            rejected.Add(new(255, RejectReason.UnknownVitalSign, reading.Value, reading.Unit, NameOf(reading.Name)));
            return true;
        }

        Take(
            (VitalSign)(reading.Vital - 1), reading.Unit, reading.Value, reading.Validity, reading.MarkedAsError, demo, ref frame, rejected);
        return true;
    }

    private static void Take(
        VitalSign vital, Unit unit, double value, Validity validity, bool error, bool demo, ref Frame frame,
        List<RejectedReading> rejected)
    {
        var bit = 1ul << (int)vital;
        RejectReason reason;
        if (((frame.Present | frame.Bad) & bit) != 0)
        {
            reason = RejectReason.RepeatedInFrame;
        }
        else if (error)
        {
            reason = RejectReason.MarkedAsError;
        }
        else if (validity == Validity.Invalid)
        {
            // The device itself says there is no signal: that is accepted as what it is, whatever the number.
            frame.Bad |= bit;
            return;
        }
        else if (validity == Validity.Demo && !demo)
        {
            reason = RejectReason.DemoData;
        }
        else
        {
            reason = UnitConversion.ToCanonical(vital, unit, value, out var canonical);
            if (reason == RejectReason.None)
            {
                frame.Present |= bit;
                frame.Values[(int)vital] = canonical;
                frame.Questionable |= validity is Validity.Valid or Validity.Demo ? 0 : bit;
                return;
            }

            // An implausible value is evidence of a bad signal; a wrong unit is not.
            frame.Bad |= reason is RejectReason.OutOfRange or RejectReason.NotANumber ? bit : 0;
        }

        rejected.Add(new((byte)vital, reason, value, unit, null));
    }

    private static string NameOf(ReadOnlySpan<byte> name) =>
        name.IsEmpty ? "?" : Encoding.UTF8.GetString(name[..Math.Min(name.Length, 128)]);
}
