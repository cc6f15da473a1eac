// Why a frame could not be taken, so that its sender can put it right.
using MedAI.Streaming.Domain.Vitals;

namespace MedAI.Streaming.Adapters.Json;

/// <summary>Why a frame could not be read.</summary>
/// <param name="Reason"><see cref="RejectReason.Malformed"/> or <see cref="RejectReason.MissingField"/>.</param>
/// <param name="Detail">What is wrong and what is allowed, as a sentence without a value of the frame's own.</param>
/// <param name="Position">Where it was seen: bytes from the beginning of the frame.</param>
public readonly record struct FrameRefusal(RejectReason Reason, string Detail, int Position);
