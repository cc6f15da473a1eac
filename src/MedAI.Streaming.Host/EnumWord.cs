// The words of enumerations, the same wherever a person or a program reads or writes them.
namespace MedAI.Streaming.Host;

/// <summary>Words of enumerations: their names with a small first letter, for example <c>backInsideLimit</c>.</summary>
internal static class EnumWord
{
    /// <summary>The word of a value.</summary>
    public static string Of<T>(T value)
        where T : struct, Enum => Names<T>.Words.GetValueOrDefault(value) ?? value.ToString();

    /// <summary>All words, in the order of the values.</summary>
    public static IReadOnlyList<string> All<T>()
        where T : struct, Enum => [.. Enum.GetValues<T>().Select(Of)];

    /// <summary>The value of a word, or null for another text.</summary>
    public static T? Find<T>(string word)
        where T : struct, Enum
    {
        foreach (var (value, name) in Names<T>.Words)
        {
            if (name == word)
                return value;
        }

        return null;
    }

    private static class Names<T>
        where T : struct, Enum
    {
        public static readonly Dictionary<T, string> Words = Enum.GetValues<T>().ToDictionary(value => value, Word);

        private static string Word(T value)
        {
            var name = value.ToString();
            return char.ToLowerInvariant(name[0]) + name[1..];
        }
    }
}
