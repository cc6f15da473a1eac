// How keys are written in messages, and which known word is nearest to one that is not known.
namespace MedAI.Streaming.Host.Composition;

/// <summary>Names of keys.</summary>
internal static class ConfigurationPath
{
    /// <summary>The full key of a member; a name that would read as several is put in quotes.</summary>
    public static string Join(string parent, string name)
    {
        var plain = name.Length is > 0 and <= 64 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-');
        return (plain, parent.Length) switch
        {
            (true, 0) => name,
            (true, _) => $"{parent}.{name}",
            _ => $"{parent}[{ConfigurationNode.Quote(name)}]",
        };
    }

    /// <summary>The candidate that a mistyped word most likely meant, or null where none is near.</summary>
    public static string? Nearest(string word, IEnumerable<string> candidates)
    {
        var best = candidates
            .Select(candidate => (Candidate: candidate, Distance: Distance(word, candidate)))
            .OrderBy(pair => pair.Distance)
            .FirstOrDefault((Candidate: "", Distance: int.MaxValue));
        return best.Distance <= Math.Max(2, word.Length / 3) ? best.Candidate : null;
    }

    // Levenshtein's distance, letter case aside; the beginning of a candidate counts as that candidate.
    private static int Distance(string a, string b)
    {
        if (a.Length > 64)
            return int.MaxValue;

        // A word that was cut short is nearer than one that merely shares letters.
        if (a.Length >= 3 && b.StartsWith(a, StringComparison.OrdinalIgnoreCase))
            return 0;

        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var change = diagonal + (char.ToLowerInvariant(a[i - 1]) == char.ToLowerInvariant(b[j - 1]) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(change, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[b.Length];
    }
}
