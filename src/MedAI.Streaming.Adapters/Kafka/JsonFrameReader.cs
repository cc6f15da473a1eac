// How frames that were produced as JSON text become records; what JSON means is not this adapter's business.
using System.Buffers;
using MedAI.Streaming.Pipeline.Wire;

namespace MedAI.Streaming.Adapters.Kafka;

/// <summary>Turns the JSON form of a frame into the payload of a record.</summary>
/// <param name="key">The message's key: the patient id as UTF-8, or empty.</param>
/// <param name="json">The value; its first byte is <c>{</c>.</param>
/// <param name="where">Where it stands, for a person: topic, partition and offset.</param>
/// <param name="payload">Receives the payload.</param>
/// <returns>
/// <see cref="RecordKind.Frame"/>, or <see cref="RecordKind.Refused"/> with the reason as the payload. It never throws on bad text.
/// </returns>
public delegate RecordKind JsonFrameReader(ReadOnlySpan<byte> key, ReadOnlySpan<byte> json, string where, IBufferWriter<byte> payload);
