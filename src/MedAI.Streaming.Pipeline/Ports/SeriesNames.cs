// The names of series: a reading's is the key of its vital sign, and those of scores and models begin with what they are.
using MedAI.Streaming.Domain.Scores;

namespace MedAI.Streaming.Pipeline.Ports;

/// <summary>Names of series.</summary>
public static class SeriesNames
{
    private const string ScorePrefix = "score.";
    private const string ModelPrefix = "model.";
    private const string ShadowPrefix = "shadow.";
    private const string AlarmPrefix = "alarm.";

    /// <summary>A clinical score: <c>score.news2</c>.</summary>
    public static string Score(ScoreKind kind) => ScorePrefix + kind.Name();

    /// <summary>The model whose alerts count, by what it predicts, so that another one goes on in the same series: <c>model.sepsis</c>.</summary>
    public static string Model(string task) => ModelPrefix + task;

    /// <summary>A model in shadow, by name and version: <c>shadow.sepsis-all@2.1.0</c>.</summary>
    public static string Shadow(string id) => ShadowPrefix + id;

    /// <summary>The alarm scores beside a series of risks: <c>alarm.model.sepsis</c>.</summary>
    public static string Alarm(string risks) => AlarmPrefix + risks;

    /// <summary>The series of risks that alarm scores stand beside; null: it is another series.</summary>
    public static string? RisksOf(string series) =>
        series.StartsWith(AlarmPrefix, StringComparison.Ordinal) ? series[AlarmPrefix.Length..] : null;

    /// <summary>Name and version of the model in shadow whose series it is; null: it is another series.</summary>
    public static string? ShadowId(string series) =>
        series.StartsWith(ShadowPrefix, StringComparison.Ordinal) ? series[ShadowPrefix.Length..] : null;

    /// <summary>Whether a series holds scores or risks, and no readings.</summary>
    public static bool IsScore(string series) =>
        series.StartsWith(ScorePrefix, StringComparison.Ordinal) || series.StartsWith(ModelPrefix, StringComparison.Ordinal)
        || series.StartsWith(ShadowPrefix, StringComparison.Ordinal) || RisksOf(series) is not null;
}
