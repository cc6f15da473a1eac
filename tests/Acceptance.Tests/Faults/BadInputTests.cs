// Input that is wrong in one way gets one clear outcome, and costs nothing around it.
using System.Globalization;
using System.IO.Compression;
using System.Text;
using Acceptance.Tests.Replay;
using MedAI.Streaming.Host;
using Xunit;

namespace Acceptance.Tests.Faults;

public sealed class BadInputTests : IDisposable
{
    private const string Header = "patient,time,vital,value,unit,validity,device,source,arrival,epoch,sequence\n";
    private const int Seconds = 300;
    private static readonly DateTimeOffset Start = new(2026, 1, 5, 8, 0, 0, TimeSpan.Zero);

    private readonly Medai _medai = new();

    /// <summary>A line of the bad patient in csv, as (time, vital, value, unit, validity), and what becomes of it.</summary>
    public static TheoryData<string, string, string> Rejected => new()
    {
        { "2026-01-05T08:02:00Z,blood_alcohol,0.8,%,valid", "unknown_vital_sign", "blood_alcohol" },
        { "2026-01-05T08:02:00Z,heart_rate,80,Cel,valid", "wrong_unit", "heart_rate 80" },
        { "2026-01-05T08:02:00Z,heart_rate,80,furlong,valid", "wrong_unit", "heart_rate 80" },
        { "2026-01-05T08:02:00Z,heart_rate,NaN,/min,valid", "not_a_number", "heart_rate NaN" },
        { "2026-01-05T08:02:00Z,heart_rate,,/min,valid", "not_a_number", "heart_rate NaN" },
        { "2026-01-05T08:02:00Z,heart_rate,lots,/min,valid", "not_a_number", "heart_rate NaN" },
        { "2026-01-05T08:02:00Z,heart_rate,9999,/min,valid", "out_of_range", "heart_rate 9999" },
        { "2026-01-05T08:02:00Z,temperature,1013,[degF],valid", "out_of_range", "temperature 1013" },
        { "2026-01-05T09:02:00Z,heart_rate,80,/min,valid", "future_event_time", "3600 s ahead of arrival" },
        { "2036-01-05T08:02:00Z,heart_rate,80,/min,valid", "future_event_time", "ahead of arrival" },
        { "2026-01-05T08:02:00Z,heart_rate,80,/min,demo", "demo_data", "heart_rate 80" },
        { "yesterday,heart_rate,80,/min,valid", "malformed", "input.csv:" },
        { "2026-01-05T08:02:00Z,heart_rate,80,/min,fine", "malformed", "input.csv:" },
        { "2026-01-05T08:02:00Z,,80,/min,valid", "missing_field", "input.csv:" },
    };

    public void Dispose() => _medai.Dispose();

    [Theory]
    [MemberData(nameof(Rejected))]
    public async Task A_reading_that_cannot_be_used_is_rejected_with_its_reason_and_nothing_else_is_lost(string line, string reason, string detail)
    {
        var sound = await ReplayAsync("sound", "");

        var report = await ReplayAsync("bad", $"p2,{line},m2,bedside,2026-01-05T08:02:00Z,,\n");

        Assert.Equal(Seconds + 1, report.In);
        Assert.Equal(sound.Accepted, report.Accepted);
        Assert.Equal(new Dictionary<string, long> { [reason] = 1 }, report.RejectedByReason);
        var letter = Assert.Single(await _medai.ShowAsync("deadletters", "bad"));
        Assert.Equal(reason, letter.GetProperty("reason").GetString());
        Assert.Contains(detail, letter.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal(await ShaOfThePatientBesideItAsync("sound"), await ShaOfThePatientBesideItAsync("bad"));
    }

    [Fact]
    public async Task A_reading_a_year_old_is_late_is_kept_and_alerts_nobody()
    {
        var report = await ReplayAsync(
            "old", "p2,2026-01-05T08:02:00Z,spo2,97,%,valid,m2,bedside,2026-01-05T08:02:00Z,,\n"
            + "p2,2025-01-05T08:02:01Z,spo2,60,%,valid,m2,bedside,2026-01-05T08:02:01Z,,\n");

        report.AssertAccountedFor(Seconds + 2);
        Assert.Equal(1, report.Late);
        Assert.Equal(Seconds + 1, report.Accepted);
        var kept = Assert.Single(await _medai.ShowAsync("series", "old", "--patient", "p2", "--until", "2025-12-31T00:00:00Z"));
        Assert.Equal(60, kept.GetProperty("value").GetDouble());
        Assert.Contains("late", kept.GetProperty("notes").GetString(), StringComparison.Ordinal);
        Assert.DoesNotContain(
            await _medai.ShowAsync("transitions", "old", "--patient", "p2"), row => row.GetProperty("rule").GetString() == "limit.spo2.low");
    }

    [Fact]
    public async Task A_frame_that_comes_again_is_counted_as_a_duplicate_and_decides_nothing()
    {
        var line = "p2,2026-01-05T08:02:00Z,spo2,60,%,valid,m2,bedside,{0},3,1\n";
        var once = await ReplayAsync("once", At(line, 120));

        var thrice = await ReplayAsync("thrice", At(line, 120) + At(line, 121) + At(line, 150));

        thrice.AssertAccountedFor(once.In + 2);
        Assert.Equal(2, thrice.Duplicate);
        Assert.Equal(once.Sha, thrice.Sha);
        Assert.Single(await _medai.ShowAsync("series", "thrice", "--patient", "p2", "--series", "spo2"));
    }

    [Theory]
    [InlineData("bedside", 10)]
    [InlineData("wearable", 600)]
    [InlineData("charted", 14_400)]
    public async Task Late_is_what_is_older_than_the_watermark_less_the_grace_of_its_source(string source, int grace)
    {
        var random = new Random(grace);
        var text = new StringBuilder(Header);
        var (late, edges) = (0, 0);
        var newest = new long[3];
        for (var i = 0; i < 2000; i++)
        {
            var device = random.Next(newest.Length);
            var arrival = Start.ToUnixTimeMilliseconds() + i * 1000L * (1 + grace / 20);

            // Every third reading stands on the edge itself, or a millisecond on either side of it.
            var edge = i % 3 == 0 && newest[device] > 0;
            var time = edge ? newest[device] - grace * 1000L + random.Next(-1, 2) : arrival - random.NextInt64(0, 2_500L * grace);
            edges += edge ? 1 : 0;
            if (newest[device] > 0 && time < newest[device] - grace * 1000L)
                late++;
            else
                newest[device] = Math.Max(newest[device], time);
            text.Append(CultureInfo.InvariantCulture, $"p{device},{time},heart_rate,80,/min,valid,d{device},{source},{arrival},,\n");
        }

        var report = await _medai.ReplayAsync("a", "csv", _medai.Write("input.csv", text.ToString()), "--no-model");

        report.AssertAccountedFor(2000);
        Assert.True(edges > 600 && late > edges / 4, $"{late} late, {edges} at the edge: the test itself is too tame");
        Assert.Equal(late, report.Late);
        Assert.Equal(2000 - late, report.Accepted);
    }

    [Theory]
    [InlineData("csv", 3)]
    [InlineData("csv.gz", 3)]
    [InlineData("ndjson", 3)]
    [InlineData("ndjson.gz", 3)]
    public async Task A_file_that_was_cut_off_gives_all_that_came_before_and_one_refusal(string kind, int patients)
    {
        var format = kind.Split('.')[0];
        var whole = format == "csv" ? Csv(patients) : Ndjson(patients);
        var bytes = kind.EndsWith("gz", StringComparison.Ordinal) ? Gzip(whole)[..^9] : Encoding.UTF8.GetBytes(whole)[..^9];

        var report = await _medai.ReplayAsync("cut", format, _medai.Write($"cut.{kind}", bytes), "--no-model");

        var cut = Assert.Single(report.RejectedByReason);
        Assert.Equal(("truncated", 1), (cut.Key, cut.Value));
        Assert.Equal(report.In - 1, report.Accepted);
        Assert.InRange(report.Accepted, patients * Seconds * 9 / 10, patients * Seconds);
    }

    [Theory]
    [InlineData("csv")]
    [InlineData("ndjson")]
    public async Task A_line_of_100_megabytes_is_refused_in_bounded_memory(string format)
    {
        var path = _medai.At("long");
        using (var file = new StreamWriter(path))
        {
            file.Write(format == "csv" ? Csv(1) : Ndjson(1));
            var megabyte = new string('8', 1 << 20);
            for (var i = 0; i < 100; i++)
            {
                file.Write(megabyte);
            }

            file.Write('\n');
            file.Write(format == "csv" ? Csv(2)[Header.Length..] : Ndjson(2));
        }

        // 96 MiB for everything on the heap; the line alone would need 100 as bytes and 200 as text.
        using var child = _medai.Launch(
            "env", "DOTNET_GCHeapHardLimit=0x6000000", "dotnet", Medai.Program, "replay", format, path, "--no-model", "--out", _medai.At("long.store"),
            "--report", _medai.At("long.json"));
        var (code, _, error) = await child.EndAsync();

        Assert.True(code == ExitCodes.Ok, error);
        var report = Report.Read(_medai.At("long.json"));
        Assert.Equal(new Dictionary<string, long> { ["line_too_long"] = 1 }, report.RejectedByReason);
        report.AssertAccountedFor(3 * Seconds + 1);
    }

    [Theory]
    [InlineData("csv", "empty.csv", "is empty")]
    [InlineData("ndjson", "empty.csv", "is empty")]
    [InlineData("csv", "no-such-file.csv", "no-such-file.csv")]
    [InlineData("csv", "folder", "folder")]
    [InlineData("cinc2019", "folder", "folder")]
    [InlineData("bidmc", "other.csv", "other.csv")]
    public async Task Input_that_cannot_be_read_is_named_with_exit_code_3_and_makes_no_store(string format, string name, string part)
    {
        _medai.Write("empty.csv", "");
        _medai.Write("other.csv", "a,b,c\n1,2,3\n");
        Directory.CreateDirectory(_medai.At("folder"));

        var code = await _medai.RunAsync("replay", format, _medai.At(name), "--no-model", "--out", _medai.At("store"));

        Assert.Equal(ExitCodes.Input, code);
        Assert.Contains(part, _medai.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("unexpected", _medai.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_medai.At("store")));
    }

    [Theory]
    [InlineData("folder that is closed", "cinc2019")]
    [InlineData("file that is closed", "csv")]
    [InlineData("file that breaks", "csv")]
    public async Task Input_that_may_not_be_read_is_named_with_exit_code_3(string what, string format)
    {
        // A process may not read its own memory from its first byte on, root or not: a file that is there and cannot be read.
        var path = what == "file that breaks" ? "/proc/self/mem" : _medai.At(what);
        Assert.SkipUnless(path != "/proc/self/mem" || OperatingSystem.IsLinux(), "only Linux has such a file");
        if (path != "/proc/self/mem")
        {
            Assert.SkipWhen(OperatingSystem.IsWindows() || Environment.IsPrivilegedProcess, "nothing is closed to root, who runs these tests");
            _medai.Write(what == "file that is closed" ? what : $"{what}/p1.psv", "a");
            await _medai.Launch("chmod", "0", path).EndAsync();
        }

        var code = await _medai.RunAsync("replay", format, path, "--no-model", "--out", _medai.At("store"));

        if (path != "/proc/self/mem")
        {
            await _medai.Launch("chmod", "700", path).EndAsync();
        }

        Assert.True(code == ExitCodes.Input, $"exit code {code}: {_medai.Error}");
        Assert.Contains(path, _medai.Error, StringComparison.Ordinal);
    }

    // The patient beside the bad line desaturates for a minute, so there is something to lose.
    private Task<Report> ReplayAsync(string store, string more) =>
        _medai.ReplayAsync(store, "csv", _medai.Write("input.csv", Csv(1) + more), "--no-model");

    private async Task<string> ShaOfThePatientBesideItAsync(string store)
    {
        var transitions = await _medai.ShowAsync("transitions", store, "--patient", "p1-1");
        Assert.NotEmpty(transitions);
        return StoreContent.Sha(transitions);
    }

    private static string At(string line, int second) => string.Format(CultureInfo.InvariantCulture, line, Time(second));

    private static string Csv(int patients) => Header + string.Concat(Rows(patients).Select(row =>
        $"{row.Patient},{row.Time},spo2,{row.Value},%,valid,m1,bedside,{row.Time},,\n"));

    private static string Ndjson(int patients) => string.Concat(Rows(patients).Select(row =>
        $$"""{"patient":"{{row.Patient}}","time":"{{row.Time}}","vital":"spo2","value":{{row.Value}},"device":"m1"}""" + "\n"));

    private static IEnumerable<(string Patient, string Time, int Value)> Rows(int patients) =>
        from second in Enumerable.Range(0, Seconds)
        from patient in Enumerable.Range(1, patients)
        select ($"p{patients}-{patient}", Time(second), second is >= 100 and < 160 ? 84 : 97);

    private static string Time(int second) => Start.AddSeconds(second).ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);

    private static byte[] Gzip(string text)
    {
        using var bytes = new MemoryStream();
        using (var gzip = new GZipStream(bytes, CompressionLevel.Optimal))
        {
            gzip.Write(Encoding.UTF8.GetBytes(text));
        }

        return bytes.ToArray();
    }
}
