// What a site may set of the way in over HTTP: where it listens, who may come in, and how much at once.
namespace MedAI.Streaming.Host.Composition;

/// <summary>Who may call.</summary>
public enum HttpAuthentication
{
    /// <summary>Who has a key of the keys file.</summary>
    Keys,

    /// <summary>Everybody; only where every address is the machine's own.</summary>
    None,
}

/// <summary>The settings of the web service. Limits are inclusive.</summary>
public sealed record HttpSettings
{
    /// <summary>The addresses, as <see cref="Web.ListenAddress"/> reads them.</summary>
    public string Listen { get; init; } = "http://127.0.0.1:8080";

    /// <summary>Who may call.</summary>
    public HttpAuthentication Authentication { get; init; }

    /// <summary>The file of keys; <c>medai keys</c> makes it.</summary>
    public string KeysFile { get; init; } = "out/keys.json";

    /// <summary>Certificate of https addresses, with its chain, as PEM; null where there are none.</summary>
    public string? CertificateFile { get; init; }

    /// <summary>Private key of the certificate, as PEM; null where it stands in the certificate's file.</summary>
    public string? CertificateKeyFile { get; init; }

    /// <summary>The longest body of a request, in bytes, counted after unpacking.</summary>
    public int MaxBodyBytes { get; init; } = 8 << 20;

    /// <summary>The longest line of NDJSON, and the longest frame of an array or a batch, in bytes.</summary>
    public int MaxLineBytes { get; init; } = 64 << 10;

    /// <summary>The most frames of a request.</summary>
    public int MaxFrames { get; init; } = 10_000;

    /// <summary>The most bytes of bodies with frames that are held at once, counted after unpacking; what does not fit is asked to come again. As many again for calls of models.</summary>
    public int MaxBytesInFlight { get; init; } = 64 << 20;

    /// <summary>The most connections at once; more are closed.</summary>
    public int MaxConnections { get; init; } = 20_000;

    /// <summary>The most clients that listen to the stream of alerts at once; more are asked to come again.</summary>
    public int MaxStreams { get; init; } = 512;

    /// <summary>The most rows of a call of a model over the Open Inference Protocol.</summary>
    public int MaxInferenceRows { get; init; } = 4096;

    /// <summary>The most such calls that wait or run at once; more are asked to come again.</summary>
    public int MaxInferenceWaiting { get; init; } = 16;

    /// <summary>Whether only frames of patients are taken whom the directory knows and who are in care.</summary>
    public bool RegisteredOnly { get; init; }

    /// <summary>Whether metrics are only for callers with the scope read.</summary>
    public bool MetricsNeedKey { get; init; }

    /// <summary>The most records that may be in the log and not yet applied while the service calls itself ready.</summary>
    public int ReadyMaxLag { get; init; } = 100_000;
}
