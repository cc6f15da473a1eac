// Takes the ids of readings apart that a transition carries in one text.
namespace MedAI.Streaming.Host.Web.Reading;

/// <summary>Ids of readings: <c>device/epoch/sequence/vital</c>, joined by a blank.</summary>
internal static class ReadingIds
{
    /// <summary>The ids. A device's own id may hold blanks, so an id goes on until it ends as one does.</summary>
    public static IEnumerable<string> Split(string joined)
    {
        var id = "";
        foreach (var part in joined.Split(' '))
        {
            id = id.Length == 0 ? part : $"{id} {part}";
            if (IsWhole(id))
            {
                yield return id;
                id = "";
            }
        }

        if (id.Length > 0)
            yield return id;
    }

    private static bool IsWhole(string id)
    {
        var parts = id.Split('/');
        return parts.Length >= 4 && IsNumber(parts[^3]) && IsNumber(parts[^2]) && parts[^1].Length > 0;
    }

    private static bool IsNumber(string text) => text.Length > 0 && text.All(char.IsAsciiDigit);
}
