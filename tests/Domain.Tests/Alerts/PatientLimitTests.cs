// A patient's own limits: what may hold, what is wrong with the rest in words, and what comes of the rule they stand over.
using MedAI.Streaming.Domain.Alerts;
using Xunit;

namespace MedAI.Streaming.Domain.Tests.Alerts;

public class PatientLimitTests
{
    private const string High = "limit.heart_rate.high";
    private const string Low = "limit.heart_rate.low";
    private static readonly AlertLevel Medium130 = new(130, AlertPriority.Medium);

    public static TheoryData<string, PatientLimit[]> Right => new()
    {
        { "none at all", [] },
        { "one level", [new(High, true, [Medium130])] },
        { "three levels", [new(High, true, [new(100, AlertPriority.Low), Medium130, new(150, AlertPriority.High)])] },
        { "falling levels of a low limit", [new(Low, true, [new(50, AlertPriority.Low), new(40, AlertPriority.High)])] },
        { "disabled without levels", [new(High, false, [])] },
        { "no delay", [new(High, true, [Medium130], 0)] },
        { "the longest delay", [new(High, true, [Medium130], 600)] },
        { "several rules", [new(High, true, [Medium130]), new(Low, true, [new(40, AlertPriority.High)])] },
        { "a low limit above a high one that is disabled", [new(High, false, [Medium130]), new(Low, true, [new(140, AlertPriority.High)])] },
    };

    [Theory]
    [MemberData(nameof(Right), DisableDiscoveryEnumeration = true)]
    public void Problem_LimitsThatMayHold_IsNull(string what, PatientLimit[] limits)
    {
        Assert.NotEmpty(what);
        Assert.Null(PatientLimits.Problem(limits, DefaultRules.Limits));
    }

    public static TheoryData<PatientLimit[], string> Wrong => new()
    {
        { [new("limit.heart_rate", true, [Medium130])], "limits[0]: 'limit.heart_rate' is not the id of a limit rule of this site" },
        { [new("score.news2", true, [Medium130])], "limits[0]: 'score.news2' is not the id of a limit rule of this site" },
        { [new("", true, [Medium130])], "limits[0]: '' is not the id" },
        { [new(High, true, [Medium130]), new(High, false, [])], "limits[1]: 'limit.heart_rate.high' is named twice" },
        { [new(High, true, [])], "has 0 levels; it must have 1 to 3" },
        {
            [new(High, true, [new(1, AlertPriority.Low), new(2, AlertPriority.Medium), new(3, AlertPriority.High), new(4, AlertPriority.High)])],
            "has 4 levels; it must have 1 to 3"
        },
        { [new(High, true, [new(double.NaN, AlertPriority.Low)])], "level 1 has the threshold NaN" },
        { [new(High, true, [new(double.PositiveInfinity, AlertPriority.Low)])], "level 1 has the threshold" },
        { [new("limit.spo2.low", true, [new(-1, AlertPriority.Low)])], "level 1 has the threshold -1; it must be above 0 to 100 %" },
        { [new(High, true, [Medium130, new(130, AlertPriority.High)])], "level 2 must be more extreme and more urgent" },
        { [new(High, true, [Medium130, new(140, AlertPriority.Medium)])], "level 2 must be more extreme and more urgent" },
        { [new(Low, true, [new(40, AlertPriority.Low), new(50, AlertPriority.High)])], "level 2 must be more extreme and more urgent" },
        { [new(High, true, [new(130, AlertPriority.None)])], "level 1 must have the priority low, medium or high" },
        { [new(High, true, [new(130, (AlertPriority)9)])], "level 1 must have the priority low, medium or high" },
        { [new(High, true, [Medium130], -1)], "has a delay of -1 s; it must be from 0 to 600 s" },
        { [new(High, true, [Medium130], 601)], "has a delay of 601 s; it must be from 0 to 600 s" },
        { [new(High, true, [Medium130]), new(Low, true, [new(130, AlertPriority.High)])], "a low limit must lie below the high limit" },
    };

    [Theory]
    [MemberData(nameof(Wrong), DisableDiscoveryEnumeration = true)]
    public void Problem_LimitsThatMayNotHold_SaysWhat(PatientLimit[] limits, string problem) =>
        Assert.Contains(problem, PatientLimits.Problem(limits, DefaultRules.Limits), StringComparison.Ordinal);

    [Fact]
    public void Problem_AnIdOfAThousandCharacters_IsQuotedInPart() =>
        Assert.InRange(PatientLimits.Problem([new(new string('x', 1000), true, [])], DefaultRules.Limits)!.Length, 64, 200);
}
