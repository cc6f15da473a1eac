// Takes the derived id of a transition apart.
using System.Globalization;
using MedAI.Streaming.Pipeline.Ports;

namespace MedAI.Streaming.Pipeline.Wire;

/// <summary>The parts of a <see cref="TransitionRecord.Id"/>.</summary>
/// <param name="Patient">Patient id; it may hold the separator.</param>
/// <param name="Rule">Rule id.</param>
/// <param name="OpenedEventTime">Event time at which the episode opened, ms since 1970.</param>
/// <param name="Ordinal">The transition's number in the episode.</param>
public readonly record struct TransitionId(string Patient, string Rule, long OpenedEventTime, int Ordinal)
{
    /// <summary>Takes an id apart, from its end, because of its parts only the patient id may hold the separator.</summary>
    /// <returns>False where it is not one.</returns>
    public static bool TryParse(string id, out TransitionId parts)
    {
        parts = default;
        var beforeOrdinal = id.LastIndexOf('|');
        var beforeOpened = beforeOrdinal <= 0 ? -1 : id.LastIndexOf('|', beforeOrdinal - 1);
        var beforeRule = beforeOpened <= 0 ? -1 : id.LastIndexOf('|', beforeOpened - 1);
        if (beforeRule < 0
            || !int.TryParse(id.AsSpan(beforeOrdinal + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var ordinal)
            || !long.TryParse(
                id.AsSpan(beforeOpened + 1, beforeOrdinal - beforeOpened - 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture,
                out var opened))
        {
            return false;
        }

        parts = new(id[..beforeRule], id[(beforeRule + 1)..beforeOpened], opened, ordinal);
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Patient}|{Rule}|{OpenedEventTime}|{Ordinal}");
}
