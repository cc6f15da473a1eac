// The law that worlds are judged by: the default rules, and a model whose risk moves enough to alarm.
using MedAI.Streaming.Domain;
using MedAI.Streaming.Domain.Alerts;
using MedAI.Streaming.Domain.Features;
using MedAI.Streaming.Domain.Vitals;
using MedAI.Streaming.Pipeline;
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.Pipeline.Scoring;
using MedAI.Streaming.TestKit.InMemory;

namespace MedAI.Streaming.TestKit.Worlds;

/// <summary>Makes laws for tests.</summary>
public static class TestLaw
{
    private static readonly string[] Inputs =
    [
        "heart_rate.value", "spo2.value", "respiratory_rate.value", "temperature.value", "heart_rate.observed",
        "heart_rate.hours_since_last", "age_years", "sex_male", "hours_since_admission", "step_fraction",
    ];

    /// <summary>
    /// The default settings with a latching limit, every score rule in force, a rule on the model and a ward with limits of its own.
    /// </summary>
    public static MonitorSettings Settings { get; } = new()
    {
        Limits = [.. DefaultRules.Limits.Select(l => l with { Latching = l.Vital == VitalSign.SpO2 })],
        Mews = DefaultRules.Mews with { Enabled = true },
        QSofa = DefaultRules.QSofa with { Enabled = true },
        ShockIndex = DefaultRules.ShockIndex with { Enabled = true },
        WardLimits = new Dictionary<string, IReadOnlyList<LimitRule>>
        {
            ["icu"] = [.. DefaultRules.Limits.Where(l => l.Side == LimitSide.Above).Select(l => l with { Enabled = false })],
        },
        Model = new ScoreRule { Id = "model.memory", Levels = [new(0.8, AlertPriority.Medium)], Hysteresis = 0.1 },
    };

    /// <summary>The card of the model.</summary>
    public static ModelCard Card { get; } = InMemoryModel.MakeCard(Inputs.Length, recurrent: true, stepSeconds: 600) with
    {
        Inputs = Inputs,
        Mean = Inputs.ToDictionary(i => i, i => i switch
        {
            "heart_rate.value" => 80.0,
            "spo2.value" => 97,
            "respiratory_rate.value" => 16,
            "temperature.value" => 37,
            _ => 60,
        }),
        StandardDeviation = Inputs.ToDictionary(i => i, _ => 10.0),
    };

    /// <summary>A law with its own model.</summary>
    public static FlowLaw Create(MonitorSettings? settings = null, IScoringModel? model = null)
    {
        var served = model ?? new InMemoryModel(Card, 64);
        var card = served.Card;
        var features = FeatureSpec.Create(
            card.Inputs, new Normalisation(card.Mean, card.StandardDeviation, card.Clip, card.SinceCapHours, card.AdmissionCapHours),
            card.StepSeconds, out var problem);
        return new FlowLaw(
            new RuleBook(settings ?? Settings), features ?? throw new InvalidOperationException(problem), new ModelScorer(served));
    }
}
