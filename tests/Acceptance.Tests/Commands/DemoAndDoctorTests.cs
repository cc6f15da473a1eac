// The demo and the doctor on the machine at hand.
using System.Xml.Linq;
using MedAI.Streaming.Host;
using Xunit;

namespace Acceptance.Tests.Commands;

public sealed class DemoAndDoctorTests : IDisposable
{
    private readonly ProgramRun _program = new();

    public void Dispose() => _program.Dispose();

    [Fact]
    public async Task The_demo_shows_its_ward_and_leaves_nothing_behind()
    {
        var code = await _program.RunAsync(["demo", "--beds", "6", "--minutes", "5", "--speed", "100000"]);

        Assert.True(code == ExitCodes.Ok, _program.Error);
        Assert.Contains("A01", _program.Output, StringComparison.Ordinal);
        Assert.Contains("6 patients", _program.Output, StringComparison.Ordinal);
        Assert.Contains("A secondary monitor", _program.Output, StringComparison.Ordinal);
        Assert.Contains("the store is thrown away", _program.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_demo_draws_the_same_picture_twice()
    {
        string[] arguments = ["demo", "--beds", "6", "--minutes", "5", "--picture"];
        await _program.RunAsync([.. arguments, _program.At("1.svg")]);
        await _program.RunAsync([.. arguments, _program.At("2.svg")]);

        Assert.NotEmpty(XDocument.Load(_program.At("1.svg")).Descendants());
        Assert.Equal(File.ReadAllText(_program.At("1.svg")), File.ReadAllText(_program.At("2.svg")));
    }

    [Fact]
    public async Task The_demo_goes_on_where_its_model_cannot_be_loaded_and_says_so()
    {
        _program.Variables["MEDAI__model__version"] = "9.9.9";

        var code = await _program.RunAsync(["demo", "--beds", "2", "--minutes", "2", "--speed", "100000"]);

        Assert.Equal(ExitCodes.Ok, code);
        Assert.Contains("the demo goes on without a model", _program.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_interrupted_demo_ends_in_order_with_exit_code_130()
    {
        var code = await _program.RunInterruptedAsync("demo", "--no-model");

        Assert.Equal(ExitCodes.Interrupted, code);
    }

    [Fact]
    public async Task The_doctor_finds_what_this_program_needs()
    {
        var code = await _program.RunAsync(["doctor"]);

        Assert.True(code == ExitCodes.Ok, _program.Output);
        string[] expected = ["runtime", "processor", "configuration", "sqlite", "model", "disk", "recorded data", "terminal"];
        foreach (var what in expected)
        {
            Assert.Contains($"  {what} ", _program.Output, StringComparison.Ordinal);
        }

        Assert.Contains("equal bits", _program.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_doctor_fails_where_the_model_to_be_served_is_not_there()
    {
        _program.Variables["MEDAI__model__version"] = "9.9.9";

        Assert.Equal(ExitCodes.Failure, await _program.RunAsync(["doctor"]));
        Assert.Contains("FAIL  model", _program.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Models_are_listed_shown_and_verified_and_a_changed_file_is_found()
    {
        Assert.Equal(ExitCodes.Ok, await _program.RunAsync(["models", "list"]));
        Assert.Matches(@"sepsis-vitals@2\.1\.0\s+yes\s+ok", _program.Output);
        Assert.Equal(ExitCodes.Ok, await _program.RunAsync(["models", "show"]));
        Assert.Contains("limitations", _program.Output, StringComparison.Ordinal);
        Assert.Equal(ExitCodes.Ok, await _program.RunAsync(["models", "verify"]));

        var from = Configuration.RepositoryFiles.At("models", "sepsis-vitals", "2.1.0");
        _program.Write("models/sepsis-vitals/2.1.0/card.json", File.ReadAllText(Path.Combine(from, "card.json")));
        _program.Write("models/sepsis-vitals/2.1.0/model.onnx", "not a model");
        _program.Variables["MEDAI__directories__models"] = _program.At("models");
        Assert.Equal(ExitCodes.Failure, await _program.RunAsync(["models", "verify"]));
        Assert.Contains("the checksum does not fit", _program.Output, StringComparison.Ordinal);
    }
}
