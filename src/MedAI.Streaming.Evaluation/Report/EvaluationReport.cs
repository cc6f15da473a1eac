// The report of an evaluation: every score judged on the same patients, written as JSON and as one HTML page.
using System.Collections.Immutable;
using System.Text;
using MedAI.Streaming.Evaluation.Metrics;

namespace MedAI.Streaming.Evaluation.Report;

/// <summary>The figures of all models on one cohort. Immutable.</summary>
public sealed class EvaluationReport
{
    private EvaluationReport(
        string format, LabelledCohort cohort, Evaluator evaluator, int draws, ulong seed, ImmutableArray<ModelFigures> models, ReadingAccount? readings)
    {
        Format = format;
        Cohort = cohort;
        Evaluator = evaluator;
        Draws = draws;
        Seed = seed;
        Models = models;
        Readings = readings;
    }

    /// <summary>Format of the evaluated data, such as <c>cinc2019</c>.</summary>
    public string Format { get; }

    /// <summary>The evaluated patients.</summary>
    public LabelledCohort Cohort { get; }

    /// <summary>Figures by model, in the order the models were given.</summary>
    public ImmutableArray<ModelFigures> Models { get; }

    /// <summary>What became of the readings that the scores rest on; null where there were none to count.</summary>
    public ReadingAccount? Readings { get; }

    /// <summary>Draws of patients behind each interval.</summary>
    public int Draws { get; }

    /// <summary>Seed of the draws.</summary>
    public ulong Seed { get; }

    /// <summary>The alarms of NEWS2, which the page shows as points.</summary>
    internal Evaluator Evaluator { get; }

    /// <summary>Judges all models on the same patients and the same draws, on as many cores as there are.</summary>
    /// <param name="format">Format of the evaluated data.</param>
    /// <param name="cohort">The labelled patients.</param>
    /// <param name="news2">NEWS2 on them, to match sensitivities to; give it among the models too to have it in the table.</param>
    /// <param name="models">The models, in the order of the table.</param>
    /// <param name="readings">What became of the readings that the scores rest on.</param>
    /// <param name="draws">Draws of patients behind each interval, at least 1.</param>
    /// <param name="seed">Seed of the draws.</param>
    /// <exception cref="ArgumentException">
    /// Scores do not fit the patients: too many or few, missing, infinite, or no probabilities though said to be; the message names
    /// model, patient and hour.
    /// </exception>
    public static EvaluationReport Of(
        string format,
        LabelledCohort cohort,
        ScoredModel news2,
        IReadOnlyList<ScoredModel> models,
        ReadingAccount? readings = null,
        int draws = Evaluator.DefaultDraws,
        ulong seed = Evaluator.DefaultSeed)
    {
        var evaluator = new Evaluator(cohort, news2, draws, seed);
        // Refused before any is judged, so that the message is the first model's and no exception of several comes out.
        foreach (var model in models) model.ScoresOn(cohort);
        var judged = new ModelFigures[models.Count];
        Parallel.For(0, judged.Length, i => judged[i] = evaluator.Judge(models[i]));
        return new EvaluationReport(format, cohort, evaluator, draws, seed, [.. judged], readings);
    }

    /// <summary>Writes the JSON of docs/evaluation.md, UTF-8.</summary>
    public void WriteJson(Stream output) => JsonReport.Write(this, output);

    /// <summary>Writes one HTML page that needs nothing beside it: no script, font or picture from elsewhere. UTF-8.</summary>
    public void WriteHtml(Stream output)
    {
        using var writer = new StreamWriter(output, new UTF8Encoding(false), leaveOpen: true);
        writer.Write(HtmlReport.Of(this).ToString());
    }
}
