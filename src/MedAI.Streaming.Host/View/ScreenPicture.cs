// Draws a screen as an SVG picture, for documents: the same lines and tones as on the terminal.
using System.Globalization;
using System.Security;
using System.Text;

namespace MedAI.Streaming.Host.View;

/// <summary>Makes pictures of screens.</summary>
internal static class ScreenPicture
{
    private const double Column = 8.43;
    private const int Row = 18;
    private const int Margin = 14;

    private const string Style =
        """
        <style>
          text { font: 14px "DejaVu Sans Mono", "Cascadia Mono", Menlo, Consolas, monospace; fill: #d8dee4; white-space: pre; }
          .Strong { font-weight: bold; fill: #ffffff }
          .Dim { fill: #7d8790 } .Heading { fill: #7d8790; text-decoration: underline }
          .High { fill: #ffffff; font-weight: bold } .Medium, .Low { fill: #101418 }
          .HighText { fill: #ff6b6b; font-weight: bold }
          .MediumText { fill: #ffd75f } .LowText { fill: #5fd7ff } .Good { fill: #6bd48a } .Notice { fill: #7fb8e8 }
          rect.High { fill: #c62828 } rect.Medium { fill: #ffd75f } rect.Low { fill: #5fd7ff }
        </style>
        """;

    /// <summary>The picture.</summary>
    public static string Svg(IReadOnlyList<ScreenLine> lines, int columns)
    {
        var width = Number(columns * Column + 2 * Margin);
        var height = lines.Count * Row + 2 * Margin;
        var svg = new StringBuilder();
        svg.Append(
            CultureInfo.InvariantCulture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" ");
        svg.Append(
            CultureInfo.InvariantCulture,
            $"viewBox=\"0 0 {width} {height}\" role=\"img\" aria-label=\"The ward view of medai in a terminal\">\n");
        svg.Append(Style).Append('\n');
        svg.Append("<rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"#14181d\"/>\n");
        for (var i = 0; i < lines.Count; i++)
        {
            Line(svg, lines[i], Margin + i * Row);
        }

        return svg.Append("</svg>\n").ToString();
    }

    private static void Line(StringBuilder svg, ScreenLine line, int top)
    {
        var column = 0;
        foreach (var run in line.Runs)
        {
            var columns = ScreenLine.Columns(run.Text);
            var (left, length) = (Number(Margin + column * Column), Number(columns * Column));
            column += columns;
            if (run.Tone is Tone.High or Tone.Medium or Tone.Low)
            {
                svg.Append(
                    CultureInfo.InvariantCulture,
                    $"<rect class=\"{run.Tone}\" x=\"{left}\" y=\"{top + 1}\" width=\"{length}\" height=\"{Row - 1}\"/>\n");
            }

            if (!string.IsNullOrWhiteSpace(run.Text))
            {
                // The length is given, so that columns stay columns whatever font the reader has.
                svg.Append(
                    CultureInfo.InvariantCulture,
                    $"<text class=\"{run.Tone}\" x=\"{left}\" y=\"{top + 14}\" textLength=\"{length}\" ");
                svg.Append(
                    CultureInfo.InvariantCulture,
                    $"lengthAdjust=\"spacingAndGlyphs\" xml:space=\"preserve\">{SecurityElement.Escape(run.Text)}</text>\n");
            }
        }
    }

    private static string Number(double number) => number.ToString("0.##", CultureInfo.InvariantCulture);
}
