// Sends frames to a service over HTTP, and turns its answers into what the sender does next.
using System.IO.Compression;
using System.Net;
using System.Text.Json;

namespace MedAI.Streaming.Host.Send;

/// <summary>How frames are sent over HTTP.</summary>
/// <param name="Form">Their form.</param>
/// <param name="NamesPatients">Whether they say whose they are.</param>
/// <param name="Gzip">Whether bodies are packed.</param>
internal sealed record HttpForm(FrameForm Form, bool NamesPatients, bool Gzip);

/// <summary>A service, and one connection of it for each lane.</summary>
/// <param name="client">The client, which this owns from now on.</param>
/// <param name="form">The form.</param>
internal sealed class HttpRoute(ServiceClient client, HttpForm form) : ISendRoute
{
    /// <inheritdoc/>
    public IFrameSender OpenLane() => new Sender(client, form);

    /// <inheritdoc/>
    public void Dispose() => client.Dispose();

    private sealed class Sender(ServiceClient client, HttpForm form) : IFrameSender
    {
        private const string Path = "v1/frames";

        // Reasons of a refusal that is the first of all that a request had no room for.
        private static readonly string[] Cuts = ["body_too_long", "too_many_frames"];
        private readonly FrameWriter _body = new(form.Form, form.NamesPatients);

        public async Task<SendAnswer> SendAsync(IReadOnlyList<Delivery> frames, CancellationToken stop)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, Path) { Content = Content(frames) };
            var answer = await client.SendAsync(request, stop);
            return answer switch
            {
                { IsBusy: true } => new(SendOutcome.Busy, answer.Detail) { RetryAfter = answer.RetryAfter },
                { Status: HttpStatusCode.Accepted } => new(SendOutcome.Answered) { Judged = frames.Count },
                { Status: HttpStatusCode.BadRequest or HttpStatusCode.UnprocessableEntity or HttpStatusCode.RequestEntityTooLarge } =>
                    Judged(answer, frames.Count),
                _ => new(SendOutcome.Failed, answer.Detail),
            };
        }

        private ReadOnlyMemoryContent Content(IReadOnlyList<Delivery> frames)
        {
            var body = _body.Write(frames);
            if (form.Gzip)
            {
                using var packed = new MemoryStream(body.Length / 2);
                using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
                {
                    gzip.Write(body.Span);
                }

                body = packed.GetBuffer().AsMemory(0, (int)packed.Length);
            }

            var content = new ReadOnlyMemoryContent(body);
            content.Headers.ContentType = new(form.Form == FrameForm.Protobuf ? "application/x-protobuf" : "application/x-ndjson");
            if (form.Gzip)
                content.Headers.ContentEncoding.Add("gzip");
            return content;
        }

        // Some or all were refused; what is not accounted for one by one was not taken as a whole.
        private static SendAnswer Judged(ServiceAnswer answer, int count)
        {
            if (Refusals(answer.Body, count, out var taken) is not { } refusals)
            {
                return answer.Status == HttpStatusCode.RequestEntityTooLarge
                    ? new(SendOutcome.TooLarge, answer.Detail)
                    : new(SendOutcome.Answered, answer.Detail)
                    {
                        Judged = count,
                        Refusals = [.. Enumerable.Range(0, count).Select(i => new Refusal(i, answer.Code))],
                    };
            }

            var judged = taken + refusals.Count;
            var last = refusals.Count > 0 ? refusals[^1] : default;
            if (judged > 1 && last.Index == judged - 1 && Cuts.Contains(last.Reason))
            {
                // A limit cut the request here: this one and what follows may go in another.
                refusals.RemoveAt(refusals.Count - 1);
                judged--;
            }

            return new(SendOutcome.Answered, answer.Detail) { Judged = judged, Refusals = refusals };
        }

        private static List<Refusal>? Refusals(JsonElement body, int count, out int taken)
        {
            taken = 0;
            if (body.ValueKind != JsonValueKind.Object || !body.TryGetProperty("accepted", out var accepted)
                || accepted.ValueKind != JsonValueKind.Number || !accepted.TryGetInt32(out taken) || taken < 0
                || !body.TryGetProperty("refused", out var list) || list.ValueKind != JsonValueKind.Array || taken + list.GetArrayLength() > count)
                return null;

            var refusals = new List<Refusal>(list.GetArrayLength());
            foreach (var entry in list.EnumerateArray())
            {
                if (!entry.TryGetProperty("line", out var line) || !line.TryGetInt32(out var number)
                    || !entry.TryGetProperty("reason", out var reason) || reason.GetString() is not { Length: > 0 } why)
                    return null;

                refusals.Add(new(number - 1, why));
            }

            refusals.Sort((a, b) => a.Index.CompareTo(b.Index));
            var judged = taken + refusals.Count;
            var isSound = judged > 0 && refusals.DistinctBy(refusal => refusal.Index).Count() == refusals.Count
                && refusals.All(refusal => refusal.Index >= 0 && refusal.Index < judged)
                && (judged == count || (refusals.Count > 0 && Cuts.Contains(refusals[^1].Reason)));
            return isSound ? refusals : null;
        }
    }
}
