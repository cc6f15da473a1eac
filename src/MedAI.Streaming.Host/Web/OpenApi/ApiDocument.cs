// The description of the interface over HTTP, as schemas/openapi.json holds it: kept by hand, carried in the program, held to it by tests.
namespace MedAI.Streaming.Host.Web.OpenApi;

/// <summary>The OpenAPI document.</summary>
internal static class ApiDocument
{
    /// <summary>The document, UTF-8.</summary>
    public static ReadOnlyMemory<byte> Json { get; } = Read();

    private static byte[] Read()
    {
        using var stream = typeof(ApiDocument).Assembly.GetManifestResourceStream("openapi.json")!;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
