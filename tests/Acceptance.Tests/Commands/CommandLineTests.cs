// Help, wrong arguments and failures: each is one clear text and a documented exit code.
using System.CommandLine;
using MedAI.Streaming.Host;
using MedAI.Streaming.Host.Commands;
using Xunit;

namespace Acceptance.Tests.Commands;

public sealed class CommandLineTests : IDisposable
{
    private readonly ProgramRun _program = new();

    public static TheoryData<string> Commands
    {
        get
        {
            var data = new TheoryData<string>();
            var line = new CommandLine(
                new Surroundings { Output = TextWriter.Null, Error = TextWriter.Null, Time = TimeProvider.System });
            AddAll(line.Root, "", data);
            return data;
        }
    }

    public void Dispose() => _program.Dispose();

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task Every_command_has_help_with_an_example_and_the_exit_codes(string command)
    {
        var code = await _program.RunAsync([.. command.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--help"]);

        Assert.Equal(ExitCodes.Ok, code);
        Assert.Contains("Exit codes:", _program.Output, StringComparison.Ordinal);
        if (command.Length > 0 && command != "config")
        {
            Assert.Contains($"  medai {command.Split(' ')[0]}", _program.Output, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("dance", "dance")]
    [InlineData("replay", "Try 'medai replay --help'")]
    [InlineData("replay dicom x", "cinc2019")]
    [InlineData("replay csv x --speed fast", "--speed: 'fast' is neither max nor a number")]
    [InlineData("replay csv x --partitions 0", "--partitions: '0' is not a whole number from 1 to 256")]
    [InlineData("replay csv x --batch 70000", "--batch: '70000' is not a whole number from 1 to 65536")]
    [InlineData("replay csv x --from tomorrow-ish", "is not a time")]
    [InlineData("replay csv x --from 2026-01-02 --until 2026-01-01", "must be after")]
    [InlineData("replay csv x --report /no/such/folder/r.json", "--report: there is no folder")]
    [InlineData("show series --store x", "--patient")]
    [InlineData("demo --beds many", "--beds: 'many'")]
    public async Task Wrong_arguments_are_refused_with_exit_code_2(string arguments, string part)
    {
        var code = await _program.RunAsync(arguments.Split(' '));

        Assert.Equal(ExitCodes.Usage, code);
        Assert.Contains(part, _program.Error, StringComparison.Ordinal);
        Assert.Empty(_program.Output);
    }

    [Theory]
    [InlineData("replay csv no-such-file.csv --no-model", ExitCodes.Input, "no-such-file.csv")]
    [InlineData("show patients --store no-such-store", ExitCodes.Store, "no-such-store is not a store")]
    [InlineData("models show no-such-model", ExitCodes.Failure, "There is no model no-such-model")]
    [InlineData("doctor --config no-such.json", ExitCodes.Failure, "")]
    [InlineData("show patients --config no-such.json", ExitCodes.Usage, "no-such.json")]
    public async Task A_foreseen_failure_is_one_line_with_its_exit_code(string arguments, int expected, string part)
    {
        var code = await _program.RunAsync(arguments.Split(' '));

        Assert.Equal(expected, code);
        Assert.Contains(part, _program.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", _program.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_unforeseen_failure_shows_its_stack_only_when_asked(bool verbose)
    {
        var error = new StringWriter();
        var app = new MedaiApp(new Surroundings { Output = new BrokenWriter(), Error = error, Time = TimeProvider.System });

        var code = await app.RunAsync(
            verbose ? ["config", "reference", "--verbose"] : ["config", "reference"], TestContext.Current.CancellationToken);

        Assert.Equal(ExitCodes.Failure, code);
        Assert.Contains("unexpected failure: IOException: the pipe broke", error.ToString(), StringComparison.Ordinal);
        Assert.Equal(verbose, error.ToString().Contains("   at ", StringComparison.Ordinal));
    }

    private static void AddAll(Command command, string path, TheoryData<string> data)
    {
        data.Add(path);
        foreach (var child in command.Subcommands)
        {
            AddAll(child, $"{path} {child.Name}".Trim(), data);
        }
    }

    private sealed class BrokenWriter : StringWriter
    {
        public override void WriteLine(string? value) => throw new IOException("the pipe broke");
    }
}
