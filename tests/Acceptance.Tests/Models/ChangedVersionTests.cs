// A version is one file: where another one lies under a version that was promoted, the commands say what the services do with it.
using System.Text.Json;
using Acceptance.Tests.Commands;
using Acceptance.Tests.Configuration;
using MedAI.Streaming.Host;
using Xunit;

namespace Acceptance.Tests.Models;

public sealed class ChangedVersionTests : IDisposable
{
    private const string Promoted = "sepsis-vitals@2.1.0";
    private const string Other = "sepsis-time@2.0.0";

    private readonly ProgramRun _medai = new();

    public ChangedVersionTests()
    {
        foreach (var id in new[] { "sepsis-gru@1.0.0", Promoted, Other })
        {
            Directory.CreateDirectory(At(id, ""));
            foreach (var part in new[] { "model.onnx", "card.json" })
                File.Copy(RepositoryFiles.At("models", id.Replace('@', '/'), part), At(id, part));
        }

        _medai.Variables["MEDAI__directories__models"] = _medai.At("models");
        (_medai.Variables["MEDAI__model__name"], _medai.Variables["MEDAI__model__version"]) = ("sepsis-gru", "1.0.0");
    }

    public void Dispose() => _medai.Dispose();

    [Fact]
    public async Task A_list_says_that_the_file_of_the_served_version_is_another_and_what_to_do()
    {
        Assert.Equal(ExitCodes.Ok, await _medai.RunAsync("models", "promote", Promoted));
        Assert.StartsWith("yes, promote", await ServedAsAsync(Promoted), StringComparison.Ordinal);

        Copy(Other, Promoted);

        Assert.Equal("refused: another file", await ServedAsAsync(Promoted));
        Assert.Contains($"{Promoted} was promoted with sha256", _medai.Error, StringComparison.Ordinal);
        Assert.Contains("a version of its own", _medai.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_file_under_the_served_version_is_promoted_as_a_version_of_its_own_only()
    {
        Assert.Equal(ExitCodes.Ok, await _medai.RunAsync("models", "promote", Promoted));
        Copy(Other, Promoted);

        Assert.Equal(ExitCodes.Failure, await _medai.RunAsync("models", "promote", Promoted));
        Assert.Contains("give what is new a version of its own", _medai.Error, StringComparison.Ordinal);

        Copy(Other, "sepsis-vitals@2.2.0");
        Assert.Equal(ExitCodes.Ok, await _medai.RunAsync("models", "promote", "sepsis-vitals@2.2.0"));
        Assert.StartsWith("yes, promote", await ServedAsAsync("sepsis-vitals@2.2.0"), StringComparison.Ordinal);
    }

    // Logs name the file that decided: under its version another one neither comes back nor is gone back to.
    [Theory]
    [InlineData("promote", Promoted)]
    [InlineData("rollback")]
    public async Task Another_file_under_a_version_that_was_served_before_is_refused(params string[] command)
    {
        Assert.Equal(ExitCodes.Ok, await _medai.RunAsync("models", "promote", Promoted));
        Assert.Equal(ExitCodes.Ok, await _medai.RunAsync("models", "promote", Other));
        Copy(Other, Promoted);
        var registry = File.ReadAllText(_medai.At("models/registry.json"));

        Assert.Equal(ExitCodes.Failure, await _medai.RunAsync(["models", .. command]));

        Assert.Contains($"{Promoted} was promoted with sha256", _medai.Error, StringComparison.Ordinal);
        Assert.Equal(registry, File.ReadAllText(_medai.At("models/registry.json")));
    }

    private string At(string id, string part) => _medai.At(Path.Combine("models", id.Replace('@', '/'), part));

    // Model and card, so that all checksums fit.
    private void Copy(string from, string to)
    {
        var (was, name) = (from.Split('@'), to.Split('@'));
        Directory.CreateDirectory(At(to, ""));
        File.Copy(At(from, "model.onnx"), At(to, "model.onnx"), overwrite: true);
        File.WriteAllText(At(to, "card.json"), File.ReadAllText(At(from, "card.json"))
            .Replace($"\"{was[0]}\"", $"\"{name[0]}\"", StringComparison.Ordinal).Replace($"\"{was[1]}\"", $"\"{name[1]}\"", StringComparison.Ordinal));
    }

    private async Task<string> ServedAsAsync(string model)
    {
        Assert.Equal(ExitCodes.Ok, await _medai.RunAsync("models", "list", "--json"));
        using var json = JsonDocument.Parse(_medai.Output);
        return json.RootElement.EnumerateArray().Single(row => row.GetProperty("model").GetString() == model).GetProperty("served").GetString()!;
    }
}
