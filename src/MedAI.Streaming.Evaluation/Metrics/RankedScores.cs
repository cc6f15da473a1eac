// Scores sorted once, so that ranks, precision and calibration of any draw of patients are one walk over them.
namespace MedAI.Streaming.Evaluation.Metrics;

/// <summary>What one walk over the sorted scores gives for one draw; NaN where a figure is not defined.</summary>
internal readonly record struct RankFigures(double Auroc, double Auprc, double Ece, double CalibrationSlope);

/// <summary>
/// The rows of a cohort sorted by score, ties in file order. A draw of patients is a weight for each row, so nothing is sorted
/// again. Not thread-safe: it keeps one buffer for the weights of the draw at hand.
/// </summary>
internal sealed class RankedScores
{
    /// <summary>Parts of equal filling that the expected calibration error is taken over.</summary>
    public const int CalibrationParts = 15;

    private readonly double[] _score;
    private readonly int[] _patient;
    private readonly byte[] _label;
    private readonly int[] _groupEnd;
    private readonly ushort[] _weight;
    private readonly long[] _groupRows;
    private readonly long[] _groupPositives;
    private readonly LogitPoints? _all;
    private readonly LogitPoints? _coarse;

    public RankedScores(LabelledCohort cohort, double[] scores, bool probability)
    {
        var order = new int[scores.Length];
        for (var i = 0; i < order.Length; i++) order[i] = i;
        _score = [.. scores];
        Array.Sort(_score, order);
        _groupEnd = Groups(_score, order);
        var patientOf = PatientOf(cohort);
        _patient = Array.ConvertAll(order, row => patientOf[row]);
        _label = Array.ConvertAll(order, row => cohort.Labels[row] ? (byte)1 : (byte)0);
        _weight = new ushort[order.Length];
        _groupRows = new long[_groupEnd.Length];
        _groupPositives = new long[_groupEnd.Length];
        if (!probability) return;
        _all = LogitPoints.OfEach(_score, _groupEnd);
        _coarse = LogitPoints.OfNeighbours(_score, _groupEnd);
    }

    /// <summary>Scores, sorted ascending.</summary>
    public double[] Ascending => _score;

    /// <summary>The figures of one draw.</summary>
    /// <param name="weights">How often each patient was drawn.</param>
    /// <param name="exact">
    /// Whether the calibration slope looks at every distinct risk; else at groups of risks within 0.02 of each other on the logit
    /// scale, which moves the slope by far less than a draw does.
    /// </param>
    public RankFigures Of(ushort[] weights, bool exact)
    {
        var (rows, positives) = Load(weights);
        var slope = double.NaN;
        var ece = double.NaN;
        if (_all is not null && rows > 0)
        {
            slope = (exact ? _all : _coarse!).Slope(_groupRows, _groupPositives);
            ece = 0;
            foreach (var part in Parts(rows)) ece += Math.Abs(part.Risk - part.Positives) / rows;
        }

        return new RankFigures(Auroc(rows, positives), Auprc(rows, positives), ece, slope);
    }

    /// <summary>Every patient once: the parts of the calibration curve, by rising risk.</summary>
    public List<CalibrationPart> CalibrationOf(ushort[] everyone)
    {
        var (rows, _) = Load(everyone);
        return [.. Parts(rows).Select(p => new CalibrationPart(p.Risk / p.Rows, (double)p.Positives / p.Rows, p.Rows))];
    }

    /// <summary>
    /// Every patient once: rows and labelled rows at or above each distinct score, from the highest score.
    /// </summary>
    public List<(long Rows, long Positives)> Reached(ushort[] everyone)
    {
        Load(everyone);
        var reached = new List<(long Rows, long Positives)>(_groupEnd.Length);
        var (rows, positives) = (0L, 0L);
        for (var g = _groupEnd.Length - 1; g >= 0; g--)
        {
            rows += _groupRows[g];
            positives += _groupPositives[g];
            reached.Add((rows, positives));
        }

        return reached;
    }

    private static int[] PatientOf(LabelledCohort cohort)
    {
        var patientOf = new int[cohort.Hours.Length];
        for (var p = 0; p < cohort.Patients.Length; p++)
            patientOf.AsSpan(cohort.Offsets[p], cohort.Offsets[p + 1] - cohort.Offsets[p]).Fill(p);
        return patientOf;
    }

    // Ends of the runs of equal scores; puts each run into file order, which Array.Sort does not keep.
    private static int[] Groups(double[] score, int[] order)
    {
        var ends = new List<int>();
        var start = 0;
        for (var i = 1; i <= score.Length; i++)
        {
            if (i < score.Length && score[i] == score[start]) continue;
            Array.Sort(order, start, i - start);
            ends.Add(i);
            start = i;
        }

        return [.. ends];
    }

    private (long Rows, long Positives) Load(ushort[] weights)
    {
        var (allRows, allPositives) = (0L, 0L);
        var i = 0;
        for (var g = 0; g < _groupEnd.Length; g++)
        {
            var (rows, positives) = (0, 0);
            for (var end = _groupEnd[g]; i < end; i++)
            {
                var weight = weights[_patient[i]];
                _weight[i] = weight;
                rows += weight;
                positives += weight * _label[i];
            }

            _groupRows[g] = rows;
            _groupPositives[g] = positives;
            allRows += rows;
            allPositives += positives;
        }

        return (allRows, allPositives);
    }

    // The share of (labelled, unlabelled) pairs in the right order, a tie counting a half: what midranks give, in whole numbers.
    private double Auroc(long rows, long positives)
    {
        if (positives == 0 || positives == rows) return double.NaN;
        var (below, halves) = (0L, 0L);
        for (var g = 0; g < _groupRows.Length; g++)
        {
            var negatives = _groupRows[g] - _groupPositives[g];
            halves += _groupPositives[g] * ((2 * below) + negatives);
            below += negatives;
        }

        return halves / (2.0 * positives * (rows - positives));
    }

    private double Auprc(long rows, long positives)
    {
        if (positives == 0) return double.NaN;
        var (sum, rowsLeft, positivesLeft) = (0.0, rows, positives);
        for (var g = 0; g < _groupRows.Length; g++)
        {
            if (_groupPositives[g] > 0) sum += _groupPositives[g] * ((double)positivesLeft / rowsLeft);
            rowsLeft -= _groupRows[g];
            positivesLeft -= _groupPositives[g];
        }

        return sum / positives;
    }

    // As numpy.array_split cuts: the first (rows mod parts) parts have one row more. A patient drawn twice counts as two rows.
    private List<(double Risk, long Positives, long Rows)> Parts(long rows)
    {
        var parts = new List<(double Risk, long Positives, long Rows)>(CalibrationParts);
        var (size, longer) = (rows / CalibrationParts, rows % CalibrationParts);
        var (risk, positives, room) = (0.0, 0L, size + (longer > 0 ? 1 : 0));
        var length = room;
        for (var i = 0; i < _score.Length; i++)
        {
            long weight = _weight[i];
            while (weight >= room && room > 0)
            {
                parts.Add((risk + (room * _score[i]), positives + (room * _label[i]), length));
                weight -= room;
                (risk, positives) = (0, 0);
                length = size + (parts.Count < longer ? 1 : 0);
                room = parts.Count < CalibrationParts ? length : 0;
            }

            room -= weight;
            risk += weight * _score[i];
            positives += weight * _label[i];
        }

        return parts;
    }
}

/// <summary>One of the parts of equal filling of the calibration curve.</summary>
/// <param name="Risk">Mean risk.</param>
/// <param name="Share">Share of labelled hours.</param>
/// <param name="Rows">Hours in the part.</param>
internal readonly record struct CalibrationPart(double Risk, double Share, long Rows);
