// Why a model's risk is what it is, as it is kept with the alert that the model caused.
using MedAI.Streaming.Domain.Vitals;

namespace MedAI.Streaming.Pipeline.Explaining;

/// <summary>Where a value lies, seen from the mean of the patients that the model was trained on.</summary>
public enum ValueDirection : byte
{
    /// <summary>There is no value, or no mean.</summary>
    None,

    /// <summary>Above the mean.</summary>
    High,

    /// <summary>Below the mean.</summary>
    Low,
}

/// <summary>What one input did to a risk.</summary>
/// <param name="Input">Key of the vital sign, or <c>age_years</c>, <c>sex_male</c>, <c>hours_since_admission</c>.</param>
/// <param name="Logit">
/// By how much the logit of the risk is higher than it would be had the value been average (the sex unknown, the stay new) in the last
/// twelve steps and at the instant, to two decimals: +0.69 doubles the odds.
/// </param>
/// <param name="Value">Its value at the instant as the model sees it, to three decimals; NaN: there is none any more.</param>
/// <param name="Change">How much of that came since the last committed step, to three decimals; NaN: not known.</param>
/// <param name="Unit">UCUM code of its unit, or empty.</param>
/// <param name="Direction">Where the value lies.</param>
public sealed record InputContribution(string Input, double Logit, double Value, double Change, string Unit, ValueDirection Direction);

/// <summary>A step that a model with attention looked at.</summary>
/// <param name="HoursAgo">How long before the instant it ended, to two decimals; 0: the step under way.</param>
/// <param name="Share">The share of attention, 0..1, to two decimals.</param>
public sealed record AttendedStep(double HoursAgo, double Share);

/// <summary>
/// An explanation of one risk: how the model comes to it, not what causes it. It is a function of the log like the alert that it belongs to.
/// </summary>
/// <param name="Contributions">The vital signs and results that moved the risk most, the strongest first, at most five.</param>
/// <param name="Background">What age, sex and the time since admission do to it, the strongest first.</param>
/// <param name="Attention">The steps that were looked at most, the most first, at most three; empty for a model without attention.</param>
/// <param name="RiskBefore">The risk at the last committed step, to four decimals; NaN: there was none.</param>
/// <param name="HoursBefore">How long ago that was, hours, to two decimals; NaN: there was none.</param>
/// <param name="RiskChange">By how much the risk rose since then, to four decimals; NaN: there was none.</param>
public sealed record Explanation(
    IReadOnlyList<InputContribution> Contributions, IReadOnlyList<InputContribution> Background, IReadOnlyList<AttendedStep> Attention,
    double RiskBefore, double HoursBefore, double RiskChange)
{
    /// <summary>Whether an input is no vital sign and no result.</summary>
    internal static bool IsBackground(string key) => key is "age_years" or "sex_male" or "hours_since_admission";

    /// <summary>The unit's code of an input that is no vital sign, or of one that is.</summary>
    internal static string UnitOf(string key, VitalSign? vital) => vital is { } sign
        ? Units.Code(VitalSignCatalogue.CanonicalUnit(sign))
        : key switch { "age_years" => "a", "hours_since_admission" => "h", _ => "" };

    /// <summary>Whether two explanations say the same.</summary>
    public bool Equals(Explanation? other) =>
        other is not null && RiskBefore.Equals(other.RiskBefore) && HoursBefore.Equals(other.HoursBefore)
        && RiskChange.Equals(other.RiskChange) && Contributions.SequenceEqual(other.Contributions)
        && Background.SequenceEqual(other.Background) && Attention.SequenceEqual(other.Attention);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Contributions.Count, Attention.Count, RiskBefore, HoursBefore, RiskChange);
}
