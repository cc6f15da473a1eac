// Real patients through the whole program: every reading of the file is accounted for, and nothing about the run changes a decision.
using Xunit;

namespace Acceptance.Tests.Replay;

public sealed class RecordedPatientsTests : IDisposable
{
    private readonly Medai _medai = new();

    public static TheoryData<string, int, string[]> Recordings => new()
    {
        { "cinc2019", 500, ["limit.", "score.news2", "model."] },

        // Eight minutes at the bedside are too short for the hourly model to change its mind.
        { "bidmc", int.MaxValue, ["limit.", "score.news2"] },
        { "mimic3", int.MaxValue, ["limit.", "score.news2", "model."] },
    };

    public void Dispose() => _medai.Dispose();

    [Theory]
    [MemberData(nameof(Recordings))]
    public async Task A_recording_is_accounted_for_and_decided_alike_in_any_batch_and_number_of_partitions(
        string format, int patients, string[] rules)
    {
        string[] input = patients == int.MaxValue ? [format, SharedData.File(format)] : [format, SharedData.File(format), "--patients", $"{patients}"];

        var report = await _medai.ReplayAsync("a", input);

        report.AssertAccountedFor(SharedData.Readings(format, patients));
        Assert.All(rules, rule => Assert.Contains(report.AlertsByRule.Keys, name => name.StartsWith(rule, StringComparison.Ordinal)));
        Assert.True(report.Scores > 0, "the model scored nobody");
        Assert.Equal(report.Sha, StoreContent.Sha(await _medai.ShowAsync("transitions", "a")));
        var content = StoreContent.Of(_medai.At("a"));
        foreach (var (store, more) in new (string, string[])[]
        {
            ("batch-1", ["--batch", "1"]), ("batch-4096", ["--batch", "4096"]),
            ("partition-1", ["--partitions", "1"]), ("partitions-8", ["--partitions", "8"]),
        })
        {
            Assert.Equal(report.WhatWasDecided, (await _medai.ReplayAsync(store, [.. input, .. more])).WhatWasDecided);
            Assert.Equal(content, StoreContent.Of(_medai.At(store)));
        }
    }

    [Fact]
    public async Task Late_charting_is_what_a_direct_count_over_the_file_finds()
    {
        var file = SharedData.File("mimic3");
        var (late, future) = SharedData.LateAndFutureOfMimic3();

        var report = await _medai.ReplayAsync("a", "mimic3", file, "--no-model");

        Assert.True(late > 100, $"only {late} late rows: the count itself is wrong");
        Assert.Equal(late, report.Late);
        Assert.Equal(future, report.RejectedByReason.GetValueOrDefault("future_event_time"));
    }
}
