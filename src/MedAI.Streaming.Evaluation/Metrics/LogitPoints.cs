// The calibration slope: logistic regression of the label on the logit of the risk, by Newton's method.
namespace MedAI.Streaming.Evaluation.Metrics;

/// <summary>Distinct places on the logit scale, each standing for a run of neighbouring tie groups of the sorted risks.</summary>
internal sealed class LogitPoints
{
    private const double Clip = 1e-7;
    private const double Coarse = 0.02;
    private const int MostSteps = 100;
    private const double Settled = 1e-11;
    private const double Reach = 4;
    private const double Rounding = 1e-13;

    private readonly double[] _logit;
    private readonly int[] _groupEnd;
    private readonly double[] _rows;
    private readonly double[] _positives;

    private LogitPoints(List<double> logit, List<int> groupEnd)
    {
        _logit = [.. logit];
        _groupEnd = [.. groupEnd];
        _rows = new double[_logit.Length];
        _positives = new double[_logit.Length];
    }

    /// <summary>One point for each tie group.</summary>
    public static LogitPoints OfEach(double[] ascending, int[] tieEnds) => Of(ascending, tieEnds, 0);

    /// <summary>One point, at the mean logit of their rows, for tie groups that lie within 0.02 of each other.</summary>
    public static LogitPoints OfNeighbours(double[] ascending, int[] tieEnds) => Of(ascending, tieEnds, Coarse);

    /// <summary>
    /// b of the unpenalised maximum likelihood label ~ a + b logit(risk), risks clipped to [1e-7, 1 - 1e-7]. NaN where the
    /// likelihood has no maximum: one label only, one risk only, or a risk that separates the labels (all labelled rows at or
    /// above, or all at or below, the unlabelled ones).
    /// </summary>
    /// <param name="groupRows">Rows of each tie group in this draw.</param>
    /// <param name="groupPositives">Labelled rows of each tie group in this draw.</param>
    public double Slope(long[] groupRows, long[] groupPositives)
    {
        var g = 0;
        for (var i = 0; i < _logit.Length; i++)
        {
            var (rows, positives) = (0L, 0L);
            for (; g < _groupEnd[i]; g++)
            {
                rows += groupRows[g];
                positives += groupPositives[g];
            }

            _rows[i] = rows;
            _positives[i] = positives;
        }

        return HasMaximum() ? Newton() : double.NaN;
    }

    private static LogitPoints Of(double[] ascending, int[] tieEnds, double width)
    {
        var (logits, groupEnds) = (new List<double>(), new List<int>());
        var (sum, rows, open, start) = (0.0, 0, double.NegativeInfinity, 0);
        for (var g = 0; g < tieEnds.Length; g++)
        {
            var z = Logit(ascending[start]);
            if (rows > 0 && z - open > width)
            {
                logits.Add(sum / rows);
                groupEnds.Add(g);
                (sum, rows) = (0, 0);
            }

            if (rows == 0) open = z;
            sum += z * (tieEnds[g] - start);
            rows += tieEnds[g] - start;
            start = tieEnds[g];
        }

        logits.Add(sum / rows);
        groupEnds.Add(tieEnds.Length);
        return new LogitPoints(logits, groupEnds);
    }

    private static double Logit(double risk)
    {
        var clipped = Math.Clamp(risk, Clip, 1 - Clip);
        return Math.Log(clipped / (1 - clipped));
    }

    private bool HasMaximum()
    {
        var (lowestPositive, highestPositive, lowestNegative, highestNegative) = (-1, -1, -1, -1);
        for (var i = 0; i < _logit.Length; i++)
        {
            if (_positives[i] > 0)
            {
                if (lowestPositive < 0) lowestPositive = i;
                highestPositive = i;
            }

            if (_rows[i] > _positives[i])
            {
                if (lowestNegative < 0) lowestNegative = i;
                highestNegative = i;
            }
        }

        return lowestPositive >= 0 && lowestNegative >= 0
            && lowestPositive < highestNegative && lowestNegative < highestPositive;
    }

    // A plain Newton step from (0, 1) leaves the numbers where many risks are certain and wrong, so a step moves no fitted logit
    // by more than Reach, and is halved while it overshoots. The likelihood is concave: this cannot fail where it has a maximum.
    private double Newton()
    {
        var (a, b) = (0.0, 1.0);
        var likelihood = Likelihood(a, b);
        for (var step = 0; step < MostSteps; step++)
        {
            var (stepA, stepB) = Step(a, b);
            var moved = Math.Max(Math.Abs(stepA + (stepB * _logit[0])), Math.Abs(stepA + (stepB * _logit[^1])));
            if (!double.IsFinite(moved)) return double.NaN;
            if (moved > Reach) (stepA, stepB) = (stepA * Reach / moved, stepB * Reach / moved);
            var reached = Likelihood(a + stepA, b + stepB);
            // Close to the maximum the likelihood changes by less than it is rounded by.
            while (reached < likelihood - (Rounding * Math.Abs(likelihood)) && moved > Settled)
            {
                (stepA, stepB, moved) = (stepA / 2, stepB / 2, moved / 2);
                reached = Likelihood(a + stepA, b + stepB);
            }

            (a, b, likelihood) = (a + stepA, b + stepB, reached);
            if (Math.Max(Math.Abs(stepA), Math.Abs(stepB)) < Settled) break;
        }

        return b;
    }

    private (double A, double B) Step(double a, double b)
    {
        var (gradientA, gradientB, aa, ab, bb) = (0.0, 0.0, 0.0, 0.0, 0.0);
        for (var i = 0; i < _logit.Length; i++)
        {
            var z = _logit[i];
            var p = 1 / (1 + Math.Exp(-(a + (b * z))));
            var miss = _positives[i] - (_rows[i] * p);
            var w = _rows[i] * p * (1 - p);
            gradientA += miss;
            gradientB += miss * z;
            aa += w;
            ab += w * z;
            bb += w * z * z;
        }

        var determinant = (aa * bb) - (ab * ab);
        return (((bb * gradientA) - (ab * gradientB)) / determinant, ((aa * gradientB) - (ab * gradientA)) / determinant);
    }

    private double Likelihood(double a, double b)
    {
        var sum = 0.0;
        for (var i = 0; i < _logit.Length; i++)
        {
            var eta = a + (b * _logit[i]);
            // log(1 + e^eta) without overflow.
            var log = Math.Max(eta, 0) + Math.Log(1 + Math.Exp(-Math.Abs(eta)));
            sum += (_positives[i] * eta) - (_rows[i] * log);
        }

        return sum;
    }
}
