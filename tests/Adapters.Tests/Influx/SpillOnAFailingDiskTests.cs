// What waits on a disk that fails: nothing but a StoreException reaches a flow, what can be read is delivered, and what is lost is counted.
using System.Globalization;
using System.Text;
using MedAI.Streaming.Adapters.Influx;
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.TestKit.Worlds;
using Xunit;

namespace MedAI.Streaming.Adapters.Tests.Influx;

public sealed class SpillOnAFailingDiskTests : IDisposable
{
    private const string First = "000000000001.spill";
    private readonly SpillFolder _folder = new();
    private readonly FailingDisk _disk = new();
    private readonly List<string> _reports = [];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("Write")]
    [InlineData("Flush")]
    [InlineData("Flush SetLength")]
    public void Append_TheDiskFails_KeepsNothingOfItAndGoesOnLater(string calls)
    {
        using var spill = Open();
        spill.Append([Batch(0, 2)]);
        Fail(calls);

        Assert.Throws<StoreException>(() => spill.Append([Batch(1, 1), Batch(2, 1)]));

        Fail("");
        spill.Append([Batch(3, 1)]);
        Assert.Equal("0 0 3", Text(spill.Take(100)));
        Assert.Equal(3, spill.Lines);
        using var next = Spill.Open(_folder.Copy(), Options());
        Assert.Equal("0 0 3", Text(next.Take(100)));
    }

    [Fact]
    public void Append_WhatIsTooMuchCannotBeDropped_KeepsNothingAndSaysSo()
    {
        using var spill = Open(Options() with { SpillBytes = 120_000 });
        spill.Append([Noise(0), Noise(1)]);
        Fail("Write SetLength");

        Assert.Throws<StoreException>(() => spill.Append([Noise(2)]));

        Assert.Equal((2, 0), (spill.Lines, spill.Dropped));
        Fail("");
        spill.Append([Noise(2)]);
        Assert.Equal((2, 1), (spill.Lines, spill.Dropped));
        Assert.StartsWith("1 ", Text(spill.Take(1)), StringComparison.Ordinal);
    }

    [Fact]
    public void Append_ASegmentCannotBeBegun_BeginsAnotherLater()
    {
        using var spill = Open();
        Fail("Write Delete");

        Assert.Throws<StoreException>(() => spill.Append([Batch(0, 1)]));

        Fail("");
        spill.Append([Batch(1, 1)]);
        Assert.Equal("1", Text(spill.Take(10)));
    }

    [Theory]
    [InlineData("Delete")]
    [InlineData("Flush")]
    [InlineData("Flush Delete")]
    public void Remove_AnEmptiedSegmentCannotBeDeleted_GoesOnWithoutIt(string calls)
    {
        using var spill = Open();
        spill.Append([Batch(0, 3)]);
        spill.Take(10);
        Fail(calls);

        spill.Remove();

        Assert.True(spill.IsEmpty);
        Assert.Contains("cannot be deleted", Assert.Single(_reports), StringComparison.Ordinal);
        Fail("");
        spill.Append([Batch(1, 1)]);
        Assert.Equal("1", Text(spill.Take(10)));
        using var next = Spill.Open(_folder.Copy(), Options());
        Assert.Equal("1", Text(next.Take(10)));
        Assert.Single(_reports);
    }

    [Fact]
    public void Remove_ASegmentCannotBeEmptied_StillHasIt()
    {
        using var spill = Open();
        spill.Append([Batch(0, 3)]);
        spill.Take(10);
        Fail("SetLength");

        Assert.Throws<IOException>(spill.Remove);

        Assert.Equal((3, "0 0 0"), (spill.Lines, Text(spill.Take(10))));
        Fail("");
        spill.Append([Batch(1, 1)]);
        Assert.Equal("0 0 0 1", Text(spill.Take(10)));
        spill.Remove();
        Assert.True(spill.IsEmpty);
    }

    [Fact]
    public void Take_ARecordThatCannotBeRead_IsPassedOverAfterSomeTries()
    {
        using var spill = Open();
        spill.Append([Batch(0, 1), Batch(1, 7), Batch(2, 1)]);
        var unreadable = 16L + SpillSegment.RecordHeader + Batch(0, 1).Packed.Length;
        _disk.Fails = (call, _, at) => call == DiskCall.Read && at == unreadable;

        Assert.Equal("0", Text(spill.Take(10)));
        spill.Remove();
        for (var failed = 0; failed < 4; failed++)
            Assert.Throws<IOException>(() => spill.Take(10));

        Assert.Equal(0, spill.Dropped);
        Assert.Equal("2", Text(spill.Take(10)));
        Assert.Equal((7, 1), (spill.Dropped, spill.Lines));
        Assert.Contains("7 are dropped (Input/output error", Assert.Single(_reports), StringComparison.Ordinal);
    }

    [Fact]
    public void Take_ADiskThatRecovers_GivesEverything()
    {
        using var spill = Open();
        spill.Append([Batch(0, 1), Batch(1, 1)]);
        for (var round = 0; round < 3; round++)
        {
            Fail("Read");
            for (var failed = 0; failed < 4; failed++)
                Assert.Throws<IOException>(() => spill.Take(10));

            Fail("");
            Assert.Equal("0 1", Text(spill.Take(10)));
        }

        Assert.Equal(0, spill.Dropped);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Open_WholeRecordsBehindADamagedOne_AreKeptAndTheDamagedIsCounted(bool isLast)
    {
        using (var spill = Open())
        {
            spill.Append([Batch(0, 1), Batch(1, 40), Batch(2, 3)]);
        }

        var copy = _folder.Copy();
        var at = 16 + SpillSegment.RecordHeader + Batch(0, 1).Packed.Length;
        using (var file = File.OpenWrite(Path.Combine(copy, First)))
        {
            file.Position = at + SpillSegment.RecordHeader + 3;
            file.WriteByte(0xEE);
        }

        if (!isLast) File.Copy(Path.Combine(copy, First), Path.Combine(copy, "000000000002.spill"));
        using var next = Spill.Open(copy, Options());

        Assert.Equal("0 2 2 2", Text(next.Take(100)));
        Assert.Equal(isLast ? 40 : 80, next.Dropped);
        Assert.Equal(isLast ? 1 : 2, _reports.Count);
        Assert.Contains("40 or more points", _reports[0], StringComparison.Ordinal);
        next.Append([Batch(9, 1)]);
        Assert.Equal(isLast ? 5 : 9, next.Lines);
    }

    [Fact]
    public void Open_APageThatCannotBeRead_LosesOnlyWhatIsInIt()
    {
        var options = Options() with { SpillBytes = 1 << 20 };
        using (var spill = Open(options))
        {
            for (var n = 0; n < 5; n++)
                spill.Append([Noise(n, 3000)]);
        }

        _disk.Fails = (call, _, at) => call == DiskCall.Read && at == 4096;

        using var next = Open(options);

        var kept = new List<string>();
        while (next.Take(1) is { } batch)
        {
            kept.Add(Text(batch)[..1]);
            next.Remove();
        }

        Assert.Equal("0", kept[0]);
        Assert.Equal("4", kept[^1]);
        Assert.InRange(kept.Count, 2, 4);
        Assert.InRange(next.Dropped, 1, 5 - kept.Count);
        Assert.Single(_reports);
    }

    [Fact]
    public void Open_AnEmptySegmentThatCannotBeDeleted_IsNoReasonNotToStart()
    {
        Directory.CreateDirectory(_folder.Path);
        File.WriteAllBytes(Path.Combine(_folder.Path, First), []);
        Fail("Delete");

        using var spill = Open();

        Fail("");
        spill.Append([Batch(1, 1)]);
        Assert.Equal("1", Text(spill.Take(10)));
        Assert.Contains("cannot be deleted", Assert.Single(_reports), StringComparison.Ordinal);
    }

    private void Fail(string calls)
    {
        var failing = calls.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Enum.Parse<DiskCall>).ToHashSet();
        _disk.Fails = (call, _, _) => failing.Contains(call);
    }

    private Spill Open(InfluxOptions? options = null) => Spill.Open(_folder.Path, options ?? Options(), _disk.Open);

    private InfluxOptions Options() =>
        new() { Url = new Uri("http://localhost"), Time = new TestClock(), Report = _reports.Add, SpillAge = TimeSpan.FromDays(1000) };

    private static LineBatch Batch(int n, int lines) => LineBatch.Pack(
        Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(string.Create(CultureInfo.InvariantCulture, $"{n}\n"), lines))), lines);

    // One line that does not pack.
    private static LineBatch Noise(int n, int length = 50_000)
    {
        var random = new Random(n);
        return LineBatch.Pack(Encoding.UTF8.GetBytes($"{n} {new string([.. Enumerable.Range(0, length).Select(_ => (char)random.Next(32, 127))])}\n"), 1);
    }

    private static string Text(LineBatch? batch) =>
        batch is { } some ? Encoding.UTF8.GetString(some.Unpack()).TrimEnd('\n').Replace('\n', ' ') : "";
}
