// The command medai health, asked of services that are ready, are not, are not there, or are something else.
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Acceptance.Tests.Web;
using Acceptance.Tests.Web.Reading;
using MedAI.Streaming.Host;
using MedAI.Streaming.Host.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Xunit;

namespace Acceptance.Tests.Commands;

public sealed class HealthCommandTests : IDisposable
{
    private readonly ProgramRun _program = new();

    public void Dispose() => _program.Dispose();

    [Fact]
    public async Task A_service_without_its_partitions_lives_and_is_not_ready_and_the_part_is_named()
    {
        await using var service = await MonitoredService.StartAsync();
        var url = service.Running.Client.BaseAddress!.ToString();

        Assert.Equal(ExitCodes.Ok, await _program.RunAsync("health", "--url", url, "--live"));
        Assert.Equal(ExitCodes.Failure, await _program.RunAsync("health", "--url", url));
        Assert.Contains("flows: 0 of 2 partitions are being worked on.", _program.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_service_that_is_ready_is_found_by_the_configuration()
    {
        await using var service = await MonitoredService.StartAsync();
        service.Flows.Take([0, 1]);
        _program.Variables["MEDAI__http__listen"] = $"http://0.0.0.0:{service.Running.Client.BaseAddress!.Port}";
        _program.Variables["MEDAI__http__keysFile"] = _program.At("keys.json");

        var code = await _program.RunAsync("health");

        Assert.True(code == ExitCodes.Ok, _program.Output + _program.Error);
        Assert.Contains("http://127.0.0.1:", _program.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Over_tls_the_service_of_the_configuration_must_show_the_configured_certificate()
    {
        var own = Certificate("own");
        var other = Certificate("other");
        await using var service = await RunningService.StartAsync(
            RunningService.Settings with { Listen = "https://127.0.0.1:0", CertificateFile = own }, null, new Answering(200, "{}"));
        _program.Variables["MEDAI__http__listen"] = $"https://127.0.0.1:{service.Client.BaseAddress!.Port}";

        _program.Variables["MEDAI__http__certificate"] = own;
        Assert.Equal(ExitCodes.Ok, await _program.RunAsync("health"));
        _program.Variables["MEDAI__http__certificate"] = other;
        Assert.Equal(ExitCodes.Failure, await _program.RunAsync("health"));
        Assert.Equal(ExitCodes.Failure, await _program.RunAsync("health", "--url", service.Client.BaseAddress.ToString()));
    }

    [Theory]
    [InlineData(404, "not here")]
    [InlineData(503, "[]")]
    [InlineData(503, """{"parts":7}""")]
    [InlineData(503, """{"parts":[7,{},{"part":"x","reason":null}]}""")]
    public async Task Whatever_else_answers_is_a_no(int status, string body)
    {
        await using var service = await RunningService.StartAsync(null, new Answering(status, body));

        var code = await _program.RunAsync("health", "--url", service.Client.BaseAddress!.ToString());

        Assert.Equal(ExitCodes.Failure, code);
        Assert.Contains($"no ({status})", _program.Output, StringComparison.Ordinal);
        Assert.Empty(_program.Error);
    }

    [Fact]
    public async Task A_service_that_is_not_there_is_a_failure_with_its_address()
    {
        using var free = new TcpListener(System.Net.IPAddress.Loopback, 0);
        free.Start();
        var port = ((System.Net.IPEndPoint)free.LocalEndpoint).Port;
        free.Stop();

        var code = await _program.RunAsync("health", "--url", $"http://127.0.0.1:{port}");

        Assert.Equal(ExitCodes.Failure, code);
        Assert.Contains($"http://127.0.0.1:{port}/health/ready does not answer", _program.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ftp://127.0.0.1")]
    [InlineData("gateway")]
    public async Task An_address_of_something_else_is_refused(string url)
    {
        Assert.Equal(ExitCodes.Usage, await _program.RunAsync("health", "--url", url));
        Assert.Contains("--url", _program.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_that_the_system_chooses_must_be_said()
    {
        _program.Variables["MEDAI__http__listen"] = "http://127.0.0.1:0";

        Assert.Equal(ExitCodes.Usage, await _program.RunAsync("health"));
        Assert.Contains("--url", _program.Error, StringComparison.Ordinal);
    }

    private string Certificate(string name)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        return _program.Write($"{name}.pem", $"{certificate.ExportCertificatePem()}\n{key.ExportPkcs8PrivateKeyPem()}");
    }

    private sealed class Answering(int status, string body) : IEndpointGroup
    {
        public void Map(IEndpointRouteBuilder routes) => routes.MapGet("/health/ready", async context =>
        {
            context.Response.StatusCode = status;
            await context.Response.WriteAsync(body, context.RequestAborted);
        }).AllowAnyone();
    }
}
