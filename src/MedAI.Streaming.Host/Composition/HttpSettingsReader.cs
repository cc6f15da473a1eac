// Makes the settings of the web service of checked values, and refuses those that would let strangers in.
using MedAI.Streaming.Host.Web;

namespace MedAI.Streaming.Host.Composition;

/// <summary>Reads the section <c>http</c>.</summary>
internal static class HttpSettingsReader
{
    /// <summary>Reads the section; what is wrong with it is added to the errors.</summary>
    public static HttpSettings Read(SettingValues values, List<ConfigurationError> errors)
    {
        var settings = new HttpSettings
        {
            Listen = values.Word("http.listen"),
            Authentication = values.Word("http.authentication") == "none" ? HttpAuthentication.None : HttpAuthentication.Keys,
            KeysFile = values.Word("http.keysFile"),
            CertificateFile = values.WordOrNull("http.certificate"),
            CertificateKeyFile = values.WordOrNull("http.certificateKey"),
            MaxBodyBytes = values.Whole("http.maxBodyBytes"),
            MaxLineBytes = values.Whole("http.maxLineBytes"),
            MaxFrames = values.Whole("http.maxFrames"),
            MaxBytesInFlight = values.Whole("http.maxBytesInFlight"),
            MaxConnections = values.Whole("http.maxConnections"),
            MaxStreams = values.Whole("http.maxStreams"),
            MaxInferenceRows = values.Whole("http.maxInferenceRows"),
            MaxInferenceWaiting = values.Whole("http.maxInferenceWaiting"),
            RegisteredOnly = values.Flag("http.registeredOnly"),
            MetricsNeedKey = values.Flag("http.metricsNeedKey"),
            ReadyMaxLag = values.Whole("http.readyMaxLag"),
        };
        var addresses = ListenAddress.ParseAll(settings.Listen);
        if (addresses is null)
        {
            Report("http.listen", ListenAddress.Allowed, "Write it like http://127.0.0.1:8080, or http://0.0.0.0:8080 for all of the machine.");
            return settings;
        }

        if (settings.Authentication == HttpAuthentication.None && !addresses.All(address => address.IsLoopback))
        {
            Report(
                "http.authentication", "keys, because http.listen has an address that others can reach",
                "Use keys, or listen on 127.0.0.1 only.");
        }

        if (settings.CertificateFile is null && addresses.Any(address => address.IsTls))
            Report("http.certificate", "a PEM file, because http.listen has an https address", "Give the certificate, or listen by http.");
        if (settings.CertificateFile is null && settings.CertificateKeyFile is not null)
            Report("http.certificateKey", "null without http.certificate", "Give the certificate, too.");
        if (settings.MaxLineBytes > settings.MaxBodyBytes)
            Report("http.maxLineBytes", "up to http.maxBodyBytes", "A line cannot be longer than the body it stands in.");
        if (settings.MaxBodyBytes > settings.MaxBytesInFlight)
            Report("http.maxBytesInFlight", "at least http.maxBodyBytes", "One body of the longest must fit; give a larger number.");
        return settings;

        void Report(string key, string allowed, string advice)
        {
            var node = values.Node(key);
            errors.Add(new(key, node?.Line ?? 0, node?.Found ?? $"the default {ConfigurationKeys.Find(key)!.Default}", allowed, advice));
        }
    }
}
