// Which model's alerts count, as a fact of the log.
namespace MedAI.Streaming.Domain.Stream;

/// <summary>A choice of the model whose alerts count; what it says is all that decisions take of a model's card.</summary>
/// <param name="Model">Name and version, for example <c>sepsis-vitals@2.0.0</c>.</param>
/// <param name="Sha256">The checksum of the model's file, lower-case hex.</param>
/// <param name="AlertRisk">Risk at or above which an alert opens, 0..1.</param>
/// <param name="ClearRisk">Risk below which an open alert may clear, 0..<paramref name="AlertRisk"/>.</param>
/// <param name="Pages">Whether it may alert; false: its risk is stored and alerts nobody.</param>
/// <param name="By">Who chose it and why, in words.</param>
public sealed record ModelElection(string Model, string Sha256, double AlertRisk, double ClearRisk, bool Pages, string By);
