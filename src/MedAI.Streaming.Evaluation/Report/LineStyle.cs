// How the line of a model looks, so that it can be told by colour, by dashes alone, and in both panels alike.
using MedAI.Streaming.Evaluation.Metrics;

namespace MedAI.Streaming.Evaluation.Report;

/// <summary>Colour, dash pattern (SVG, empty for solid) and width in pixels.</summary>
internal sealed record LineStyle(string Color, string Dash, double Width);

/// <summary>
/// Gives a style to each model. Colours are those of Okabe and Ito ("Color universal design", 2008), which people with the usual
/// colour vision deficiencies can tell apart; the dash pattern differs as well, for print without colour. Models of one family
/// (the name without the word for its inputs) look alike; clinical scores and time alone are grey.
/// </summary>
internal sealed class LineStyles
{
    private static readonly string[] Colors = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9"];
    private static readonly string[] Dashes = ["", "9 3", "2 2.5", "9 3 2 3", "5 3"];
    private static readonly string[] ReferenceDashes = ["", "6 3", "1.5 3", "8 3 1.5 3", "14 3", "3 2 1 2 1 2", "10 2 3 2"];

    private readonly Dictionary<(string Family, int Ordinal), LineStyle> _styles = [];
    private int _models;
    private int _references;

    /// <summary>Whether a score is no model to choose but something to compare with.</summary>
    public static bool IsReference(ScoredModel model) => model.IsClinicalScore || model.Inputs == "time";

    /// <summary>Styles of the models of one panel, in their order.</summary>
    public IReadOnlyDictionary<ModelFigures, LineStyle> For(IReadOnlyList<ModelFigures> panel)
    {
        var styles = new Dictionary<ModelFigures, LineStyle>(ReferenceEqualityComparer.Instance);
        var seen = new Dictionary<string, int>();
        foreach (var figures in panel)
        {
            var family = Family(figures.Model);
            // Two versions of one model in a panel are two lines.
            var ordinal = seen[family] = seen.GetValueOrDefault(family) + 1;
            if (!_styles.TryGetValue((family, ordinal), out var style))
                _styles[(family, ordinal)] = style = LineStyles.IsReference(figures.Model) ? NextReference() : NextModel();
            styles[figures] = style;
        }

        return styles;
    }

    private static string Family(ScoredModel model) => IsReference(model)
        ? model.Name
        : string.Join('-', model.Name.Split('-').Where(word => word is not ("all" or "vitals")));

    private LineStyle NextModel()
    {
        var i = _models++;
        return new LineStyle(Colors[i % Colors.Length], Dashes[i % Dashes.Length], 1.6);
    }

    private LineStyle NextReference() => new("#555555", ReferenceDashes[_references++ % ReferenceDashes.Length], 1.3);
}
