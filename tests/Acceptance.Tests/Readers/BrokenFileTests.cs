// Files that are broken as files: empty, cut off, corrupt, or with a line of 100 MB.
using System.Text;
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Domain.Vitals;
using MedAI.Streaming.Evaluation.Readers;
using Xunit;

namespace Acceptance.Tests.Readers;

public sealed class BrokenFileTests : Recordings
{
    private const string Header = "patient,time,vital,value\n";

    public static TheoryData<string, string, string> Formats => new()
    {
        { "csv", "patient,time,vital,value\n", "p1,{0},heart_rate,80\n" },
        { "ndjson", "", "{{\"patient\":\"p1\",\"time\":{0},\"vital\":\"heart_rate\",\"value\":80}}\n" },
        { "bidmc", "record,Time [s],HR,PULSE,RESP,SpO2\n", "p1,{0},80,NaN,NaN,NaN\n" },
        {
            "mimic3", "row_id,subject_id,hadm_id,icustay_id,itemid,concept,charttime,storetime,value,valuenum,valueuom,error\n",
            "1,p1,2,3,4,HR,{0},,80,80,bpm,0\n"
        },
    };

    [Theory]
    [InlineData("cinc2019")]
    [InlineData("bidmc")]
    [InlineData("mimic3")]
    [InlineData("csv")]
    [InlineData("ndjson")]
    public void Open_EmptyFile_Throws(string format)
    {
        Assert.Contains("is empty", OpenFails(format, Write("e", "")), StringComparison.Ordinal);
        Assert.Contains("is empty", OpenFails(format, WriteBytes("e.gz", Gzip(""))), StringComparison.Ordinal);
        Assert.Contains("broken gzip", OpenFails(format, WriteBytes("b.gz", Gzip("anything")[..8])), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Read_Gzip_GivesTheSameAsPlain(string format, string header, string row)
    {
        var content = Content(header, row, 3000);
        var parts = WriteBytes("v.gz", [.. Gzip(content[..5000]), .. Gzip(content[5000..])]);

        var plain = Texts(Read(format, Write("v", content)));

        Assert.Equal(3000, plain.Count);
        Assert.Equal(plain, Texts(Read(format, WriteBytes("w.gz", Gzip(content)))));
        Assert.Equal(plain, Texts(Read(format, parts)));
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Read_GzipCutOff_KeepsWhatCameBeforeAndClosesWithOneRefusal(string format, string header, string row)
    {
        var whole = Gzip(Content(header, row, 3000));
        foreach (var length in (int[])[whole.Length / 2, whole.Length - 9, whole.Length - 8, whole.Length - 1])
        {
            var elements = Read(format, WriteBytes("v.gz", whole[..length]));

            Assert.InRange(elements.Count, 100, 3001);
            Assert.Equal(RejectReason.Truncated, Assert.IsType<RefusedElement>(elements[^1]).Reason);
            Assert.All(elements.SkipLast(1), element => Assert.IsType<FrameElement>(element));
            AssertInOrder(elements);
        }
    }

    [Fact]
    public void Read_SecondPartOfGzipCutOff_ClosesWithOneRefusal()
    {
        var content = Content(Header, "p1,{0},heart_rate,80\n", 3000);
        var second = Gzip(content[5000..]);

        var elements = Read("csv", WriteBytes("v.gz", [.. Gzip(content[..5000]), .. second[..(second.Length / 2)]]));

        Assert.Equal(RejectReason.Truncated, Assert.IsType<RefusedElement>(elements[^1]).Reason);
    }

    [Fact]
    public void Read_GzipCorrupt_KeepsWhatCameBeforeAndClosesWithOneRefusal()
    {
        var bytes = Gzip(Content(Header, "p1,{0},heart_rate,80\n", 300_000));
        Array.Fill(bytes, (byte)0xff, bytes.Length / 2, 50);

        var elements = Read("csv", WriteBytes("v.gz", bytes));

        Assert.InRange(elements.Count, 1000, 300_000);
        Assert.Equal(RejectReason.Malformed, Assert.IsType<RefusedElement>(elements[^1]).Reason);
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Read_LastLineCutOff_IsTruncatedAndCostsNothingElse(string format, string header, string row)
    {
        var content = Content(header, row, 10);

        var elements = Read(format, Write("v", content[..^(row.Length / 2)]));

        Assert.Equal(RejectReason.Truncated, OnlyRefused(elements).Reason);
        Assert.Equal(format == "ndjson" ? "v:10" : "v:11", OnlyRefused(elements).Where);
        Assert.Equal(10, Readings(elements));
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Read_LineOf100Megabytes_IsSkippedWithoutBeingLoaded(string format, string header, string row)
    {
        var path = Path.Combine(Folder, "long");
        using (var file = File.Create(path))
        {
            file.Write(Encoding.UTF8.GetBytes(Content(header, row, 5)));
            var block = new byte[1 << 20];
            Array.Fill(block, (byte)'x');
            for (var megabyte = 0; megabyte < 100; megabyte++)
                file.Write(block);
            file.Write("\n"u8);
            file.Write(Encoding.UTF8.GetBytes(Content("", row, 5)));
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        var elements = Read(format, path);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        var refused = OnlyRefused(elements);
        Assert.Equal((RejectReason.LineTooLong, 200), (refused.Reason, refused.Text.Length));
        Assert.Equal(format == "ndjson" ? "long:6" : "long:7", refused.Where);
        Assert.Equal(11, Readings(elements));
        Assert.True(allocated < 16 << 20, $"{allocated} bytes were allocated");
    }

    [Theory]
    [InlineData(1 << 20, true)]
    [InlineData((1 << 20) + 1, false)]
    public void Read_LineAtTheLimit_IsTaken(int length, bool isTaken)
    {
        const string Start = "p1,0,heart_rate,";
        var line = Start + new string('9', length - Start.Length);

        var elements = Read("csv", Write("v.csv", Header + "p1,0,heart_rate,80\n" + line + "\np1,1,heart_rate,81\n"));

        Assert.Equal(3, Readings(elements));
        Assert.Equal(
            isTaken ? [] : [RejectReason.LineTooLong], elements.OfType<RefusedElement>().Select(refused => refused.Reason));
    }

    [Fact]
    public void Read_LongLineAtTheEndOfAGzipCutOff_IsToldBeforeTheEnd()
    {
        // Blocks that do not compress well, so that half of the file is half of the line.
        var random = new Random(7);
        var line = string.Concat(Enumerable.Range(0, 4_000_000).Select(_ => (char)('a' + random.Next(26))));
        var whole = Gzip(Header + "p1,0,heart_rate,80\n" + line);

        var elements = Read("csv", WriteBytes("v.gz", whole[..(whole.Length * 3 / 4)]));

        Assert.Equal(
            [RejectReason.LineTooLong, RejectReason.Truncated],
            elements.OfType<RefusedElement>().Select(refused => refused.Reason));
    }

    private static string Content(string header, string row, int count)
    {
        var content = new StringBuilder(header);
        for (var index = 0; index < count; index++)
            content.AppendFormat(null, row, index);
        return content.ToString();
    }

    private static string OpenFails(string format, string path) =>
        Assert.Throws<RecordedInputException>(() => RecordedSources.Open(format, path)).Message;
}
