// Whose a record is: the patient id in its payload, without decoding the rest.
using System.Text.Unicode;

namespace MedAI.Streaming.Pipeline.Wire;

/// <summary>The key of a record: field 1 of frames and of control records about a patient (schemas/).</summary>
public static class RecordKey
{
    private const int PatientTag = (1 << 3) | 2;

    /// <summary>Whether records of a kind concern every patient of their partition.</summary>
    public static bool IsOfPartition(RecordKind kind) =>
        kind is RecordKind.Clock or RecordKind.ModelAvailability or RecordKind.ModelElected;

    /// <summary>The patient id of a record as UTF-8, or empty for a record of the whole partition or one that cannot be read.</summary>
    public static ReadOnlySpan<byte> Of(RecordKind kind, ReadOnlySpan<byte> payload)
    {
        if (IsOfPartition(kind) || kind == RecordKind.Refused || payload.Length < 2 || payload[0] != PatientTag)
            return default;

        var reader = new ProtoReader(payload);
        if (!reader.Next(out _))
            return default;

        var id = reader.ReadBytes();
        return !reader.Failed && id.Length <= FrameDecoder.MaxIdBytes && Utf8.IsValid(id) ? id : default;
    }
}
