// Made-up patients and scores with Python's figures for them: schemas/golden/evaluation.json.
using System.Text.Json;
using Acceptance.Tests.Configuration;
using MedAI.Streaming.Evaluation.Metrics;
using MedAI.Streaming.Evaluation.Report;

namespace Acceptance.Tests.Metrics;

internal static class GoldenCohort
{
    private static readonly Lazy<JsonElement> Document =
        new(() => JsonDocument.Parse(File.ReadAllText(RepositoryFiles.At("schemas", "golden", "evaluation.json"))).RootElement);

    private static readonly Lazy<EvaluationReport> Judged = new(() =>
    {
        var models = Document.Value.GetProperty("models").EnumerateArray().Select(ModelOf).ToList();
        return EvaluationReport.Of(
            "golden", LabelledCohort.Of(Stays()), models.Single(m => m.Name == Document.Value.GetProperty("news2").GetString()), models);
    });

    private static readonly Lazy<JsonElement> Json = new(() =>
    {
        using var written = new MemoryStream();
        Report.WriteJson(written);
        return JsonDocument.Parse(written.ToArray()).RootElement;
    });

    public static EvaluationReport Report => Judged.Value;

    /// <summary>What Python computed for a model.</summary>
    public static JsonElement Expected(string model) => Named(Document.Value, model).GetProperty("figures");

    /// <summary>What the report says of a model.</summary>
    public static JsonElement Actual(string model) => Named(Json.Value, model);

    private static JsonElement Named(JsonElement document, string model) =>
        document.GetProperty("models").EnumerateArray().Single(m => m.GetProperty("name").GetString() == model);

    private static IEnumerable<LabelledStay> Stays() => Document.Value.GetProperty("patients").EnumerateArray().Select(p => new LabelledStay(
        p.GetProperty("id").GetString()!,
        [.. p.GetProperty("hours").EnumerateArray().Select(h => h.GetInt32())],
        [.. p.GetProperty("labels").GetString()!.Select(label => label == '1')]));

    private static ScoredModel ModelOf(JsonElement model) => new()
    {
        Name = model.GetProperty("name").GetString()!,
        Version = "1.0.0",
        Inputs = "vitals",
        Scores = [.. model.GetProperty("scores").EnumerateArray().Select(ScoreOf)],
        AlarmScores = model.TryGetProperty("alarms", out var alarms) ? [.. alarms.EnumerateArray().Select(ScoreOf)] : [],
        IsProbability = model.GetProperty("probability").GetBoolean(),
        IsClinicalScore = model.GetProperty("clinical").GetBoolean(),
        Frozen = new FrozenThresholds(
            model.GetProperty("frozen").GetProperty("alert").GetDouble(), model.GetProperty("frozen").GetProperty("utility").GetDouble()),
    };

    // A float32 widened, as the scores of a model are.
    private static double ScoreOf(JsonElement score) => score.ValueKind == JsonValueKind.Null ? double.NaN : score.GetSingle();
}
