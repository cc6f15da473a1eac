// Everything about the law that a site may set; part of what transitions are a function of.
using MedAI.Streaming.Domain.Alerts;
using MedAI.Streaming.Domain.Stream;

namespace MedAI.Streaming.Domain;

/// <summary>
/// The settings of the monitor's law. They are fixed for a store: a store made with other settings is not continued, because
/// its transitions would not be a function of one law.
/// </summary>
public sealed record MonitorSettings
{
    /// <summary>The grid on which scores are due, seconds of event time, 1..3600.</summary>
    public int TickSeconds { get; init; } = 60;

    /// <summary>Times by class of source, indexed by <see cref="Vitals.SourceClass"/>.</summary>
    public IReadOnlyList<SourceSettings> Sources { get; init; } =
    [
        SourceSettings.Default(Vitals.SourceClass.Bedside),
        SourceSettings.Default(Vitals.SourceClass.Wearable),
        SourceSettings.Default(Vitals.SourceClass.Charted),
    ];

    /// <summary>Event time for which a signal must be invalid or implausible before that is an alert, seconds.</summary>
    public int BadSignalSeconds { get; init; } = 10;

    /// <summary>Event time without a gap (or with a right clock) after which such a technical alert is over, seconds.</summary>
    public int TechnicalClearSeconds { get; init; } = 60;

    /// <summary>Data older than this on arrival is delayed: what it shows pages only if it still holds, with its age; seconds.</summary>
    public int DelayedAfterSeconds { get; init; } = 120;

    /// <summary>The least priority that pages.</summary>
    public AlertPriority PageFrom { get; init; } = AlertPriority.Medium;

    /// <summary>Whether the store is marked demo, so that demo data is scored in it.</summary>
    public bool Demo { get; init; }

    /// <summary>The limit rules where neither ward nor patient says otherwise.</summary>
    public IReadOnlyList<LimitRule> Limits { get; init; } = DefaultRules.Limits;

    /// <summary>Limit rules that replace the ones of the same id, by ward.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<LimitRule>> WardLimits { get; init; } =
        new Dictionary<string, IReadOnlyList<LimitRule>>();

    /// <summary>Limit rules that replace the ones of the same id, by patient; they go before the ward's.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<LimitRule>> PatientLimits { get; init; } =
        new Dictionary<string, IReadOnlyList<LimitRule>>();

    /// <summary>The rule on NEWS2.</summary>
    public ScoreRule News2 { get; init; } = DefaultRules.News2;

    /// <summary>The rule on MEWS; by default only computed and stored.</summary>
    public ScoreRule Mews { get; init; } = DefaultRules.Mews;

    /// <summary>The rule on qSOFA; by default only computed and stored.</summary>
    public ScoreRule QSofa { get; init; } = DefaultRules.QSofa;

    /// <summary>The rule on the shock index; by default only computed and stored.</summary>
    public ScoreRule ShockIndex { get; init; } = DefaultRules.ShockIndex;

    /// <summary>The rule on the model's risk; null: no model is served.</summary>
    public ScoreRule? Model { get; init; }
}
