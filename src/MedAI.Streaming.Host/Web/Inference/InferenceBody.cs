// Reads the body of a call of a model as bytes, held to its limits.
using System.IO.Compression;
using MedAI.Streaming.Host.Web.Frames;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace MedAI.Streaming.Host.Web.Inference;

/// <summary>The body of one request. Its bytes count against the budget until it is disposed.</summary>
/// <param name="maxBytes">The most bytes, packed and unpacked alike.</param>
/// <param name="budget">What all bodies may hold together.</param>
internal sealed class InferenceBody(int maxBytes, ByteBudget budget) : IDisposable
{
    private const int FirstBytes = 16 << 10;

    /// <summary>How Triton's clients say that bytes follow the JSON.</summary>
    private const string BinaryHeader = "Inference-Header-Content-Length";

    private static readonly TimeSpan RoomRetry = TimeSpan.FromSeconds(1);
    private byte[] _bytes = [];
    private int _length;
    private long _taken;

    /// <summary>What was read.</summary>
    public ReadOnlyMemory<byte> Bytes => _bytes.AsMemory(0, _length);

    /// <summary>Reads the body; what it is called does not matter, because clients of the protocol call it differently or not at all.</summary>
    /// <returns>What is wrong with it, or null.</returns>
    public async Task<Problem?> ReadAsync(HttpContext context)
    {
        var request = context.Request;
        if (request.Headers.ContainsKey(BinaryHeader))
            return new Problem(400, "extension_not_taken", $"The request has the header {BinaryHeader}. {InferenceReader.BinaryAdvice}");

        var encoding = request.Headers.ContentEncoding.ToString();
        var isGzip = encoding.Equals("gzip", StringComparison.OrdinalIgnoreCase);
        if (!isGzip && encoding.Length > 0 && !encoding.Equals("identity", StringComparison.OrdinalIgnoreCase))
        {
            context.Response.Headers.AcceptEncoding = "gzip";
            return new Problem(415, "content_encoding", "Send the body as it is, or packed by gzip.");
        }

        // Held to its limit here, where the answer can say which one.
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = null;
        var packed = new MeteredStream(request.Body, maxBytes);
        await using var gzip = isGzip ? new GZipStream(packed, CompressionMode.Decompress, leaveOpen: true) : null;
        var plain = gzip is null ? packed : new MeteredStream(gzip, maxBytes);
        try
        {
            if (!await FillAsync(plain, context.RequestAborted))
                return new Problem(503, "busy", "There is no room for the body at present.") { RetryAfter = RoomRetry };
        }
        catch (InvalidDataException)
        {
            // How GZipStream says that it cannot unpack.
            return new Problem(400, "malformed", "The body is not gzip, or not whole.");
        }

        return packed.IsExceeded || plain.IsExceeded
            ? new Problem(413, "body_too_long", $"A body has at most {maxBytes} bytes (http.maxBodyBytes). Send fewer rows.")
            : null;
    }

    /// <inheritdoc/>
    public void Dispose() => budget.Give(_taken);

    private async Task<bool> FillAsync(MeteredStream body, CancellationToken stop)
    {
        while (true)
        {
            if (_length == _bytes.Length)
            {
                var larger = Math.Max(FirstBytes, _bytes.Length * 2);
                if (!budget.TryTake(larger - _bytes.Length))
                    return false;

                _taken += larger - _bytes.Length;
                Array.Resize(ref _bytes, larger);
            }

            var read = await body.ReadAsync(_bytes.AsMemory(_length), stop);
            if (read == 0)
                return true;

            _length += read;
        }
    }
}
