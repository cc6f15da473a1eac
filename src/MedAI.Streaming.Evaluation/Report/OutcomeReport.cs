// The report of an evaluation of outcomes: every score judged on the same stays, written as JSON and as one HTML page.
using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using MedAI.Streaming.Evaluation.Metrics;

namespace MedAI.Streaming.Evaluation.Report;

/// <summary>A figure that somebody else published, to compare with.</summary>
/// <param name="Name">Whose it is.</param>
/// <param name="MinSensitivityPrecision">The smaller of sensitivity and precision.</param>
/// <param name="Source">Where it was published, and on which stays.</param>
public sealed record PublishedFigure(string Name, double MinSensitivityPrecision, string Source);

/// <summary>The figures of all scores on one set of stays, each of which ended in death in hospital or not. Immutable.</summary>
public sealed class OutcomeReport
{
    /// <summary>
    /// Event 1 of the PhysioNet/CinC Challenge 2012, on its hidden set c (archive.physionet.org/challenge/2012, top scores; Silva et al. 2012,
    /// Comput Cardiol 39:245-248).
    /// </summary>
    public static readonly ImmutableArray<PublishedFigure> Published =
    [
        new("SAPS-I", 0.3125, "PhysioNet/CinC Challenge 2012, event 1, set c"),
        new("winner of the challenge (Johnson et al.)", 0.5353, "PhysioNet/CinC Challenge 2012, event 1, set c"),
    ];

    private OutcomeReport(string format, int hour, LabelledCohort stays, ImmutableArray<OutcomeFigures> scores, ReadingAccount? readings)
    {
        Format = format;
        Hour = hour;
        Stays = stays;
        Scores = scores;
        Readings = readings;
    }

    /// <summary>Format of the evaluated data, such as <c>cinc2012</c>.</summary>
    public string Format { get; }

    /// <summary>The hour at whose end every score was asked.</summary>
    public int Hour { get; }

    /// <summary>The stays; a label is a death in hospital.</summary>
    public LabelledCohort Stays { get; }

    /// <summary>Figures by score, in the order they were given.</summary>
    public ImmutableArray<OutcomeFigures> Scores { get; }

    /// <summary>What became of the readings that the scores rest on; null where there were none to count.</summary>
    public ReadingAccount? Readings { get; }

    /// <summary>Judges all scores on the same stays and the same draws.</summary>
    /// <param name="format">Format of the evaluated data.</param>
    /// <param name="stays">Stays with one judged hour each, the same for all.</param>
    /// <param name="scores">The scores, in the order of the table.</param>
    /// <param name="readings">What became of the readings that the scores rest on.</param>
    /// <exception cref="ArgumentException">Stays are judged at different hours, or scores do not fit them; the message says what.</exception>
    public static OutcomeReport Of(string format, LabelledCohort stays, IReadOnlyList<ScoredModel> scores, ReadingAccount? readings = null)
    {
        if (stays.Hours.Distinct().Count() != 1) throw new ArgumentException("The stays are not judged at one and the same hour.", nameof(stays));
        var evaluator = new OutcomeEvaluator(stays);
        return new OutcomeReport(format, stays.Hours[0], stays, [.. scores.Select(evaluator.Judge)], readings);
    }

    /// <summary>Writes the JSON of docs/evaluation.md, UTF-8.</summary>
    public void WriteJson(Stream output)
    {
        using var json = new Utf8JsonWriter(output, JsonReport.Indented);
        json.WriteStartObject();
        json.WriteString("format", Format);
        json.WriteString("task", "mortality");
        json.WriteNumber("hour", Hour);
        json.WriteNumber("patients", Stays.Patients.Length);
        json.WriteNumber("deaths", Stays.Positives);
        Readings?.WriteJson(json);
        json.WriteStartArray("models");
        foreach (var score in Scores) WriteScore(json, score);
        json.WriteEndArray();
        json.WriteStartArray("published");
        foreach (var figure in Published)
        {
            json.WriteStartObject();
            json.WriteString("name", figure.Name);
            json.WriteNumber("minSensitivityPrecision", figure.MinSensitivityPrecision);
            json.WriteString("source", figure.Source);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>Writes one HTML page that needs nothing beside it. UTF-8.</summary>
    public void WriteHtml(Stream output)
    {
        using var writer = new StreamWriter(output, new UTF8Encoding(false), leaveOpen: true);
        writer.Write(OutcomePage.Of(this).ToString());
    }

    private static void WriteScore(Utf8JsonWriter json, OutcomeFigures score)
    {
        json.WriteStartObject();
        JsonReport.WriteShared(json, score);
        JsonReport.WriteNumber(json, "threshold", score.Model.Frozen?.Alert);
        JsonReport.WriteFigure(json, "minSensitivityPrecision", score.MinSensitivityPrecision);
        JsonReport.WriteFigure(json, "bestMinSensitivityPrecision", score.BestMinSensitivityPrecision);
        json.WriteEndObject();
    }
}
