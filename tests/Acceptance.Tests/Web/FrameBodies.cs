// Bodies with frames, as devices send them.
using System.Globalization;
using System.IO.Compression;
using System.Net.Http.Headers;
using System.Text;

namespace Acceptance.Tests.Web;

internal static class FrameBodies
{
    public static string Frame(int sequence, string device = "d1", string? patient = "p1", long time = 1_714_550_400_000) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $$"""
            {{{(patient is null ? "" : $"\"patient\":\"{patient}\",")}}"device":"{{device}}","source":"bedside","sequence":{{sequence}},"time":{{time + (1000L * sequence)}},"readings":[{"vital":"heart_rate","value":{{60 + sequence % 40}}},{"vital":"spo2","value":97}]}
            """);

    public static HttpContent Ndjson(params IEnumerable<string> lines) => Of(string.Join('\n', lines), "application/x-ndjson");

    public static HttpContent Of(string body, string mediaType) => Of(Encoding.UTF8.GetBytes(body), mediaType);

    public static HttpContent Of(byte[] body, string mediaType)
    {
        var content = new ByteArrayContent(body);
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(mediaType);
        return content;
    }

    public static byte[] Gzip(byte[] body)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
        {
            gzip.Write(body);
        }

        return packed.ToArray();
    }

    public static HttpContent Packed(byte[] body, string mediaType = "application/x-ndjson")
    {
        var content = Of(body, mediaType);
        content.Headers.ContentEncoding.Add("gzip");
        return content;
    }
}
