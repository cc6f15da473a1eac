// The laws look at every reading and every score: in steady state they allocate nothing, under an open episode neither.
using MedAI.Streaming.Domain.Alerts;
using MedAI.Streaming.Domain.Vitals;
using Xunit;

namespace MedAI.Streaming.Domain.Tests.Alerts;

public class LawAllocationTests
{
    private static readonly double[] Calm = [80, 90, 100, 110];
    private static readonly double[] Wild = [100, 131, 160, 146, 127, 120];
    private static readonly double[] Held = [160, 161, 162, 148];

    private static readonly LimitRule Limit = new()
    {
        Id = "limit.heart_rate.high",
        Vital = VitalSign.HeartRate,
        Side = LimitSide.Above,
        Levels = [new(130, AlertPriority.Medium), new(150, AlertPriority.High)],
        DelaySeconds = 2,
        Hysteresis = 5,
    };

    public static TheoryData<string> Signals => ["calm", "wild", "held"];

    [Theory]
    [MemberData(nameof(Signals))]
    public void Limit_ThousandReadings_AllocateNothing(string signal)
    {
        var state = default(RuleState);
        RunLimit(ref state, signal, 0);
        var before = GC.GetAllocatedBytesForCurrentThread();

        RunLimit(ref state, signal, 1_000);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Theory]
    [MemberData(nameof(Signals))]
    public void Score_ThousandScores_AllocateNothing(string signal)
    {
        var state = default(RuleState);
        RunScore(ref state, signal, 0);
        var before = GC.GetAllocatedBytesForCurrentThread();

        RunScore(ref state, signal, 1_000);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static void RunLimit(ref RuleState state, string signal, int from)
    {
        var values = Values(signal);
        for (var i = from; i < from + 1_000; i++)
        {
            LimitLaw.Observe(ref state, Limit, LimitRun.Time(i), values[i % values.Length], 2_000, true);
        }
    }

    private static void RunScore(ref RuleState state, string signal, int from)
    {
        var values = Values(signal);
        for (var i = from; i < from + 1_000; i++)
        {
            var score = (values[i % values.Length] / 20) - 1;
            ScoreLaw.Observe(ref state, DefaultRules.News2, LimitRun.Time(i * 60), score, i % 3 == 0, false);
        }
    }

    private static double[] Values(string signal) => signal switch
    {
        "calm" => Calm,
        "wild" => Wild,
        _ => Held,
    };
}
