// What waits on disk: its order, its bounds, and what a kill at any byte leaves of it.
using System.Text;
using MedAI.Streaming.Adapters.Influx;
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.TestKit.Worlds;
using Xunit;

namespace MedAI.Streaming.Adapters.Tests.Influx;

public sealed class SpillTests : IDisposable
{
    private readonly SpillFolder _folder = new();
    private readonly TestClock _clock = new();
    private readonly List<string> _reports = [];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Take_WhatWasAppended_ComesInOrderAndTogether()
    {
        using var spill = Open();
        for (var n = 0; n < 10; n++)
            spill.Append([Batch(n, 3)]);

        Assert.Equal((30, false), (spill.Lines, spill.IsEmpty));
        Assert.Equal("0 0 0 1 1 1 2 2 2", Text(spill.Take(10)));
        Assert.Equal("0 0 0 1 1 1 2 2 2", Text(spill.Take(10)));
        spill.Remove();
        Assert.Equal("3 3 3", Text(spill.Take(1)));
        spill.Remove();
        Assert.Equal(18, spill.Lines);
        Assert.Equal("4 4 4 5 5 5 6 6 6 7 7 7 8 8 8 9 9 9", Text(spill.Take(1000)));
        spill.Remove();
        Assert.True(spill.IsEmpty);
        Assert.Equal((0, 0), (spill.Bytes, _folder.Segments.Count()));
        Assert.Null(spill.Take(10));
    }

    [Fact]
    public void Open_AfterAKill_GoesOnBehindWhatWasDelivered()
    {
        using var spill = Open();
        spill.Append([Batch(0, 1), Batch(1, 1), Batch(2, 1)]);
        spill.Take(1);
        spill.Remove();

        using var next = Spill.Open(_folder.Copy(), Options());

        Assert.Equal("1 2", Text(next.Take(10)));
        next.Append([Batch(3, 1)]);
        next.Remove();
        Assert.Equal("3", Text(next.Take(10)));
    }

    [Fact]
    public void Open_TornAtAnyByte_KeepsWholeRecordsAndGoesOn()
    {
        using (var spill = Open())
        {
            for (var n = 0; n < 5; n++)
                spill.Append([Batch(n, 2)]);
        }

        var whole = File.ReadAllBytes(_folder.Segments.Single());
        var expected = new List<string>();
        for (var length = 0; length <= whole.Length; length++)
        {
            var copy = _folder.Copy();
            File.WriteAllBytes(Directory.EnumerateFiles(copy).Single(), whole[..length]);
            using var spill = Spill.Open(copy, Options());
            spill.Append([Batch(7, 1)]);
            var text = Text(spill.Take(100));
            spill.Remove();
            text += Text(spill.Take(100)) is { Length: > 0 } rest ? " " + rest : "";
            if (expected.LastOrDefault() != text)
                expected.Add(text);
        }

        Assert.Equal(["7", "0 0 7", "0 0 1 1 7", "0 0 1 1 2 2 7", "0 0 1 1 2 2 3 3 7", "0 0 1 1 2 2 3 3 4 4 7"], expected);
        Assert.Empty(_reports);
    }

    [Fact]
    public void Open_AnyByteChanged_NeverGivesOtherLines()
    {
        using (var spill = Open())
        {
            for (var n = 0; n < 3; n++)
                spill.Append([Batch(n, 1)]);
        }

        var whole = File.ReadAllBytes(_folder.Segments.Single());
        for (var at = 16; at < whole.Length; at++)
        {
            var copy = _folder.Copy();
            var changed = whole.ToArray();
            changed[at] ^= 0x20;
            File.WriteAllBytes(Directory.EnumerateFiles(copy).Single(), changed);
            using var spill = Spill.Open(copy, Options());

            Assert.Contains(Text(spill.Take(10)), new[] { "0 1", "0 2", "1 2" });
            Assert.True(spill.Dropped >= _reports.Count);
            _reports.Clear();
        }
    }

    [Fact]
    public void Take_ARecordThatRottedMeanwhile_IsDroppedAndCounted()
    {
        using var spill = Open();
        spill.Append([Batch(0, 4), Batch(1, 1)]);
        using (var file = File.Open(_folder.Segments.Single(), FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite))
        {
            file.Position = 45;
            file.WriteByte(0xEE);
        }

        Assert.Equal("1", Text(spill.Take(10)));
        Assert.Equal(4, spill.Dropped);
        Assert.Single(_reports);
    }

    [Fact]
    public void Append_MoreThanMayBeKept_DropsTheOldest()
    {
        using var spill = Spill.Open(_folder.Path, Options() with { SpillBytes = 300_000 });
        for (var n = 0; n < 100; n++)
            spill.Append([Noise(n, 10_000)]);

        Assert.InRange(spill.Bytes, 280_000, 300_000);
        Assert.Equal(100, spill.Dropped + spill.Lines);
        Assert.InRange(_folder.Segments.Sum(path => new FileInfo(path).Length), spill.Bytes, spill.Bytes + 200_000);
        var first = (int)spill.Dropped;
        for (var n = first; n < 100; n++)
        {
            Assert.StartsWith($"{n} ", Text(spill.Take(1)), StringComparison.Ordinal);
            spill.Remove();
        }

        Assert.True(spill.IsEmpty);
    }

    [Fact]
    public void Take_OlderThanMayBeKept_IsDroppedAndCounted()
    {
        using var spill = Spill.Open(_folder.Path, Options() with { SpillAge = TimeSpan.FromHours(1) });
        spill.Append([Batch(0, 5)]);
        _clock.Pass(TimeSpan.FromMinutes(40));
        spill.Append([Batch(1, 1)]);
        _clock.Pass(TimeSpan.FromMinutes(30));

        Assert.Equal("1", Text(spill.Take(10)));
        Assert.Equal((5, 1), (spill.Dropped, spill.Lines));
        Assert.Equal(TimeSpan.FromMinutes(30), _clock.GetUtcNow() - spill.Oldest);
    }

    [Fact]
    public void Remove_AfterWhatWasTakenWasDropped_RemovesNothingElse()
    {
        using var spill = Spill.Open(_folder.Path, Options() with { SpillBytes = 100_000 });
        spill.Append([Noise(0, 50_000)]);
        spill.Take(1);
        for (var n = 1; n < 4; n++)
            spill.Append([Noise(n, 50_000)]);
        var lines = spill.Lines;

        spill.Remove();

        Assert.Equal(lines, spill.Lines);
    }

    [Fact]
    public void Open_AFolderThatIsInUse_IsRefused()
    {
        using var spill = Open();

        Assert.Equal(StoreFailure.InUse, Assert.Throws<StoreException>(Open).Failure);
    }

    private Spill Open() => Spill.Open(_folder.Path, Options());

    private InfluxOptions Options() =>
        new() { Url = new Uri("http://localhost"), Time = _clock, Report = _reports.Add, SpillAge = TimeSpan.FromDays(1000) };

    private static LineBatch Batch(int n, int lines) =>
        LineBatch.Pack(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat($"{n}\n", lines))), lines);

    // One line that does not pack.
    private static LineBatch Noise(int n, int length)
    {
        var random = new Random(n);
        var text = $"{n} " + new string([.. Enumerable.Range(0, length).Select(_ => (char)random.Next(32, 127))]) + "\n";
        return LineBatch.Pack(Encoding.UTF8.GetBytes(text), 1);
    }

    private static string Text(LineBatch? batch) =>
        batch is { } some ? Encoding.UTF8.GetString(some.Unpack()).TrimEnd('\n').Replace('\n', ' ') : "";
}
