// The documentation of the keys cannot fall behind the program.
using MedAI.Streaming.Host.Composition;
using Xunit;

namespace Acceptance.Tests.Configuration;

public sealed class ConfigurationReferenceTests
{
    [Fact]
    public void The_documentation_holds_the_row_of_every_key_and_no_other_row()
    {
        var lines = File.ReadAllLines(RepositoryFiles.At("docs", "configuration.md"));

        Assert.Equal(ConfigurationReference.Rows(), lines.Where(line => line.StartsWith('|')));
    }
}
