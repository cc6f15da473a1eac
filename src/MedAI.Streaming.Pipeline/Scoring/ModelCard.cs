// What a model says of itself: the part of card.json that decides how it is served.
namespace MedAI.Streaming.Pipeline.Scoring;

/// <summary>A model card, as far as serving needs it; the adapter that loads a model reads and checks it.</summary>
public sealed record ModelCard
{
    /// <summary>Name, for example <c>sepsis-vitals</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Version, for example <c>2.1.0</c>.</summary>
    public required string Version { get; init; }

    /// <summary>What it predicts in a word, as rules and series are named: its name up to the first hyphen, and no card says otherwise.</summary>
    public string Task => TaskOf(Name);

    /// <summary>Names of the inputs in the order of the model's rows; must be those of schemas/features.json.</summary>
    public required IReadOnlyList<string> Inputs { get; init; }

    /// <summary>Seconds between two steps of the model's own state, counted from admission.</summary>
    public required int StepSeconds { get; init; }

    /// <summary>Floats of state per patient; 0 for a stateless model.</summary>
    public required int StateSize { get; init; }

    /// <summary>Mean by input name, for the inputs that are standardised.</summary>
    public required IReadOnlyDictionary<string, double> Mean { get; init; }

    /// <summary>Standard deviation by input name, for the inputs that are standardised.</summary>
    public required IReadOnlyDictionary<string, double> StandardDeviation { get; init; }

    /// <summary>Standardised inputs are clipped to plus and minus this.</summary>
    public required double Clip { get; init; }

    /// <summary>Hours since the last observation are capped here.</summary>
    public required double SinceCapHours { get; init; }

    /// <summary>Hours since admission are capped here.</summary>
    public required double AdmissionCapHours { get; init; }

    /// <summary>What the output means, in words.</summary>
    public required string OutputMeaning { get; init; }

    /// <summary>Alarm score (risk, where the model has none) at or above which an alert opens, 0..1.</summary>
    public required double AlertThreshold { get; init; }

    /// <summary>Alarm score (risk, where the model has none) below which an open alert may clear, 0..1, at most <see cref="AlertThreshold"/>.</summary>
    public required double ClearThreshold { get; init; }

    /// <summary>Which inputs it looks at, as reports say it: <c>vitals</c>, <c>all</c> or <c>time</c>.</summary>
    public string InputSet { get; init; } = "vitals";

    /// <summary>Whether the model gives an alarm score besides its risk, and the thresholds of alerts are about that.</summary>
    public bool HasAlarmScore { get; init; }

    /// <summary>Risk from which an hour is predicted positive with the greatest utility on the validation patients; null: not chosen.</summary>
    public double? UtilityThreshold { get; init; }

    /// <summary>By input name: how it was distributed in training, once standardised. Empty where the card does not say.</summary>
    public IReadOnlyDictionary<string, InputReference> InputReference { get; init; } = new Dictionary<string, InputReference>();

    /// <summary>sha256 of model.onnx in lower-case hex.</summary>
    public required string Sha256 { get; init; }

    /// <summary>What a model predicts by its name: <c>sepsis</c> for <c>sepsis-vitals</c>.</summary>
    public static string TaskOf(string name) => name.Split('-')[0];

    /// <summary>Name and version in one, as it stands in alerts: <c>sepsis-vitals@2.1.0</c>.</summary>
    public string Id => $"{Name}@{Version}";
}
