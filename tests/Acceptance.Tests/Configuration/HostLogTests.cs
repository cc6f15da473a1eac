// Notes that cannot be written stop nothing, and are not forgotten without a word.
using System.Text;
using MedAI.Streaming.Host.Composition;
using Xunit;

namespace Acceptance.Tests.Configuration;

public sealed class HostLogTests
{
    [Fact]
    public void Write_OutputTakesNothingForAWhile_GoesOnAndSaysHowManyAreMissing()
    {
        using var output = new FullDisk();
        var log = new HostLog(output, LogLevel.Info);
        log.Info("one");
        output.IsFull = true;
        log.Warning("two");
        log.Warning("three");
        output.IsFull = false;
        log.Info("four");
        log.Info("five");

        Assert.Equal(2, log.Unwritten);
        Assert.Equal(
            ["medai: info: one", "medai: warning: 2 notes before this one could not be written", "medai: info: four", "medai: info: five"],
            output.Lines);
    }

    private sealed class FullDisk : TextWriter
    {
        public bool IsFull { get; set; }

        public List<string?> Lines { get; } = [];

        public override Encoding Encoding => Encoding.UTF8;

        public override void WriteLine(string? value)
        {
            if (IsFull) throw new IOException("No space left on device");
            Lines.Add(value);
        }
    }
}
