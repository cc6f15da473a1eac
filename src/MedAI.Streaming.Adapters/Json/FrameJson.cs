// Reads frames in JSON: strictly, within bounds, and with a reason for every frame that cannot be taken.
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Domain.Vitals;

namespace MedAI.Streaming.Adapters.Json;

/// <summary>
/// The JSON form of a frame: <c>patient</c> (may be left out where the device says whose it is), <c>device</c>, <c>source</c>,
/// <c>epoch</c> (1 if left out), <c>sequence</c>, <c>time</c> and <c>readings</c>, each with <c>vital</c>, <c>value</c>, <c>unit</c> and
/// <c>validity</c>: the names of the ndjson format of recorded data. Names are in lower case; null means left out.
/// </summary>
/// <remarks>
/// What only concerns one reading does not cost the others: an unknown vital sign, an unknown unit, and a value that is left out or
/// too great for a number are readings all the same, which the flow rejects by their own reasons. Everything else that is not as it
/// should be refuses the frame: another name, a name twice, a value of another kind, more than 64 readings.
/// </remarks>
public static class FrameJson
{
    // A frame has objects in an array in an object; nothing of it nests deeper.
    private static readonly JsonReaderOptions Strict = new() { MaxDepth = 4 };

    /// <summary>Reads one frame.</summary>
    /// <param name="json">One JSON value in UTF-8, with nothing but blanks around it.</param>
    /// <param name="frame">The frame; its arrival time is 0, and its patient is empty where it names none.</param>
    /// <param name="refusal">Why there is none.</param>
    public static bool TryRead(ReadOnlySpan<byte> json, [NotNullWhen(true)] out FrameElement? frame, out FrameRefusal refusal)
    {
        frame = null;
        if (!Utf8.IsValid(json))
        {
            refusal = new(RejectReason.Malformed, "The bytes are not UTF-8.", FirstBroken(json));
            return false;
        }

        var reading = new FrameJsonReader(new Utf8JsonReader(json, Strict));
        try
        {
            frame = reading.Read(out refusal);
            return frame is not null;
        }
        catch (JsonException broken)
        {
            // The reader of the runtime has no other way to say that something is not JSON; this is the one place that hears it.
            var cut = broken.Message.IndexOf(" LineNumber:", StringComparison.Ordinal);
            var why = cut < 0 ? broken.Message : broken.Message[..cut];
            refusal = new(RejectReason.Malformed, $"This is not JSON: {why}", Position(json, broken));
            return false;
        }
    }

    private static int Position(ReadOnlySpan<byte> json, JsonException broken)
    {
        var at = 0;
        for (var line = broken.LineNumber ?? 0; line > 0; line--)
        {
            at += json[at..].IndexOf((byte)'\n') + 1;
        }

        return at + (int)(broken.BytePositionInLine ?? 0);
    }

    private static int FirstBroken(ReadOnlySpan<byte> bytes)
    {
        var at = 0;
        while (Rune.DecodeFromUtf8(bytes[at..], out _, out var length) == System.Buffers.OperationStatus.Done)
        {
            at += length;
        }

        return at;
    }
}
