// A line of the screen as runs of text in tones; terminal and picture are both made of these.
using System.Text;
using Spectre.Console.Rendering;

namespace MedAI.Streaming.Host.View;

/// <summary>What a run of text looks like.</summary>
internal enum Tone
{
    Plain,
    Strong,
    Dim,
    Heading,
    High,
    Medium,
    Low,
    HighText,
    MediumText,
    LowText,
    Good,
    Notice,
}

/// <summary>Text in one tone, without control characters.</summary>
internal readonly record struct Run(string Text, Tone Tone);

/// <summary>A line under construction: cells of fixed width, one after the other.</summary>
internal sealed class ScreenLine
{
    private readonly List<Run> _runs = [];

    public IReadOnlyList<Run> Runs => _runs;

    /// <summary>Columns taken so far.</summary>
    public int Width { get; private set; }

    /// <summary>The text without tones.</summary>
    public override string ToString() => string.Concat(_runs.Select(run => run.Text));

    /// <summary>Adds text as it is.</summary>
    public ScreenLine Add(string text, Tone tone = Tone.Plain)
    {
        var clean = Clean(text);
        _runs.Add(new Run(clean, tone));
        Width += Columns(clean);
        return this;
    }

    /// <summary>Adds blanks up to a column.</summary>
    public ScreenLine FillTo(int column) => column > Width ? Add(new string(' ', column - Width)) : this;

    /// <summary>Adds text cut to at most so many columns, with an ellipsis where it was cut.</summary>
    public ScreenLine AddCut(string text, int columns, Tone tone = Tone.Plain) =>
        columns > 0 ? Add(Cut(Clean(text), columns), tone) : this;

    /// <summary>Cuts what goes beyond a number of columns, on a screen too narrow for the table.</summary>
    public void Limit(int columns)
    {
        while (Width > columns)
        {
            var last = _runs[^1];
            _runs.RemoveAt(_runs.Count - 1);
            Width -= Columns(last.Text);
            if (Width < columns)
            {
                AddCut(last.Text, columns - Width, last.Tone);
            }
        }
    }

    /// <summary>The columns a terminal needs for text.</summary>
    public static int Columns(string text) => Ascii.IsValid(text) ? text.Length : new Segment(text).CellCount();

    /// <summary>Shortens text to at most so many columns.</summary>
    public static string Cut(string text, int columns)
    {
        if (Columns(text) <= columns)
            return text;

        var kept = new StringBuilder();
        var width = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            var size = Columns(rune.ToString());
            if (width + size > columns - 1)
                break;

            kept.Append(rune.ToString());
            width += size;
        }

        return kept.Append('…').ToString();
    }

    // Names come from outside: an escape sequence in one must not reach the terminal.
    private static string Clean(string text) =>
        text.Any(char.IsControl) ? string.Concat(text.Select(c => char.IsControl(c) ? '\uFFFD' : c)) : text;
}
