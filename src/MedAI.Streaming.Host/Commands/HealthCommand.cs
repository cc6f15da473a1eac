// Asks a running service whether it is ready, for container engines and scripts that have neither a shell nor curl.
using System.CommandLine;
using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using MedAI.Streaming.Host.Composition;
using MedAI.Streaming.Host.Web;

namespace MedAI.Streaming.Host.Commands;

/// <summary><c>medai health</c>.</summary>
internal sealed class HealthCommand : MedaiCommand
{
    private readonly CommandLine _line;
    private readonly Option<string?> _url = new("--url")
    {
        Description = "The service, for example http://127.0.0.1:8080; without it the first address of http.listen.",
        HelpName = "URL",
    };

    private readonly Option<bool> _live = new("--live") { Description = "Ask only whether the process answers, not whether it is ready." };
    private readonly Option<int?> _seconds = CommandLine.Whole("--seconds", "How long to wait for the answer (5).", 1, 300);

    public HealthCommand(CommandLine line)
        : base(
            "health", "Asks a running service whether it is ready: exit code 0, or 1 with what is in trouble.",
            "medai health                                      # the service of this configuration, on this machine",
            "medai health --url http://gateway-1:8080 --live   # only whether the process answers")
    {
        _line = line;
        Options.Add(_url);
        Options.Add(_live);
        Options.Add(_seconds);
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken interrupted)
    {
        var settings = _line.Settings(parsed).Http;
        var (address, own) = parsed.GetValue(_url) is { } url ? (Given(url), null) : (OwnAddress(settings), settings.CertificateFile);
        var question = new Uri(address, parsed.GetValue(_live) ? "/health/live" : "/health/ready");
        using var handler = new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false };
        if (own is not null)
            handler.SslOptions.RemoteCertificateValidationCallback = (_, shown, _, errors) => errors == SslPolicyErrors.None || IsSame(own, shown);
        using var client = new HttpClient(handler) { Timeout = TimeSpan.FromSeconds(parsed.GetValue(_seconds) ?? 5) };
        try
        {
            using var answer = await client.GetAsync(question, interrupted);
            var body = await answer.Content.ReadAsByteArrayAsync(interrupted);
            return Tell(question, answer.StatusCode, body);
        }
        catch (Exception reason) when (reason is HttpRequestException or TaskCanceledException && !interrupted.IsCancellationRequested)
        {
            throw new FailureException($"{question} does not answer: {reason.Message}", reason);
        }
    }

    private int Tell(Uri question, HttpStatusCode status, byte[] body)
    {
        if (status == HttpStatusCode.OK)
        {
            _line.Surroundings.Output.WriteLine($"{question}: yes");
            return ExitCodes.Ok;
        }

        _line.Surroundings.Output.WriteLine($"{question}: no ({(int)status})");
        foreach (var (part, reason) in Troubles(body))
        {
            _line.Surroundings.Output.WriteLine($"  {part}: {reason}");
        }

        return ExitCodes.Failure;
    }

    // Another program may answer at that address, with anything.
    private static List<(string Part, string Reason)> Troubles(byte[] body)
    {
        var troubles = new List<(string, string)>();
        try
        {
            using var json = JsonDocument.Parse(body);
            if (json.RootElement.ValueKind != JsonValueKind.Object || !json.RootElement.TryGetProperty("parts", out var parts)
                || parts.ValueKind != JsonValueKind.Array)
                return troubles;

            troubles.AddRange(
                from part in parts.EnumerateArray()
                where part.ValueKind == JsonValueKind.Object
                let reason = part.TryGetProperty("reason", out var text) ? text : default
                where reason.ValueKind == JsonValueKind.String
                select (part.TryGetProperty("part", out var name) ? name.ToString() : "?", reason.GetString()!));
        }
        catch (JsonException)
        {
            // The status is told already; there is nothing more to say.
        }

        return troubles;
    }

    private static Uri Given(string url) => Uri.TryCreate(url, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"
        ? address
        : throw new UsageException($"--url: '{url}' is no address of a service. Write it like http://127.0.0.1:8080.");

    // Who listens on all addresses of the machine also listens on its loopback.
    private static Uri OwnAddress(HttpSettings settings)
    {
        var first = ListenAddress.ParseAll(settings.Listen)![0];
        if (first.Port == 0)
            throw new UsageException("http.listen lets the system choose the port, so it is not known here: say by --url where the service is.");

        var address = first.Address.Equals(IPAddress.Any) ? IPAddress.Loopback
            : first.Address.Equals(IPAddress.IPv6Any) ? IPAddress.IPv6Loopback
            : first.Address;
        return new UriBuilder(first.IsTls ? "https" : "http", address.ToString(), first.Port).Uri;
    }

    // The certificate is of the name by which others call the service, not of the loopback: it must be the one that is configured.
    private static bool IsSame(string file, X509Certificate? shown)
    {
        try
        {
            using var configured = X509Certificate2.CreateFromPem(File.ReadAllText(file));
            return shown is not null && configured.GetCertHash(HashAlgorithmName.SHA256)
                .AsSpan().SequenceEqual(shown.GetCertHash(HashAlgorithmName.SHA256));
        }
        catch (Exception reason) when (reason is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new FailureException($"The certificate {file} cannot be read: {reason.Message} See http.certificate.", reason);
        }
    }
}
