// Rules numbered once for all patients; ward and patient have their say; quiet values are those no rule minds.
using MedAI.Streaming.Domain.Alerts;
using MedAI.Streaming.Domain.Scores;
using MedAI.Streaming.Domain.Vitals;
using Xunit;

namespace MedAI.Streaming.Domain.Tests.Alerts;

public class RuleBookTests
{
    private const int HeartRate = (int)VitalSign.HeartRate;
    private static readonly LimitRule Site = Rule(130);

    private static readonly MonitorSettings Settings = new()
    {
        Limits = [.. DefaultRules.Limits.Where(l => l.Id != Site.Id), Site],
        WardLimits = new Dictionary<string, IReadOnlyList<LimitRule>>
        {
            ["icu"] = [Rule(140), Low(40)],
            ["quiet"] = [Rule(130) with { Enabled = false }],
        },
        PatientLimits = new Dictionary<string, IReadOnlyList<LimitRule>>
        {
            ["athlete"] = [Low(30)],
            ["tachycardic"] = [Rule(160)],
        },
    };

    private static readonly RuleBook Book = new(Settings);

    [Theory]
    [InlineData("anyone", "", 130, 45)]
    [InlineData("anyone", "surgery", 130, 45)]
    [InlineData("anyone", "ICU", 130, 45)]
    [InlineData("anyone", "icu", 140, 40)]
    [InlineData("athlete", "", 130, 30)]
    [InlineData("athlete", "surgery", 130, 30)]
    [InlineData("athlete", "icu", 140, 30)]
    [InlineData("tachycardic", "", 160, 45)]
    [InlineData("tachycardic", "icu", 160, 40)]
    [InlineData("Tachycardic", "icu", 140, 40)]
    public void ProfileOf_PatientOnAWard_PatientGoesBeforeWardBeforeSite(string patient, string ward, double high, double low)
    {
        var profile = Book.ProfileOf(patient, ward);

        Assert.Equal(high, profile.Limit(Book.IndexOf("limit.heart_rate.high")).Levels[0].Threshold);
        Assert.Equal(low, profile.Limit(Book.IndexOf("limit.heart_rate.low")).Levels[0].Threshold);
        Assert.Equal(90, profile.Limit(Book.IndexOf("limit.spo2.low")).Levels[0].Threshold);
    }

    [Fact]
    public void LimitsOf_DisabledByTheWard_IsNotInForceThereOnly()
    {
        var index = Book.IndexOf(Site.Id);

        Assert.DoesNotContain(index, Book.ProfileOf("anyone", "quiet").LimitsOf(HeartRate).ToArray());
        Assert.Contains(index, Book.ProfileOf("anyone", "").LimitsOf(HeartRate).ToArray());
        Assert.Contains(index, Book.ProfileOf("tachycardic", "quiet").LimitsOf(HeartRate).ToArray());
        Assert.DoesNotContain(index, Book.ProfileOf("athlete", "quiet").LimitsOf(HeartRate).ToArray());
    }

    [Theory]
    [InlineData("anyone", "")]
    [InlineData("athlete", "icu")]
    [InlineData("tachycardic", "quiet")]
    public void ProfileOf_WithLimitsOfTheirOwn_TheseGoBeforeEverything(string patient, string ward)
    {
        var low = Book.IndexOf("limit.heart_rate.low");
        var high = Book.IndexOf("limit.heart_rate.high");
        PatientLimit[] own = [new("limit.heart_rate.low", true, [new(50, AlertPriority.High)], 0), new("limit.heart_rate.high", false, [])];

        var profile = Book.ProfileOf(patient, ward, own);

        Assert.Equal([new AlertLevel(50, AlertPriority.High)], profile.Limit(low).Levels);
        Assert.Equal((0, true), (profile.Limit(low).DelaySeconds, profile.Limit(low).Enabled));
        Assert.Equal([low], profile.LimitsOf(HeartRate).ToArray());
        Assert.False(profile.IsQuiet(HeartRate, 49));
        Assert.True(profile.IsQuiet(HeartRate, 250));
        var others = Enumerable.Range(0, Book.LimitCount).Where(i => i != low && i != high);
        Assert.All(others, i => Assert.Same(Book.ProfileOf(patient, ward).Limit(i), profile.Limit(i)));
    }

    [Fact]
    public void ProfileOf_WithoutLimitsOfTheirOwn_IsShared() =>
        Assert.Same(Book.ProfileOf("anyone", "icu"), Book.ProfileOf("anyone", "icu", []));

    [Theory]
    [InlineData("limit.spo2.low", 99, 1)]
    [InlineData("limit.spo2.low", 90, 2)]
    [InlineData("limit.temperature.high", 39, 0.3)]
    public void ProfileOf_OwnLevelsWithoutRoomForTheHysteresis_ClearWherePlausible(string rule, double threshold, double hysteresis)
    {
        var profile = Book.ProfileOf("anyone", "", [new(rule, true, [new(threshold, AlertPriority.Low)])]);

        Assert.Equal(hysteresis, profile.Limit(Book.IndexOf(rule)).Hysteresis, 9);
    }

    [Fact]
    public void ProfileOf_OwnLevelsCloserThanTheHysteresis_StayApart()
    {
        var profile = Book.ProfileOf(
            "anyone", "", [new("limit.spo2.low", true, [new(90, AlertPriority.Low), new(89.5, AlertPriority.High)])]);

        Assert.Equal(0.5, profile.Limit(Book.IndexOf("limit.spo2.low")).Hysteresis, 9);
    }

    [Fact]
    public void LimitsOf_EveryProfile_HasEveryRuleInForceOnceUnderItsOwnIndex()
    {
        foreach (var profile in Profiles())
        {
            var seen = new List<int>();
            for (var vital = 0; vital < VitalSignCatalogue.Count; vital++)
            {
                foreach (var index in profile.LimitsOf(vital))
                {
                    Assert.Equal(Book.Rules[index].Id, profile.Limit(index).Id);
                    Assert.Equal(vital, (int)profile.Limit(index).Vital);
                    seen.Add(index);
                }
            }

            Assert.Equal(Enumerable.Range(0, Book.LimitCount).Where(i => profile.Limit(i).Enabled), seen.Order());
        }
    }

    [Fact]
    public void Rules_WhateverTheOrderOfTheSettings_HaveTheSameIndices()
    {
        var shuffled = new RuleBook(Settings with
        {
            Limits = [.. Settings.Limits.Reverse()],
            WardLimits = new Dictionary<string, IReadOnlyList<LimitRule>>(Settings.WardLimits.Reverse()),
            PatientLimits = new Dictionary<string, IReadOnlyList<LimitRule>>(Settings.PatientLimits.Reverse()),
        });

        Assert.Equal(Book.Rules, shuffled.Rules);
        foreach (var (patient, ward) in new[] { ("x", ""), ("x", "icu"), ("x", "quiet"), ("athlete", "icu") })
        {
            Assert.Equal(Limits(Book.ProfileOf(patient, ward)), Limits(shuffled.ProfileOf(patient, ward)));
        }
    }

    [Fact]
    public void Rules_WithMoreWardsAndPatients_KeepTheirIndices()
    {
        var bare = new RuleBook(Settings with
        {
            WardLimits = new Dictionary<string, IReadOnlyList<LimitRule>>(),
            PatientLimits = new Dictionary<string, IReadOnlyList<LimitRule>>(),
        });

        Assert.Equal(bare.Rules, Book.Rules);
        Assert.Same(bare.ProfileOf("athlete", "icu"), bare.ProfileOf("anyone", ""));
    }

    [Fact]
    public void Rules_InOrder_AreLimitsByIdThenScoresThenTechnical()
    {
        var ids = Book.Rules.Select(r => r.Id).ToList();

        Assert.Equal(Settings.Limits.Count, Book.LimitCount);
        Assert.Equal(ids.Take(Book.LimitCount).Order(StringComparer.Ordinal), ids.Take(Book.LimitCount));
        Assert.Equal(
            ["score.news2", "score.mews", "score.qsofa", "score.shock_index"],
            ids.Skip(Book.LimitCount).Take(ClinicalScores.Count));
        Assert.Equal(ids.Count, ids.Distinct(StringComparer.Ordinal).Count());
        Assert.All(Book.Rules, rule => Assert.Equal(
            rule.Id.StartsWith("technical.", StringComparison.Ordinal) ? AlertKind.Technical : AlertKind.Physiological,
            rule.Kind));
        Assert.All(ids.Select((id, index) => (id, index)), r => Assert.Equal(r.index, Book.IndexOf(r.id)));
        Assert.Equal(-1, Book.IndexOf("limit.heart_rate"));
        Assert.Equal(-1, Book.IndexOf(""));
    }

    [Fact]
    public void Indices_ByWhatTheyAreAbout_NameTheirRules()
    {
        for (var kind = 0; kind < ClinicalScores.Count; kind++)
        {
            Assert.Equal("score." + ((ScoreKind)kind).Name(), Book.Rules[Book.Score(kind)].Id);
            Assert.Equal(Book.Scores[kind].Id, Book.Rules[Book.Score(kind)].Id);
        }

        foreach (var source in Enum.GetValues<SourceClass>())
        {
            var name = source.ToString().ToLowerInvariant();
            Assert.Equal("technical.contact." + name, Book.Rules[Book.Contact(source)].Id);
            Assert.Equal("technical.gap." + name, Book.Rules[Book.Gap(source)].Id);
            Assert.Equal("technical.clock." + name, Book.Rules[Book.Clock(source)].Id);
        }

        foreach (var vital in Enum.GetValues<VitalSign>().Take(VitalSignCatalogue.SignalCount))
        {
            Assert.Equal("technical.signal." + VitalSignCatalogue.Info(vital).Key, Book.Rules[Book.Signal((int)vital)].Id);
        }

        Assert.Equal("technical.model", Book.Rules[Book.ModelSilent].Id);
        Assert.Equal("technical.stale_inputs", Book.Rules[Book.StaleInputs].Id);
    }

    [Fact]
    public void Model_ServedOrNot_HasAnIndexOrMinusOne()
    {
        var model = new ScoreRule { Id = "model.sepsis", Levels = [new(0.5, AlertPriority.Medium)] };
        var served = new RuleBook(Settings with { Model = model });

        Assert.Equal(-1, Book.Model);
        Assert.Equal(new RuleInfo("model.sepsis", AlertKind.Physiological), served.Rules[served.Model]);
        Assert.Equal(Book.Rules.Take(Book.LimitCount), served.Rules.Take(Book.LimitCount));
    }

    [Fact]
    public void IsQuiet_EveryValueOfAFineGrid_AgreesWithTheLawOfLimits()
    {
        foreach (var profile in Profiles())
        {
            for (var vital = 0; vital < VitalSignCatalogue.Count; vital++)
            {
                foreach (var value in Grid(profile, vital))
                {
                    var minded = false;
                    foreach (var index in profile.LimitsOf(vital))
                    {
                        var state = default(RuleState);
                        var decision = LimitLaw.Observe(ref state, profile.Limit(index), LimitRun.Start, value, 0, true);
                        Assert.Equal(decision.Change.Changed, LimitLaw.IsActive(in state));
                        minded |= decision.Change.Changed;
                    }

                    Assert.True(minded != profile.IsQuiet(vital, value), $"{(VitalSign)vital} {value}");
                }
            }
        }
    }

    private static IEnumerable<LimitRule> Limits(RuleProfile profile) => Enumerable.Range(0, Book.LimitCount).Select(profile.Limit);

    private static IEnumerable<RuleProfile> Profiles()
    {
        foreach (var patient in new[] { "anyone", "athlete", "tachycardic" })
        {
            foreach (var ward in new[] { "", "icu", "quiet" })
            {
                yield return Book.ProfileOf(patient, ward);
            }
        }
    }

    private static IEnumerable<double> Grid(RuleProfile profile, int vital)
    {
        for (var tenth = -100; tenth <= 4_000; tenth++)
        {
            yield return tenth / 10.0;
        }

        for (var i = 0; i < Book.LimitCount; i++)
        {
            foreach (var level in profile.Limit(i).Levels.Where(_ => (int)profile.Limit(i).Vital == vital))
            {
                yield return Math.BitDecrement(level.Threshold);
                yield return Math.BitIncrement(level.Threshold);
            }
        }
    }

    private static LimitRule Rule(double threshold) => new()
    {
        Id = "limit.heart_rate.high",
        Vital = VitalSign.HeartRate,
        Side = LimitSide.Above,
        Levels = [new(threshold, AlertPriority.Medium), new(threshold + 20, AlertPriority.High)],
    };

    private static LimitRule Low(double threshold) => new()
    {
        Id = "limit.heart_rate.low",
        Vital = VitalSign.HeartRate,
        Side = LimitSide.Below,
        Levels = [new(threshold, AlertPriority.Medium)],
    };
}
