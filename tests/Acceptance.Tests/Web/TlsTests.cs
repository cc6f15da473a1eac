// The service over TLS, with a certificate from files.
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MedAI.Streaming.Host.Commands;
using MedAI.Streaming.Host.Composition;
using MedAI.Streaming.Host.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Xunit;

namespace Acceptance.Tests.Web;

public sealed class TlsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("medai-tls-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Https_is_spoken_with_the_certificate_of_the_settings(bool isOneFile)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=medai", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        var pem = certificate.ExportCertificatePem();
        var keyPem = key.ExportPkcs8PrivateKeyPem();
        var settings = RunningService.Settings with
        {
            Listen = "https://127.0.0.1:0",
            CertificateFile = Write("c.pem", isOneFile ? $"{pem}\n{keyPem}" : pem),
            CertificateKeyFile = isOneFile ? null : Write("k.pem", keyPem),
        };
        await using var service = await RunningService.StartAsync(settings, null, new Hello());
        using var handler = new SocketsHttpHandler();
        handler.SslOptions.RemoteCertificateValidationCallback = (_, shown, _, _) => shown!.GetCertHashString() == certificate.Thumbprint;
        using var client = new HttpClient(handler);

        var answer = await client.GetStringAsync(new Uri(service.Client.BaseAddress!, "/hello"), TestContext.Current.CancellationToken);

        Assert.Equal(("https", "hello"), (service.Client.BaseAddress!.Scheme, answer));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("no certificate")]
    public void A_certificate_that_cannot_be_used_refuses_the_start(string? content)
    {
        var file = content is null ? Path.Combine(_folder, "absent.pem") : Write("bad.pem", content);
        var settings = RunningService.Settings with { Listen = "https://127.0.0.1:0", CertificateFile = file };

        var refused = Assert.Throws<FailureException>(() => new WebService(settings, null, new HostLog(TextWriter.Null, LogLevel.Error), new Hello()));

        Assert.Contains(file, refused.Message, StringComparison.Ordinal);
    }

    private string Write(string name, string text)
    {
        File.WriteAllText(Path.Combine(_folder, name), text);
        return Path.Combine(_folder, name);
    }

    private sealed class Hello : IEndpointGroup
    {
        public void Map(IEndpointRouteBuilder routes) => routes.MapGet("/hello", () => "hello").AllowAnyone();
    }
}
