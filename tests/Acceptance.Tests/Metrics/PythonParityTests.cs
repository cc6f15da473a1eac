// C# and Python give the same figures for the same scores, and intervals that say the same.
using System.Text.Json;
using Xunit;

namespace Acceptance.Tests.Metrics;

public sealed class PythonParityTests
{
    private const string IntervalSuffix = "Interval95";

    // Sums run in another order, and Newton's method stops at another last bit.
    private const double Relative = 1e-9;
    private const double WidthFactor = 1.5;

    public static TheoryData<string> Models => ["smooth", "steps", "points", "margin", "steady", "held"];

    [Theory]
    [MemberData(nameof(Models))]
    public void EveryFigureIsPythons(string model)
    {
        var expected = Leaves(GoldenCohort.Expected(model)).Where(l => !l.Path.Contains(IntervalSuffix, StringComparison.Ordinal)).ToList();
        var actual = Leaves(GoldenCohort.Actual(model)).ToDictionary(l => l.Path, l => l.Value);

        Assert.True(expected.Count >= 120, $"only {expected.Count} figures to compare");
        // By crossings the steady score finds too few patients at any threshold: threshold, five figures, and the one at the top are null.
        Assert.Equal(model == "steady" ? 7 : 0, expected.Count(figure => figure.Value is null));
        Assert.All(expected, figure =>
        {
            var value = Assert.Contains(figure.Path, (IReadOnlyDictionary<string, double?>)actual);
            if (figure.Value is not { } python)
            {
                Assert.Null(value);
                return;
            }

            Assert.NotNull(value);
            Assert.True(
                Math.Abs(value.Value - python) <= Relative * Math.Abs(python),
                $"{figure.Path}: {value} is not Python's {python}");
        });
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void EveryIntervalHoldsItsFigureAndIsAboutAsWideAsPythons(string model)
    {
        var expected = Leaves(GoldenCohort.Expected(model)).ToDictionary(l => l.Path, l => l.Value);
        var actual = Leaves(GoldenCohort.Actual(model)).ToDictionary(l => l.Path, l => l.Value);
        var intervals = expected.Keys.Where(p => p.EndsWith($"{IntervalSuffix}[0]", StringComparison.Ordinal)).ToList();

        Assert.True(intervals.Count >= 20, $"only {intervals.Count} intervals to compare");
        Assert.All(intervals, low =>
        {
            var name = low[..^3];
            var (from, to) = (actual[low]!.Value, actual[$"{name}[1]"]!.Value);
            var (pythonFrom, pythonTo) = (expected[low]!.Value, expected[$"{name}[1]"]!.Value);
            var value = actual[name[..^IntervalSuffix.Length]]!.Value;
            Assert.InRange(value, from, to);
            Assert.InRange(expected[name[..^IntervalSuffix.Length]]!.Value, from, to);
            Assert.InRange(to - from, (pythonTo - pythonFrom) / WidthFactor, (pythonTo - pythonFrom) * WidthFactor);
        });
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void EveryFigureHasAnIntervalBesideIt(string model)
    {
        // Thresholds are given, a histogram is a count of patients, and drift is of inputs; everything else is estimated.
        string[] given = ["threshold", "alert", "utility", "histogram"];
        var leaves = Leaves(GoldenCohort.Actual(model)).Select(l => l.Path).ToHashSet();

        var alone = leaves
            .Where(p => p.Split('/')[0] != "drift")
            .Where(p => !p.Contains(IntervalSuffix, StringComparison.Ordinal) && !leaves.Contains($"{p}{IntervalSuffix}[0]")
                && !leaves.Contains(p + IntervalSuffix))
            .Where(p => !(p.Contains('/', StringComparison.Ordinal) && given.Any(g => p.Contains($"/{g}", StringComparison.Ordinal))));

        Assert.Empty(alone);
    }

    // Numbers and nulls with the names that lead to them.
    private static IEnumerable<(string Path, double? Value)> Leaves(JsonElement element, string path = "") => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(p => Leaves(p.Value, path.Length == 0 ? p.Name : $"{path}/{p.Name}")),
        JsonValueKind.Array => element.EnumerateArray().SelectMany((e, i) => Leaves(e, $"{path}[{i}]")),
        JsonValueKind.Number => [(path, element.GetDouble())],
        JsonValueKind.Null => [(path, null)],
        _ => [],
    };
}
