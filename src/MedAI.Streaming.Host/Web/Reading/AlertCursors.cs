// Reads the history on from a place that a client names, and sees when that place cannot be one of this history.
using MedAI.Streaming.Pipeline.Ports;

namespace MedAI.Streaming.Host.Web.Reading;

/// <summary>Places in the history that come from outside.</summary>
internal static class AlertCursors
{
    /// <summary>What to do with a place that is none.</summary>
    public const string Advice = "It is no cursor of this history. Begin anew: with GET /v1/ward and its cursor, or with an empty one.";

    /// <summary>The transitions behind a place, or null where the place is none of this history.</summary>
    /// <remarks>
    /// A place behind the end was given by a history that is no more (a store that was made anew): whoever waited there would hear
    /// nothing for a long time and take it for quiet. It is only told apart where nothing lies behind it.
    /// </remarks>
    /// <exception cref="StoreException">The history cannot be read.</exception>
    public static IReadOnlyList<(string Cursor, TransitionRecord Transition)>? Read(IAlertHistory history, string cursor, int limit)
    {
        try
        {
            var found = history.After(cursor, limit);
            if (found.Count > 0 || cursor.Length == 0 || history.EndCursor() == cursor)
                return found;

            // One that came between the two questions moved the end; then it is there now.
            found = history.After(cursor, limit);
            return found.Count > 0 ? found : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
