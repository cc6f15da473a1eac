// A plot as inline SVG: axes with labels, lines, points and a legend that says which line is which.
namespace MedAI.Streaming.Evaluation.Report;

/// <summary>Builds one plot; lines beyond the axes are cut at them.</summary>
internal sealed class SvgPlot
{
    private const int Left = 62;
    private const int Top = 34;
    private const int Width = 380;
    private const int Height = 320;
    private const int Bottom = Top + Height;
    private const int Right = Left + Width;
    private const int LegendLeft = Right + 18;
    private const int LegendWidth = 250;
    private const int LegendRow = 18;
    private const int LegendSample = 34;
    private const string GuideLook = "stroke=\"#999999\" stroke-width=\"1\"";

    private readonly string _id;
    private readonly string _title;
    private readonly Axis _x;
    private readonly Axis _y;
    private readonly Markup _inside = new();
    private readonly Markup _above = new();
    private readonly Markup _legend = new();
    private int _entries;

    /// <summary>An empty plot.</summary>
    /// <param name="id">Unique on the page; letters, digits and dashes.</param>
    /// <param name="title">Title above the plot, also read aloud.</param>
    /// <param name="x">Horizontal axis.</param>
    /// <param name="y">Vertical axis.</param>
    public SvgPlot(string id, string title, Axis x, Axis y)
    {
        _id = id;
        _title = Markup.Encode(title);
        _x = x;
        _y = y;
    }

    /// <summary>A heading of the legend.</summary>
    public void LegendHeading(string text) =>
        _legend.Add($"""<text x="{LegendLeft}" y="{LegendY()}" font-weight="600">{Markup.Encode(text)}</text>""");

    /// <summary>A model's line, with an entry in the legend.</summary>
    public void Line(IEnumerable<(double X, double Y)> points, LineStyle style, string name, bool dots = false)
    {
        var places = points.Select(Place).ToList();
        if (places.Count == 0) return;
        var look = Look(style);
        _inside.Add($"""<g {look}><title>{Markup.Encode(name)}</title><polyline points=" """);
        foreach (var (x, y) in places) _inside.Add($"{x:0.#},{y:0.#} ");
        _inside.Add($"\"/>");
        foreach (var (x, y) in dots ? places : [])
            _inside.Add($"""<circle cx="{x:0.#}" cy="{y:0.#}" r="2.4" fill="{style.Color}" stroke="none"/>""");
        _inside.Add($"</g>\n");
        LegendEntry(look, name);
    }

    /// <summary>A thin line to compare with, named in the legend.</summary>
    public void Guide((double X, double Y) from, (double X, double Y) to, string name)
    {
        var ((x1, y1), (x2, y2)) = (Place(from), Place(to));
        _inside.Add($"""<line x1="{x1:0.#}" y1="{y1:0.#}" x2="{x2:0.#}" y2="{y2:0.#}" {GuideLook}/>""");
        LegendEntry(GuideLook, name);
    }

    /// <summary>A black point with its name beside it: a square, or a diamond.</summary>
    public void Point((double X, double Y) point, string name, bool diamond)
    {
        var (x, y) = Place(point);
        // The name stands on the side where there is room, with a white edge, as it lies over lines.
        var right = x < Left + (Width * 0.7);
        _above.Add($"""<rect x="{x - 5:0.#}" y="{y - 5:0.#}" width="10" height="10" fill="#000000" stroke="#ffffff" """)
            .Add($"""transform="rotate({(diamond ? 45 : 0)} {x:0.#} {y:0.#})"/>""")
            .Add($"""<text x="{x + (right ? 11 : -11):0.#}" y="{y - 8:0.#}" text-anchor="{(right ? "start" : "end")}" """)
            .Add($"""font-weight="600" stroke="#ffffff" stroke-width="3" paint-order="stroke">{Markup.Encode(name)}</text>""");
    }

    /// <summary>The SVG element.</summary>
    public Markup Finished()
    {
        var height = Math.Max(Bottom + 52, Top + (LegendRow * (_entries + 1)));
        var svg = new Markup()
            .Add($"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {LegendLeft + LegendWidth} {height}" role="img" """)
            .Add($"""aria-labelledby="{_id}-title" font-family="system-ui, sans-serif" font-size="12" fill="#111111">""")
            .Add($"""<title id="{_id}-title">{_title}</title><clipPath id="{_id}-clip">""")
            .Add($"""<rect x="{Left}" y="{Top - 2}" width="{Width + 2}" height="{Height + 4}"/></clipPath>""")
            .Add($"""<text x="{Left}" y="18" font-size="14" font-weight="600">{_title}</text>""");
        AddAxes(svg);
        return svg.Add($"""<g clip-path="url(#{_id}-clip)">""").Add(_inside).Add($"</g>\n").Add(_above).Add(_legend).Add($"</svg>\n");
    }

    private static string Look(LineStyle style) => FormattableString.Invariant(
        $"""fill="none" stroke="{style.Color}" stroke-width="{style.Width}" stroke-dasharray="{(style.Dash.Length > 0 ? style.Dash : "none")}" """);

    private int LegendY() => Top + (LegendRow * _entries++) + 12;

    private void LegendEntry(string look, string name)
    {
        var y = LegendY();
        _legend.Add($"""<line x1="{LegendLeft}" y1="{y - 4}" x2="{LegendLeft + LegendSample}" y2="{y - 4}" {look}/>""")
            .Add($"""<text x="{LegendLeft + LegendSample + 6}" y="{y}">{Markup.Encode(name)}</text>""");
    }

    private (double X, double Y) Place((double X, double Y) point) =>
        (Left + (_x.At(point.X) * Width), Bottom - (_y.At(point.Y) * Height));

    private void AddAxes(Markup svg)
    {
        svg.Add($"""<g stroke="#dddddd" stroke-width="1">""");
        foreach (var tick in _x.Ticks) svg.Add($"""<path d="M{Place((tick, 0)).X:0.#} {Top}V{Bottom}"/>""");
        foreach (var tick in _y.Ticks) svg.Add($"""<path d="M{Left} {Place((0, tick)).Y:0.#}H{Right}"/>""");
        svg.Add($"""</g><g text-anchor="middle">""");
        foreach (var tick in _x.Ticks)
            svg.Add($"""<text x="{Place((tick, 0)).X:0.#}" y="{Bottom + 17}">{Axis.Text(tick)}</text>""");
        svg.Add($"""</g><g text-anchor="end">""");
        foreach (var tick in _y.Ticks)
            svg.Add($"""<text x="{Left - 7}" y="{Place((0, tick)).Y + 4:0.#}">{Axis.Text(tick)}</text>""");
        svg.Add($"""</g><path d="M{Left} {Top}V{Bottom}H{Right}" fill="none" stroke="#333333"/><g text-anchor="middle">""")
            .Add($"""<text x="{Left + (Width / 2)}" y="{Bottom + 38}">{Markup.Encode(_x.Label)}</text>""")
            .Add($"""<text transform="translate(16 {Top + (Height / 2)}) rotate(-90)">{Markup.Encode(_y.Label)}</text></g>""");
    }
}
