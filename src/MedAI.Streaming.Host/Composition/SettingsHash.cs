// Names a law by a checksum, so that a store made under one law is never continued under another.
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using MedAI.Streaming.Domain;
using MedAI.Streaming.Domain.Alerts;
using MedAI.Streaming.Domain.Vitals;

namespace MedAI.Streaming.Host.Composition;

/// <summary>The checksum of settings.</summary>
public static class SettingsHash
{
    /// <summary>sha256, in lower-case hex, over <see cref="Canonical"/>.</summary>
    public static string Of(MonitorSettings settings) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Canonical(settings))));

    /// <summary>
    /// The settings as text: one line per value in a fixed order, numbers so that equal text means equal bits, wards and patients
    /// in ordinal order. Text of the site's choosing comes last in its line, after its length.
    /// </summary>
    public static string Canonical(MonitorSettings settings)
    {
        var text = new StringBuilder("medai-settings 1\n");
        Line(text, "tickSeconds", settings.TickSeconds);
        for (var i = 0; i < settings.Sources.Count; i++)
        {
            var source = settings.Sources[i];
            Line(text, $"source {i} gapWait", source.GapWait);
            Line(text, $"source {i} grace", source.Grace);
            Line(text, $"source {i} contactTimeout", source.ContactTimeout);
            Line(text, $"source {i} futureTolerance", source.FutureTolerance);
        }

        Line(text, "badSignalSeconds", settings.BadSignalSeconds);
        Line(text, "technicalClearSeconds", settings.TechnicalClearSeconds);
        Line(text, "delayedAfterSeconds", settings.DelayedAfterSeconds);
        Line(text, "pageFrom", (int)settings.PageFrom);
        Line(text, "demo", settings.Demo ? 1 : 0);
        Limits(text, "site", "", settings.Limits);
        foreach (var (ward, rules) in settings.WardLimits.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            Limits(text, "ward", ward, rules);
        }

        foreach (var (patient, rules) in settings.PatientLimits.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            Limits(text, "patient", patient, rules);
        }

        Score(text, "news2", settings.News2);
        Score(text, "mews", settings.Mews);
        Score(text, "qsofa", settings.QSofa);
        Score(text, "shockIndex", settings.ShockIndex);
        if (settings.Model is { } model)
        {
            Score(text, "model", model);
        }

        return text.ToString();
    }

    private static void Limits(StringBuilder text, string scope, string name, IReadOnlyList<LimitRule> rules)
    {
        Named(text, $"limits {scope} {rules.Count}", name);
        foreach (var rule in rules)
        {
            Named(text, "limit", rule.Id);
            Named(text, "vital", VitalSignCatalogue.Info(rule.Vital).Key);
            Line(text, "side", (int)rule.Side);
            Levels(text, rule.Levels);
            Line(text, "delaySeconds", rule.DelaySeconds);
            Line(text, "hysteresis", rule.Hysteresis);
            Line(text, "latching", rule.Latching ? 1 : 0);
            Line(text, "enabled", rule.Enabled ? 1 : 0);
        }
    }

    private static void Score(StringBuilder text, string name, ScoreRule rule)
    {
        Named(text, $"score {name}", rule.Id);
        Levels(text, rule.Levels);
        Line(text, "singleParameter", (int)rule.SingleParameter);
        Line(text, "hysteresis", rule.Hysteresis);
        Line(text, "clearSeconds", rule.ClearSeconds);
        Line(text, "latching", rule.Latching ? 1 : 0);
        Line(text, "enabled", rule.Enabled ? 1 : 0);
    }

    private static void Levels(StringBuilder text, IReadOnlyList<AlertLevel> levels)
    {
        foreach (var level in levels)
        {
            Line(text, $"level {(int)level.Priority}", level.Threshold);
        }
    }

    private static void Line(StringBuilder text, string name, double value) =>
        text.Append(name).Append(' ').Append(value.ToString("R", CultureInfo.InvariantCulture)).Append('\n');

    private static void Named(StringBuilder text, string name, string value) =>
        text.Append(CultureInfo.InvariantCulture, $"{name} {value.Length} {value}\n");
}
