// What a model says of a patient at an instant.
namespace MedAI.Streaming.Pipeline.Scoring;

/// <summary>A risk, and the score by which alerts are decided where that is another.</summary>
/// <param name="Risk">Risk 0..1; NaN: the model did not answer.</param>
/// <param name="Alarm">The model's alarm score 0..1, the risk held against the patient's own recent level; NaN: it has none.</param>
public readonly record struct ModelScore(double Risk, double Alarm)
{
    /// <summary>No answer.</summary>
    public static readonly ModelScore Silence = new(double.NaN, double.NaN);

    /// <summary>Whether the model did not answer.</summary>
    public bool IsSilent => double.IsNaN(Risk);

    /// <summary>Whether alerts are decided by a score of its own.</summary>
    public bool HasAlarm => !double.IsNaN(Alarm);

    /// <summary>What is held against the thresholds of alerts; NaN: the model did not answer.</summary>
    public double Decisive => HasAlarm ? Alarm : Risk;
}
