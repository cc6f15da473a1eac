// Turns lines in tones into what Spectre.Console writes; it knows what colours the terminal has.
using Spectre.Console;
using Spectre.Console.Rendering;

namespace MedAI.Streaming.Host.View;

/// <summary>A whole screen for Spectre.Console.</summary>
/// <param name="lines">The lines.</param>
/// <param name="fill">Whether each line is filled to the width and the screen to its height, to cover what was there
/// before.</param>
internal sealed class TerminalPaint(IReadOnlyList<ScreenLine> lines, bool fill) : Renderable
{
    protected override IEnumerable<Segment> Render(RenderOptions options, int maxWidth)
    {
        var height = fill ? options.ConsoleSize.Height : lines.Count;
        for (var i = 0; i < height; i++)
        {
            var line = i < lines.Count ? lines[i] : null;
            foreach (var run in line?.Runs ?? [])
            {
                yield return new Segment(run.Text, Style(run.Tone));
            }

            if (fill && (line?.Width ?? 0) < maxWidth)
            {
                yield return new Segment(new string(' ', maxWidth - (line?.Width ?? 0)));
            }

            if (!fill || i < height - 1)
                yield return Segment.LineBreak;
        }
    }

    private static Style Style(Tone tone) => tone switch
    {
        Tone.Strong => new Style(decoration: Decoration.Bold),
        Tone.Dim => new Style(Color.Grey),
        Tone.Heading => new Style(Color.Grey, decoration: Decoration.Underline),
        Tone.High => new Style(Color.White, Color.Red3, Decoration.Bold),
        Tone.Medium => new Style(Color.Black, Color.Yellow),
        Tone.Low => new Style(Color.Black, Color.Aqua),
        Tone.HighText => new Style(Color.Red1, decoration: Decoration.Bold),
        Tone.MediumText => new Style(Color.Yellow),
        Tone.LowText => new Style(Color.Aqua),
        Tone.Good => new Style(Color.Green),
        Tone.Notice => new Style(Color.SteelBlue1),
        _ => Spectre.Console.Style.Plain,
    };
}
