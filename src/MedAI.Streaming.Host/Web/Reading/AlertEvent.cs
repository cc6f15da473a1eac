// One transition on its way to those who listen: written once, sent to many.
using System.Buffers;
using System.Text;
using System.Text.Json;
using MedAI.Streaming.Pipeline.Ports;

namespace MedAI.Streaming.Host.Web.Reading;

/// <summary>A transition with the place behind it.</summary>
/// <param name="cursor">The place.</param>
/// <param name="transition">The transition.</param>
internal sealed class AlertEvent(string cursor, TransitionRecord transition)
{
    // Made by the first who sends it; should two make it at once, they make the same.
    private byte[]? _message;

    /// <summary>The place behind it.</summary>
    public string Cursor => cursor;

    /// <summary>The transition.</summary>
    public TransitionRecord Transition => transition;

    /// <summary>The message of a stream of server-sent events: id, event and data.</summary>
    public ReadOnlyMemory<byte> Message => _message ??= Make();

    private byte[] Make()
    {
        var bytes = new ArrayBufferWriter<byte>(1024);
        bytes.Write(Encoding.UTF8.GetBytes($"id: {cursor}\nevent: transition\ndata: "));
        using (var json = new Utf8JsonWriter(bytes, WebJson.Style))
        {
            // JSON writes line ends inside texts as escapes, so that the data is one line.
            ReadingJson.Alert(json, cursor, transition);
        }

        bytes.Write("\n\n"u8);
        return bytes.WrittenSpan.ToArray();
    }
}
