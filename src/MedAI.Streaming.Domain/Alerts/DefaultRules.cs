// The rules a site starts with. They are defaults of this product for an adult ward, to be set by the responsible organisation.
using MedAI.Streaming.Domain.Vitals;

namespace MedAI.Streaming.Domain.Alerts;

/// <summary>The default rules.</summary>
/// <remarks>
/// The first level of each limit lies where NEWS2 (Royal College of Physicians, 2017) gives its highest points or next to them;
/// the second level is a wider one at high priority. Condition delay and hysteresis are chosen against flutter at 1 Hz.
/// </remarks>
public static class DefaultRules
{
    private const AlertPriority Medium = AlertPriority.Medium;
    private const AlertPriority High = AlertPriority.High;

    /// <summary>The default limit rules.</summary>
    public static IReadOnlyList<LimitRule> Limits { get; } =
    [
        Limit("limit.heart_rate.high", VitalSign.HeartRate, LimitSide.Above, 5, new(130, Medium), new(150, High)),
        Limit("limit.heart_rate.low", VitalSign.HeartRate, LimitSide.Below, 3, new(45, Medium), new(35, High)),
        Limit("limit.pulse_rate.high", VitalSign.PulseRate, LimitSide.Above, 5, new(130, Medium), new(150, High)),
        Limit("limit.pulse_rate.low", VitalSign.PulseRate, LimitSide.Below, 3, new(45, Medium), new(35, High)),
        Limit("limit.spo2.low", VitalSign.SpO2, LimitSide.Below, 2, new(90, Medium), new(85, High)),
        Limit("limit.respiratory_rate.high", VitalSign.RespiratoryRate, LimitSide.Above, 2, new(30, Medium), new(40, High)),
        Limit("limit.respiratory_rate.low", VitalSign.RespiratoryRate, LimitSide.Below, 1, new(8, Medium), new(5, High)),
        Limit("limit.temperature.high", VitalSign.Temperature, LimitSide.Above, 0.3, new(39.0, Medium), new(41.0, High)),
        Limit("limit.temperature.low", VitalSign.Temperature, LimitSide.Below, 0.3, new(35.0, Medium), new(32.0, High)),
        Limit("limit.systolic_pressure.high", VitalSign.SystolicPressure, LimitSide.Above, 5, new AlertLevel(200, Medium)),
        Limit("limit.systolic_pressure.low", VitalSign.SystolicPressure, LimitSide.Below, 5, new(90, Medium), new(75, High)),
        Limit(
            "limit.arterial_systolic_pressure.low", VitalSign.ArterialSystolicPressure, LimitSide.Below, 5,
            new(90, Medium), new(75, High)),
    ];

    /// <summary>NEWS2: medium from 5, high from 7, low for a single parameter at 3 (RCP 2017, thresholds and triggers).</summary>
    public static ScoreRule News2 { get; } = new()
    {
        Id = "score.news2",
        Levels = [new(5, Medium), new(7, High)],
        SingleParameter = AlertPriority.Low,
        Hysteresis = 1,
    };

    /// <summary>MEWS: 5 or more is high risk (Subbe 2001). Not in force by default.</summary>
    public static ScoreRule Mews { get; } = new() { Id = "score.mews", Levels = [new(5, Medium)], Hysteresis = 1, Enabled = false };

    /// <summary>qSOFA: 2 or more is positive (Sepsis-3, 2016). Not in force by default.</summary>
    public static ScoreRule QSofa { get; } = new() { Id = "score.qsofa", Levels = [new(2, Medium)], Enabled = false };

    /// <summary>Shock index above about 1.0. Not in force by default.</summary>
    public static ScoreRule ShockIndex { get; } =
        new() { Id = "score.shock_index", Levels = [new(1.0, Medium)], Hysteresis = 0.1, Enabled = false };

    private static LimitRule Limit(string id, VitalSign vital, LimitSide side, double hysteresis, params AlertLevel[] levels) =>
        new() { Id = id, Vital = vital, Side = side, Hysteresis = hysteresis, Levels = levels };
}
