// The thresholds a model brings with it, chosen where it was made and never on the evaluated patients.
namespace MedAI.Streaming.Evaluation.Metrics;

/// <summary>Thresholds frozen on validation patients, in the unit of the score.</summary>
/// <param name="Alert">At or above it a score alarms (<c>thresholds.alert</c> of the card); null if there is none.</param>
/// <param name="Utility">
/// At or above it an hour counts as predicted (<c>thresholds.utility</c>, the one with the greatest utility); null if there is none.
/// </param>
public sealed record FrozenThresholds(double? Alert, double? Utility);
