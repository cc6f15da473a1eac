// Every configuration of BadConfigs must be refused with a message that says where, what was found, what is allowed and what to
// do.
using MedAI.Streaming.Host;
using MedAI.Streaming.Host.Composition;
using Xunit;

namespace Acceptance.Tests.Configuration;

public sealed class BadConfigTests
{
    private static readonly string Folder = RepositoryFiles.At("tests", "Acceptance.Tests", "BadConfigs");

    public static TheoryData<string> Names =>
        [.. Directory.EnumerateFiles(Folder, "*.json")
            .Select(file => Path.GetFileNameWithoutExtension(file)!).Order(StringComparer.Ordinal)];

    [Fact]
    public void There_are_enough_bad_configurations_and_each_says_what_is_expected()
    {
        var names = Names.Select(row => row.Data).ToArray();

        Assert.True(names.Length >= 30, $"only {names.Length}");
        Assert.All(names, name => Assert.NotEmpty(Expected(name)));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_loader_refuses_a_bad_configuration_with_a_message_that_helps(string name)
    {
        var refused = Assert.Throws<ConfigurationException>(() => ConfigurationLoader.Load(File(name), []));

        Assert.All(Expected(name), part => Assert.Contains(part, refused.Message, StringComparison.Ordinal));
        Assert.All(refused.Errors, error =>
        {
            Assert.NotEmpty(error.Found);
            Assert.NotEmpty(error.Allowed);
            Assert.Matches(@"[.?]$", error.Advice);
        });
    }

    [Theory]
    [InlineData("several-at-once")]
    [InlineData("json-missing-comma")]
    [InlineData("limit-low-above-high")]
    [InlineData("model-path")]
    public async Task The_program_refuses_a_bad_configuration_with_exit_code_2_and_no_output(string name)
    {
        var output = new StringWriter();
        var error = new StringWriter();
        var app = new MedaiApp(new Surroundings { Output = output, Error = error, Time = TimeProvider.System });

        var code = await app.RunAsync(["config", "check", File(name)], TestContext.Current.CancellationToken);

        Assert.Equal(ExitCodes.Usage, code);
        Assert.Empty(output.ToString());
        Assert.All(Expected(name), part => Assert.Contains(part, error.ToString(), StringComparison.Ordinal));
        Assert.DoesNotContain("   at ", error.ToString(), StringComparison.Ordinal);
    }

    private static string File(string name) => Path.Combine(Folder, name + ".json");

    private static string[] Expected(string name) => System.IO.File.ReadAllLines(Path.Combine(Folder, name + ".expected"));
}
