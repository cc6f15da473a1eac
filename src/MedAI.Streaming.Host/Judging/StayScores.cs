// What the pipeline said of one labelled stay, hour by hour.
using MedAI.Streaming.Domain.Scores;
using MedAI.Streaming.Domain.Vitals;
using MedAI.Streaming.Evaluation.Readers;

namespace MedAI.Streaming.Host.Judging;

/// <summary>The scores of a stay at its labelled hours.</summary>
internal sealed class StayScores
{
    private const long HourMs = 3_600_000;
    private readonly Dictionary<long, int> _indexOf;
    private readonly double[][] _risks;
    private readonly double[][] _alarms;
    private readonly List<(long Time, double Value)>[] _clinical;
    private readonly List<(long From, long Until)>[] _fresh;

    /// <summary>A stay of which nothing was said yet.</summary>
    public StayScores(StayLabels stay, int models)
    {
        Stay = stay;
        _indexOf = Enumerable.Range(0, stay.Hours.Count).ToDictionary(i => TimeOf(i));
        (_risks, _alarms) = (Unsaid(models, stay.Hours.Count), Unsaid(models, stay.Hours.Count));

        _clinical = new List<(long, double)>[ClinicalScores.Count];
        _fresh = new List<(long, long)>[ClinicalScores.Count];
        for (var kind = 0; kind < ClinicalScores.Count; kind++)
        {
            (_clinical[kind], _fresh[kind]) = ([], []);
        }
    }

    /// <summary>The stay.</summary>
    public StayLabels Stay { get; }

    /// <summary>The end of the last labelled hour, ms since 1970.</summary>
    public long End => TimeOf(Stay.Hours.Count - 1);

    /// <summary>A model's risks by hour; NaN where it said nothing.</summary>
    public IReadOnlyList<double> Risks(int model) => _risks[model];

    /// <summary>A model's alarm scores by hour; NaN where it has none.</summary>
    public IReadOnlyList<double> Alarms(int model) => _alarms[model];

    /// <summary>Takes a risk at the end of a step.</summary>
    public void Risk(int model, long time, double risk) => Put(_risks[model], time, risk);

    /// <summary>Takes an alarm score at the end of a step.</summary>
    public void Alarm(int model, long time, double score) => Put(_alarms[model], time, score);

    /// <summary>Takes a clinical score.</summary>
    public void Score(ScoreKind kind, long time, double value) => _clinical[(int)kind].Add((time, value));

    /// <summary>Takes note of a reading, which keeps clinical scores going until it is stale.</summary>
    public void Reading(VitalSign vital, long time, long validity)
    {
        for (var kind = 0; kind < ClinicalScores.Count; kind++)
        {
            if (VitalSignMask.Has(ClinicalScores.Inputs((ScoreKind)kind), vital))
                _fresh[kind].Add((time, time + validity));
        }
    }

    /// <summary>
    /// A clinical score by hour: the last one made by then, as a screen would show it, and 0 where there was none or everything it could rest
    /// on is stale.
    /// </summary>
    public double[] Clinical(ScoreKind kind)
    {
        var points = _clinical[(int)kind].OrderBy(point => point.Time).ToArray();
        var fresh = _fresh[(int)kind].OrderBy(reading => reading.From).ToArray();
        var values = new double[Stay.Hours.Count];
        var (point, reading, value, until) = (0, 0, 0.0, long.MinValue);
        for (var hour = 0; hour < values.Length; hour++)
        {
            var time = TimeOf(hour);
            for (; point < points.Length && points[point].Time <= time; point++)
            {
                value = points[point].Value;
            }

            for (; reading < fresh.Length && fresh[reading].From <= time; reading++)
            {
                until = Math.Max(until, fresh[reading].Until);
            }

            values[hour] = time <= until ? value : 0;
        }

        return values;
    }

    private static double[][] Unsaid(int models, int hours) =>
        [.. Enumerable.Range(0, models).Select(_ => Enumerable.Repeat(double.NaN, hours).ToArray())];

    private void Put(double[] scores, long time, double score)
    {
        if (_indexOf.TryGetValue(time, out var hour))
            scores[hour] = score;
    }

    private long TimeOf(int index) => Stay.Admission + (Stay.Hours[index] * HourMs);
}
