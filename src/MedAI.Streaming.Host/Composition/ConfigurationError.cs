// One thing that is wrong with a configuration, said so that a person can put it right without reading the documentation.
using System.Globalization;

namespace MedAI.Streaming.Host.Composition;

/// <summary>One error of a configuration.</summary>
/// <param name="Key">The full key, for example <c>limits[3].levels[1].threshold</c>; empty where the file as a whole is
/// meant.</param>
/// <param name="Line">Line in the file, from 1; 0 where the value does not come from the file.</param>
/// <param name="Found">What was found there.</param>
/// <param name="Allowed">The range, the words or the kind of value that may stand there.</param>
/// <param name="Advice">What to do, as a sentence.</param>
public sealed record ConfigurationError(string Key, int Line, string Found, string Allowed, string Advice)
{
    /// <summary>The error as one line.</summary>
    public override string ToString()
    {
        var place = (Key.Length > 0, Line > 0) switch
        {
            (true, true) => string.Create(CultureInfo.InvariantCulture, $"{Key} (line {Line})"),
            (true, false) => Key,
            (false, true) => string.Create(CultureInfo.InvariantCulture, $"line {Line}"),
            _ => "the file",
        };
        return $"{place}: found {Found}; allowed: {Allowed}. {Advice}";
    }
}
