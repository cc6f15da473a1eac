// How many septic patients would have been found at every candidate threshold, and which threshold finds enough.
namespace MedAI.Streaming.Evaluation.Metrics;

/// <summary>
/// The candidates (scores of the scored hours rounded to three significant digits, each once, highest first) and the septic
/// patients with a hit at each. The number does not rise steadily as the threshold falls, by crossings least of all.
/// </summary>
/// <remarks>
/// Only septic patients up to their onset are walked over, and each only once for every score of its own: between two of its
/// scores no threshold changes what the rule sees of it.
/// </remarks>
internal sealed class HitCurve
{
    private readonly double[] _candidates;
    private readonly int[] _found;

    /// <summary>Searches all candidates.</summary>
    /// <param name="cohort">Patients.</param>
    /// <param name="scores">Scores by row.</param>
    /// <param name="ascending">The same scores, sorted.</param>
    /// <param name="rule">How alarms are counted.</param>
    public HitCurve(LabelledCohort cohort, double[] scores, double[] ascending, AlarmRule rule)
    {
        Rule = rule;
        _candidates = CandidatesOf(ascending);
        // First as differences between neighbours, so that a patient found over a range of candidates costs two additions.
        _found = new int[_candidates.Length + 1];
        for (var p = 0; p < cohort.Patients.Length; p++)
        {
            if (cohort.Onsets[p] is not { } onset) continue;
            var first = cohort.Offsets[p];
            var hours = cohort.Hours.AsSpan()[first..cohort.Offsets[p + 1]];
            var seen = hours.Length;
            while (seen > 0 && hours[seen - 1] > onset) seen--;
            Add(hours[..seen], scores.AsSpan(first, seen), onset);
        }

        for (var i = 1; i < _found.Length; i++) _found[i] += _found[i - 1];
    }

    /// <summary>How alarms are counted.</summary>
    public AlarmRule Rule { get; }

    /// <summary>The highest candidate that finds at least so many septic patients; null where none does.</summary>
    public double? HighestFinding(int patients)
    {
        for (var i = 0; i < _candidates.Length; i++)
        {
            if (_found[i] >= patients) return _candidates[i];
        }

        return null;
    }

    /// <summary>The highest of the candidates that find most septic patients.</summary>
    public double MostFinding() => Records() is [.., var (threshold, _)] ? threshold : _candidates[0];

    /// <summary>The candidates that find more septic patients than any higher one, with how many; highest first.</summary>
    public List<(double Threshold, int Found)> Records()
    {
        var records = new List<(double, int)>();
        var most = 0;
        for (var i = 0; i < _candidates.Length; i++)
        {
            if (_found[i] <= most) continue;
            most = _found[i];
            records.Add((_candidates[i], most));
        }

        return records;
    }

    private static double[] CandidatesOf(double[] ascending)
    {
        // Rounding keeps the order, so equal candidates are neighbours.
        var candidates = new List<double>();
        for (var i = ascending.Length - 1; i >= 0; i--)
        {
            if (i < ascending.Length - 1 && ascending[i] == ascending[i + 1]) continue;
            var rounded = SignificantDigits.Round(ascending[i]);
            if (candidates.Count == 0 || candidates[^1] != rounded) candidates.Add(rounded);
        }

        return [.. candidates];
    }

    private bool Hits(ReadOnlySpan<int> hours, ReadOnlySpan<double> scores, int onset, double threshold)
    {
        var walk = AlarmWalk.Start(Rule);
        for (var i = 0; i < hours.Length; i++)
        {
            if (walk.Alarms(hours[i], scores[i], threshold) && AlarmWalk.IsHit(hours[i], onset)) return true;
        }

        return false;
    }

    private void Add(ReadOnlySpan<int> hours, ReadOnlySpan<double> scores, int onset)
    {
        var own = scores.ToArray();
        Array.Sort(own);
        for (var i = own.Length - 1; i >= 0; i--)
        {
            // Candidates of this range are at most own[i] and above own[i - 1]: the same hours reach each of them.
            var from = FirstAtMost(own[i]);
            var to = i > 0 ? FirstAtMost(own[i - 1]) : _candidates.Length;
            if (from == to || !Hits(hours, scores, onset, own[i])) continue;
            _found[from]++;
            _found[to]--;
        }
    }

    private int FirstAtMost(double score)
    {
        var (low, high) = (0, _candidates.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_candidates[middle] <= score) high = middle;
            else low = middle + 1;
        }

        return low;
    }
}
