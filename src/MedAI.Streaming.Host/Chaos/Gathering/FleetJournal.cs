// Reads the journal that a fleet wrote about itself.
using System.Globalization;
using MedAI.Streaming.Host.Chaos.Checking;
using MedAI.Streaming.Host.Commands;

namespace MedAI.Streaming.Host.Chaos.Gathering;

/// <summary>A journal (docs/sending.md).</summary>
internal static class FleetJournal
{
    private const int Cells = 9;

    /// <summary>Its frames.</summary>
    /// <exception cref="FailureException">It cannot be read, or a line of it is not whole.</exception>
    public static IReadOnlyList<SentFrame> Read(string file)
    {
        try
        {
            return [.. File.ReadLines(file).Skip(1).Select((line, i) => Frame(line)
                ?? throw new FailureException($"{file}: line {i + 2} is not a frame."))];
        }
        catch (IOException unreadable)
        {
            throw new FailureException($"The fleet's journal cannot be read: {unreadable.Message}", unreadable);
        }
    }

    private static SentFrame? Frame(string line)
    {
        var cells = line.Split('\t');
        return cells.Length == Cells
            && ulong.TryParse(cells[1], NumberStyles.None, CultureInfo.InvariantCulture, out var epoch)
            && ulong.TryParse(cells[2], NumberStyles.None, CultureInfo.InvariantCulture, out var sequence)
            && long.TryParse(cells[4], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var time)
            && int.TryParse(cells[6], NumberStyles.None, CultureInfo.InvariantCulture, out var sent)
            && Enum.TryParse<SentOutcome>(cells[7], ignoreCase: true, out var outcome)
            ? new SentFrame(new FrameId(cells[0], epoch, sequence), cells[3], time, cells[5], sent, outcome)
            : null;
    }
}
