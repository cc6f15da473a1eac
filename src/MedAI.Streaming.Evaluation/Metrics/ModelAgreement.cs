// Holds the risks of two models on the same hours against each other: how often they agree, and what each would have cost a ward.
using MedAI.Streaming.Domain.Features;

namespace MedAI.Streaming.Evaluation.Metrics;

/// <summary>Two yes-or-no answers counted together.</summary>
/// <param name="Both">Both said yes.</param>
/// <param name="OnlyFirst">Only the first did.</param>
/// <param name="OnlySecond">Only the second did.</param>
/// <param name="Neither">Neither did.</param>
public readonly record struct AgreementCounts(long Both, long OnlyFirst, long OnlySecond, long Neither)
{
    /// <summary>How many answers there are.</summary>
    public long Total => Both + OnlyFirst + OnlySecond + Neither;

    /// <summary>
    /// Cohen's kappa (Cohen 1960, Educational and Psychological Measurement 20:37-46): 1 is full agreement, 0 what chance gives; null where
    /// chance alone agrees always, or nothing was counted.
    /// </summary>
    public double? Kappa
    {
        get
        {
            var total = (double)Total;
            var (first, second) = ((Both + OnlyFirst) / total, (Both + OnlySecond) / total);
            var byChance = (first * second) + ((1 - first) * (1 - second));
            return Total == 0 || byChance >= 1 ? null : ((Both + Neither) / total - byChance) / (1 - byChance);
        }
    }

    /// <summary>These and one more.</summary>
    public AgreementCounts With(bool first, bool second) => (first, second) switch
    {
        (true, true) => this with { Both = Both + 1 },
        (true, false) => this with { OnlyFirst = OnlyFirst + 1 },
        (false, true) => this with { OnlySecond = OnlySecond + 1 },
        _ => this with { Neither = Neither + 1 },
    };
}

/// <summary>An hour at which both models gave a risk.</summary>
/// <param name="Hour">Hours since any fixed instant of the stay; ascending.</param>
/// <param name="First">The first model's risk, 0..1.</param>
/// <param name="Second">The second's.</param>
/// <param name="FirstAlarm">The alarm score that the first model's alarms are decided by; null: the risk.</param>
/// <param name="SecondAlarm">The same of the second.</param>
public readonly record struct PairedRisk(int Hour, double First, double Second, double? FirstAlarm = null, double? SecondAlarm = null);

/// <summary>
/// Agreement of two models, each at its own threshold, patient by patient. Alarms are those of docs/evaluation.md: an upward crossing, unless
/// the patient's last alarm is less than 6 h ago.
/// </summary>
/// <param name="firstThreshold">The alarm score, or risk, from which the first model says yes.</param>
/// <param name="secondThreshold">The same of the second.</param>
/// <param name="stepHours">Hours from one step to the next.</param>
public sealed class ModelAgreement(double firstThreshold, double secondThreshold, double stepHours = 1)
{
    private const int RiskBins = 10;
    private readonly List<double> _first = [];
    private readonly List<double> _second = [];

    /// <summary>Hours by who was at or above the threshold.</summary>
    public AgreementCounts Hours { get; private set; }

    /// <summary>Patients by whose alarm they had, at least one.</summary>
    public AgreementCounts Patients { get; private set; }

    /// <summary>Alarms of the first model.</summary>
    public long FirstAlarms { get; private set; }

    /// <summary>Alarms of the second.</summary>
    public long SecondAlarms { get; private set; }

    /// <summary>Hours of both, in days; what alarms are divided by.</summary>
    public double PatientDays => Hours.Total * stepHours / 24;

    /// <summary>Mean risk of the first model; null without hours.</summary>
    public double? FirstMean => _first.Count == 0 ? null : _first.Average();

    /// <summary>Mean risk of the second.</summary>
    public double? SecondMean => _second.Count == 0 ? null : _second.Average();

    /// <summary>Adds a patient.</summary>
    /// <param name="risks">Hours at which both gave a risk, ascending; none: the patient does not count.</param>
    public void Add(IReadOnlyList<PairedRisk> risks)
    {
        if (risks.Count == 0) return;

        var (first, second) = (AlarmWalk.Start(AlarmRule.Crossing), AlarmWalk.Start(AlarmRule.Crossing));
        var (firstBefore, secondBefore) = (FirstAlarms, SecondAlarms);
        foreach (var risk in risks)
        {
            _first.Add(risk.First);
            _second.Add(risk.Second);
            var (a, b) = (risk.FirstAlarm ?? risk.First, risk.SecondAlarm ?? risk.Second);
            Hours = Hours.With(a >= firstThreshold, b >= secondThreshold);
            FirstAlarms += first.Alarms(risk.Hour, a, firstThreshold) ? 1 : 0;
            SecondAlarms += second.Alarms(risk.Hour, b, secondThreshold) ? 1 : 0;
        }

        Patients = Patients.With(FirstAlarms > firstBefore, SecondAlarms > secondBefore);
    }

    /// <summary>Pearson's correlation of the risks; null where one of them never changes.</summary>
    public double? Pearson() => Correlation([.. _first], [.. _second]);

    /// <summary>Spearman's: Pearson's of midranks, so it does not care how either model is calibrated.</summary>
    public double? Spearman() => Correlation(Midranks(_first), Midranks(_second));

    /// <summary>
    /// The population stability index of the second model's risks over the deciles of the first's, equal deciles joined; null without hours.
    /// It is not 0 for two good models that are calibrated on different data: it says whether thresholds can be carried over.
    /// </summary>
    public double? RiskPsi()
    {
        if (_first.Count == 0) return null;

        var sorted = _first.Order().ToArray();
        double[] edges = [.. Enumerable.Range(1, RiskBins - 1).Select(bin => sorted[(int)((long)sorted.Length * bin / RiskBins)]).Distinct()];
        var (expected, found) = (Binned(_first, edges), Binned(_second, edges));
        for (var bin = 0; bin < expected.Length; bin++)
        {
            expected[bin] /= _first.Count;
        }

        return PopulationStability.Index(expected, found);
    }

    private static double[] Binned(List<double> values, double[] edges)
    {
        var counts = new double[edges.Length + 1];
        foreach (var value in values)
        {
            var at = Array.BinarySearch(edges, value);
            counts[at >= 0 ? at + 1 : ~at]++;
        }

        return counts;
    }

    private static double? Correlation(double[] a, double[] b)
    {
        if (a.Length == 0) return null;

        var (meanA, meanB) = (a.Average(), b.Average());
        var (ab, aa, bb) = (0.0, 0.0, 0.0);
        for (var i = 0; i < a.Length; i++)
        {
            var (x, y) = (a[i] - meanA, b[i] - meanB);
            ab += x * y;
            aa += x * x;
            bb += y * y;
        }

        return aa > 0 && bb > 0 ? ab / Math.Sqrt(aa * bb) : null;
    }

    private static double[] Midranks(List<double> values)
    {
        var order = Enumerable.Range(0, values.Count).ToArray();
        var keys = values.ToArray();
        Array.Sort(keys, order);
        var ranks = new double[keys.Length];
        for (var start = 0; start < keys.Length;)
        {
            var end = start;
            while (end < keys.Length && keys[end] == keys[start]) end++;
            for (var i = start; i < end; i++) ranks[order[i]] = (start + end - 1) / 2.0;
            start = end;
        }

        return ranks;
    }
}
