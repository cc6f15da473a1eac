// A store that cannot be used ends the program with exit code 4 and a message that says why; what it holds stays as it was.
using System.Globalization;
using System.Text;
using Acceptance.Tests.Replay;
using MedAI.Streaming.Host;
using Xunit;

namespace Acceptance.Tests.Faults;

public sealed class BadStoreTests : IDisposable
{
    private readonly Medai _medai = new();
    private readonly string[] _replay;

    public BadStoreTests() => _replay = ["replay", "csv", _medai.Write("readings.csv", Readings(60)), "--no-model", "--out", _medai.At("store")];

    public static TheoryData<string, string[], string, string> Mismatches => new()
    {
        { "it is there and not asked to go on", [], "", "--resume" },
        { "another law", ["--resume"], "MEDAI__tickSeconds=30", "another law" },
        { "another limit", ["--resume"], "MEDAI__scores__news2__clearSeconds=60", "another law" },
        { "other partitions", ["--resume", "--partitions", "2"], "", "has 4 partitions" },
        { "other input", ["--resume", "--patients", "1"], "", "other input" },
    };

    public void Dispose() => _medai.Dispose();

    [Theory]
    [MemberData(nameof(Mismatches))]
    public async Task A_store_made_otherwise_is_refused_and_goes_on_as_it_was_made(string why, string[] more, string variable, string part)
    {
        Assert.NotEmpty(why);
        Assert.Equal(ExitCodes.Ok, await _medai.RunAsync(_replay));
        var before = StoreContent.Of(_medai.At("store"));
        if (variable.Length > 0)
        {
            _medai.Variables[variable.Split('=')[0]] = variable.Split('=')[1];
        }

        Assert.Equal(ExitCodes.Store, await _medai.RunAsync([.. _replay, .. more]));

        Assert.Contains(part, _medai.Error, StringComparison.Ordinal);
        Assert.Contains(_medai.At("store"), _medai.Error, StringComparison.Ordinal);
        Assert.Equal(before, StoreContent.Of(_medai.At("store")));
        _medai.Variables.Clear();
        Assert.Equal(ExitCodes.Ok, await _medai.RunAsync([.. _replay, "--resume"]));
    }

    [Fact]
    public async Task A_store_that_another_process_writes_is_refused_until_that_ends()
    {
        using var other = _medai.Start([.. _replay, "--speed", "1"]);
        Assert.True(other.RunsUntil(() => StoreFiles.Records(_medai.At("store")) > 0), "the other process wrote nothing");

        Assert.Equal(ExitCodes.Store, await _medai.RunAsync([.. _replay, "--resume"]));

        Assert.Contains("is open for writing in another process", _medai.Error, StringComparison.Ordinal);
        Assert.Equal(ExitCodes.Ok, await _medai.RunAsync("show", "transitions", "--store", _medai.At("store")));
        other.Kill();
        Assert.Equal(ExitCodes.Ok, await _medai.RunAsync([.. _replay, "--resume"]));
    }

    [Theory]
    [InlineData("log.db", "text")]
    [InlineData("log.db", "cut")]
    [InlineData("state.db", "text")]
    [InlineData("state.db", "gone")]
    [InlineData("series.db", "text")]
    [InlineData("series.db", "gone")]
    public async Task A_damaged_store_is_told_by_the_file_that_is_damaged(string file, string damage)
    {
        Assert.Equal(ExitCodes.Ok, await _medai.RunAsync(_replay));
        var path = Path.Combine(_medai.At("store"), file);
        switch (damage)
        {
            case "gone":
                File.Delete(path);
                break;
            case "cut":
                File.WriteAllBytes(path, File.ReadAllBytes(path)[..1000]);
                break;
            default:
                File.WriteAllText(path, string.Concat(Enumerable.Repeat("This is no database. ", 1000)));
                break;
        }

        Assert.Equal(ExitCodes.Store, await _medai.RunAsync([.. _replay, "--resume"]));

        Assert.Contains(path, _medai.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("unexpected", _medai.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_no_store_is_not_taken_for_one()
    {
        Directory.CreateDirectory(_medai.At("empty"));
        _medai.Write("file", "I am a file.");
        _medai.Write("other/notes.txt", "not a store");

        foreach (var name in new[] { "empty", "other", "file", "missing" })
        {
            Assert.Equal(ExitCodes.Store, await _medai.RunAsync("show", "patients", "--store", _medai.At(name)));
            Assert.Contains($"{_medai.At(name)} is not a store", _medai.Error, StringComparison.Ordinal);
        }

        Assert.Equal(ExitCodes.Store, await _medai.RunAsync([.. _replay[..^1], _medai.At("file")]));
        Assert.Contains(_medai.At("file"), _medai.Error, StringComparison.Ordinal);
        Assert.Equal("I am a file.", File.ReadAllText(_medai.At("file")));
    }

    [Fact]
    public async Task A_full_disk_ends_the_run_with_its_name_and_once_there_is_room_it_goes_on_to_the_same_decisions()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "a small disk is made by Linux's mount");
        var recording = SimulatedRecording.Of(seed: 17, frames: 3000);
        string[] input = ["ndjson", _medai.Write("ward.ndjson", recording.Text), "--no-model"];
        var undisturbed = await _medai.ReplayAsync("undisturbed", input);
        Directory.CreateDirectory(_medai.At("disk"));

        // The disk lives in a mount namespace of its own, and ends with it: what is on it is copied out.
        var script = _medai.Write(
            "full.sh",
            $"""
            mount -t tmpfs -o size=700k tmpfs disk || exit 77
            medai() (dotnet '{Medai.Program}' replay {string.Join(' ', input)} --out disk/store "$@";)
            medai --batch 16 2>full.txt; echo $? >full.code
            mount -o remount,size=64m disk || exit 77
            medai --resume --report resumed.json 2>resumed.txt; echo $? >resumed.code
            cp -r disk/store killed
            """);
        using var child = _medai.Launch("unshare", [.. Environment.IsPrivilegedProcess ? [] : (string[])["-r"], "-m", "bash", script]);
        var (code, _, error) = await child.EndAsync();
        Assert.SkipWhen(code is 1 or 77 && !File.Exists(_medai.At("full.code")), $"no small disk can be mounted here: {error}");

        Assert.Equal($"{ExitCodes.Store}", File.ReadAllText(_medai.At("full.code")).Trim());
        Assert.Contains("No space is left for disk/store", File.ReadAllText(_medai.At("full.txt")), StringComparison.Ordinal);
        Assert.Equal($"{ExitCodes.Ok}", File.ReadAllText(_medai.At("resumed.code")).Trim());
        Assert.Equal(undisturbed.WhatWasDecided, Report.Read(_medai.At("resumed.json")).WhatWasDecided);
        Assert.Equal(StoreContent.Of(_medai.At("undisturbed")), StoreContent.Of(_medai.At("killed")));
    }

    [Fact]
    public async Task A_file_that_may_not_grow_ends_the_run_and_with_room_it_goes_on_to_the_same_decisions()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "the limit on the size of a file is Unix's");
        var recording = SimulatedRecording.Of(seed: 19, frames: 3000);
        string[] input = ["ndjson", _medai.Write("ward.ndjson", recording.Text), "--no-model"];
        var undisturbed = await _medai.ReplayAsync("undisturbed", input);
        var script = _medai.Write(
            "limited.sh",
            $"""
            trap '' XFSZ
            ulimit -f 200
            # The runtime would map its code by a file, which may not grow either.
            export DOTNET_EnableWriteXorExecute=0
            exec dotnet '{Medai.Program}' replay {string.Join(' ', input)} --batch 16 --out '{_medai.At("killed")}'
            """);
        using var child = _medai.Launch("bash", script);

        var (code, _, error) = await child.EndAsync();

        Assert.True(code == ExitCodes.Store, $"exit code {code}: {error}");
        Assert.Contains(_medai.At("killed"), error, StringComparison.Ordinal);
        Assert.Contains("the limit on the size of files", error, StringComparison.Ordinal);
        var resumed = await _medai.ReplayAsync("killed", [.. input, "--resume"]);
        Assert.Equal(undisturbed.WhatWasDecided, resumed.WhatWasDecided);
        Assert.Equal(StoreContent.Of(_medai.At("undisturbed")), StoreContent.Of(_medai.At("killed")));
    }

    [Fact]
    public async Task A_report_that_cannot_be_written_costs_no_run()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "only Linux has a file that is always full");
        Assert.Equal(ExitCodes.Failure, await _medai.RunAsync([.. _replay, "--report", "/dev/full"]));
        Assert.Contains($"the run is finished and kept in {_medai.At("store")}", _medai.Error, StringComparison.Ordinal);

        Assert.Equal(ExitCodes.Ok, await _medai.RunAsync([.. _replay, "--resume", "--report", _medai.At("report.json")]));
        Assert.Equal(120, Report.Read(_medai.At("report.json")).In);
    }

    private static string Readings(int seconds)
    {
        var start = new DateTimeOffset(2026, 1, 5, 8, 0, 0, TimeSpan.Zero);
        var text = new StringBuilder("patient,time,vital,value\n");
        for (var second = 0; second < seconds; second++)
        {
            var time = start.AddSeconds(second).ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
            text.Append(CultureInfo.InvariantCulture, $"p1,{time},spo2,{(second is >= 20 and < 50 ? 84 : 97)}\n");
            text.Append(CultureInfo.InvariantCulture, $"p2,{time},heart_rate,{70 + second % 5}\n");
        }

        return text.ToString();
    }
}
