// The one entrance to the clinical scores: which there are, what they are called, what feeds them, and how to compute one.
using MedAI.Streaming.Domain.Vitals;

namespace MedAI.Streaming.Domain.Scores;

/// <summary>A clinical score. The number is its wire value.</summary>
public enum ScoreKind : byte
{
    /// <summary><see cref="Scores.News2"/></summary>
    News2 = 0,

    /// <summary><see cref="Scores.Mews"/></summary>
    Mews = 1,

    /// <summary><see cref="Scores.QSofa"/></summary>
    QSofa = 2,

    /// <summary><see cref="Scores.ShockIndex"/></summary>
    ShockIndex = 3,
}

/// <summary>The clinical scores by kind. A number that is no kind is a programming error and throws.</summary>
public static class ClinicalScores
{
    /// <summary>The number of kinds; their numbers are 0 .. Count - 1.</summary>
    public const int Count = 4;

    private static readonly string[] Names = ["news2", "mews", "qsofa", "shock_index"];

    /// <summary>Computes a score. It allocates nothing, and its answer depends on the inputs alone.</summary>
    public static ScoreResult Score(ScoreKind kind, in ScoreInputs inputs) => kind switch
    {
        ScoreKind.News2 => News2.Score(in inputs),
        ScoreKind.Mews => Mews.Score(in inputs),
        ScoreKind.QSofa => QSofa.Score(in inputs),
        ScoreKind.ShockIndex => ShockIndex.Score(in inputs),
        _ => throw Unknown(kind),
    };

    /// <summary>
    /// Every vital sign that may feed a score, as bits of <see cref="VitalSignMask"/>: a score whose vital signs neither changed
    /// nor expired need not be computed again.
    /// </summary>
    public static ulong Inputs(ScoreKind kind) => kind switch
    {
        ScoreKind.News2 => News2.Inputs,
        ScoreKind.Mews => Mews.Inputs,
        ScoreKind.QSofa => QSofa.Inputs,
        ScoreKind.ShockIndex => ShockIndex.Inputs,
        _ => throw Unknown(kind),
    };

    /// <summary>Short names of a score's parameters, in the order of <see cref="ScoreResult.Parts"/>.</summary>
    public static ReadOnlySpan<string> PartNames(ScoreKind kind) => kind switch
    {
        ScoreKind.News2 => News2.PartNames,
        ScoreKind.Mews => Mews.PartNames,
        ScoreKind.QSofa => QSofa.PartNames,
        ScoreKind.ShockIndex => ShockIndex.PartNames,
        _ => throw Unknown(kind),
    };

    /// <summary>Name in configuration, reports and rule ids, lower snake case.</summary>
    public static string Name(this ScoreKind kind) => Names[(int)kind];

    /// <summary>Finds a score by its name, exactly as <see cref="Name"/> gives it.</summary>
    public static bool TryParse(ReadOnlySpan<char> name, out ScoreKind kind)
    {
        for (var i = 0; i < Names.Length; i++)
        {
            if (name.SequenceEqual(Names[i]))
            {
                kind = (ScoreKind)i;
                return true;
            }
        }
        kind = default;
        return false;
    }

    private static ArgumentOutOfRangeException Unknown(ScoreKind kind) => new(nameof(kind), kind, "There is no such score.");
}
