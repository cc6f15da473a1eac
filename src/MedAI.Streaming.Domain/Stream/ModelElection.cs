// Which model's alerts count, as a fact of the log.
namespace MedAI.Streaming.Domain.Stream;

/// <summary>A choice of the model whose alerts count; what it says is all that decisions take of a model's card.</summary>
/// <param name="Model">Name and version, for example <c>sepsis-vitals@2.1.0</c>.</param>
/// <param name="Sha256">The checksum of the model's file, lower-case hex.</param>
/// <param name="AlertThreshold">Alarm score (risk, where the model has none) at or above which an alert opens, 0..1.</param>
/// <param name="ClearThreshold">The score below which an open alert may clear, 0..<paramref name="AlertThreshold"/>.</param>
/// <param name="Pages">Whether it may alert; false: its risk is stored and alerts nobody.</param>
/// <param name="By">Who chose it and why, in words.</param>
public sealed record ModelElection(string Model, string Sha256, double AlertThreshold, double ClearThreshold, bool Pages, string By)
{
    /// <summary>Whether another choice decides the same, whoever made it.</summary>
    public bool IsSameChoice(ModelElection other) =>
        (Model, Sha256, AlertThreshold, ClearThreshold, Pages) == (other.Model, other.Sha256, other.AlertThreshold, other.ClearThreshold, other.Pages);
}
