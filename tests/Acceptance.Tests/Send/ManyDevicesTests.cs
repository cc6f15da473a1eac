// The two programs as they run in life, each a process of its own: a service, and a fleet that pushes to it.
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Acceptance.Tests.Replay;
using MedAI.Streaming.Host;
using Xunit;

namespace Acceptance.Tests.Send;

/// <summary>
/// A small fleet for a few seconds; <c>MEDAI_FLEET="10000 120"</c> in the environment makes it ten thousand devices for two minutes.
/// </summary>
public sealed class ManyDevicesTests : IDisposable
{
    private readonly Medai _medai = new();

    public void Dispose() => _medai.Dispose();

    [Fact]
    public async Task What_a_service_acknowledged_to_a_fleet_is_in_its_log_and_applied()
    {
        var size = (Environment.GetEnvironmentVariable("MEDAI_FLEET") ?? "200 4").Split(' ');
        var (devices, seconds) = (int.Parse(size[0], CultureInfo.InvariantCulture), int.Parse(size[1], CultureInfo.InvariantCulture));
        var address = $"http://127.0.0.1:{FreePort()}";
        var service = _medai.Launch(
            "env", "--default-signal=INT,TERM", $"MEDAI__http__listen={address}", "MEDAI__http__authentication=none", "dotnet", Medai.Program, "run",
            "--store", _medai.At("store"), "--no-model");

        // The fleet waits until the service listens. To register thousands takes minutes, so then frames name their patients.
        var fleet = _medai.Launch(
            "dotnet", Medai.Program, "simulate", "--to", address, "--devices", size[0], "--seconds", size[1], "--faults", "all",
            "--register", devices > 1000 ? "never" : "always", "--journal", _medai.At("journal.tsv"), "--report", _medai.At("report.json"));
        var (code, output, error) = await fleet.EndAsync();
        service.Signal("INT");
        var (ended, _, said) = await service.EndAsync();

        Assert.True(code == ExitCodes.Ok, error);
        Assert.True(ended == ExitCodes.Ok, said);
        var journal = SentJournal.Read(_medai.At("journal.tsv"));
        journal.AssertAgreesWithLogOf(_medai.At("store"));
        StoreContent.AssertDrained(_medai.At("store"));
        Assert.Equal(0, journal.Count("undelivered"));
        Assert.InRange(journal.Frames.Count, devices * seconds * 0.9, devices * (seconds + 1));
        TestContext.Current.SendDiagnosticMessage("{0}", output);
        using var report = JsonDocument.Parse(File.ReadAllBytes(_medai.At("report.json")));
        Assert.Equal(journal.Count("acknowledged"), report.RootElement.GetProperty("acknowledged").GetInt32());
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
