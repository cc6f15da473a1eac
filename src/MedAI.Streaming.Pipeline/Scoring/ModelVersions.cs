// Which of two versions of a model is the newer one.
namespace MedAI.Streaming.Pipeline.Scoring;

/// <summary>The order of versions.</summary>
public static class ModelVersions
{
    /// <summary>Oldest first: 2.10.0 is behind 2.9.0. What is no number (<c>2.0.0-trial</c>) comes first, in ordinal order: it is never the newest by chance.</summary>
    public static IComparer<string> ByNumber { get; } = Comparer<string>.Create(Compare);

    private static int Compare(string left, string right)
    {
        // Without a number it is null, and null is before every version.
        _ = Version.TryParse(left, out var a);
        _ = Version.TryParse(right, out var b);
        return Comparer<Version>.Default.Compare(a, b) is not 0 and var byNumber ? byNumber : string.CompareOrdinal(left, right);
    }
}
