// Finds low and high limits of one vital sign that leave no value between them: such a patient would alarm for ever.
using MedAI.Streaming.Domain.Alerts;
using MedAI.Streaming.Domain.Vitals;

namespace MedAI.Streaming.Host.Composition;

/// <summary>Checks limits that hold together in one place (the site, a ward, a patient).</summary>
internal static class LimitOppositions
{
    /// <summary>Adds an error for each low limit at or above a high one, if at least one of the two was written there.</summary>
    public static void Check(IReadOnlyList<LimitRule> rules, IReadOnlyList<WrittenRule> written, List<ConfigurationError> errors)
    {
        foreach (var low in rules.Where(rule => rule is { Enabled: true, Side: LimitSide.Below }))
        {
            foreach (var high in rules.Where(rule => rule is { Enabled: true, Side: LimitSide.Above } && rule.Vital == low.Vital))
            {
                var entry = written.FirstOrDefault(one => one.Rule == low || one.Rule == high);
                if (entry.Rule is not null && low.Levels[0].Threshold >= high.Levels[0].Threshold)
                {
                    errors.Add(Opposed(entry, low, high));
                }
            }
        }
    }

    private static ConfigurationError Opposed(WrittenRule entry, LimitRule low, LimitRule high)
    {
        var isLow = entry.Rule == low;
        var other = isLow ? high : low;
        var node = entry.Node["levels"]?.Items[0]["threshold"] ?? entry.Node;
        var found = ConfigurationKey.Format(entry.Rule.Levels[0].Threshold);
        var bound = ConfigurationKey.Format(other.Levels[0].Threshold);
        var vital = VitalSignCatalogue.Info(low.Vital).Key;
        return new ConfigurationError(
            $"{entry.Key}.levels[0].threshold", node.Line, found,
            $"{(isLow ? "below" : "above")} {bound}, the first level of {other.Id}",
            $"A low limit of {vital} must lie below its high limit; move one of them.");
    }
}
