// The layout of points and transitions in line protocol, and what goes where when it cannot be written.
using System.Text;
using MedAI.Streaming.Adapters.Influx;
using MedAI.Streaming.Domain.Alerts;
using MedAI.Streaming.Pipeline.Ports;
using Xunit;

namespace MedAI.Streaming.Adapters.Tests.Influx;

public sealed class LineWriterTests
{
    [Fact]
    public void Write_ReadingsAndScores_HaveTheirKeysAsTags()
    {
        var batch = new SeriesBatch()
            .Add("p1", "heart_rate", 1000, 80.5, PointFlags.Late | PointFlags.Questionable, "monitor 3")
            .Add("p1", "score.news2", 60_000, 7, PointFlags.Partial, null)
            .Add("p=2", "model.sepsis", -5, 0.25, device: null)
            .Add("", "spo2", 0, 97, device: "");

        Assert.Equal(
            [
                "vital,device=monitor\\ 3,patient=p1,series=heart_rate value=80.5,flags=3i 1000000000",
                "score,patient=p1,series=score.news2 value=7,flags=4i 60000000000",
                "score,patient=p\\=2,series=model.sepsis value=0.25,flags=0i -5000000",
                "vital,series=spo2 value=97,flags=0i 0",
            ],
            Lines(new LineWriter(100), batch));
    }

    [Fact]
    public void Write_Transitions_KeepWhatWasDecided()
    {
        var batch = new SeriesBatch { Transitions = { Points.Transition("p,1", "limit.heart_rate.high", 5000, 2, 7000, text: "131 \"high\"\\") } };

        Assert.Equal(
            [
                "transition,ordinal=2,patient=p\\,1,rule=limit.heart_rate.high id=\"p,1|limit.heart_rate.high|5000|2\",kind=\"Opened\","
                + "alert=\"Physiological\",priority=\"High\",reason=\"AboveLimit\",level=3i,opened=5000i,arrival=7250i,value=131,threshold=130,"
                + "inputs=\"d1/1/7/heart_rate\",missing=\"\",model=\"\",text=\"131 \\\"high\\\"%5C\" 7000002000",
            ],
            Lines(new LineWriter(100), batch));
    }

    [Fact]
    public void Write_TransitionsOfOneRuleAtOneTime_HaveKeysOfTheirOwn()
    {
        var batch = new SeriesBatch
        {
            Transitions =
            {
                Points.Transition("p", "r", 1000, 1, 9000, TransitionKind.Resolved),
                Points.Transition("p", "r", 9000, 0, 9000),
                Points.Transition("p", "r", 9000, 1, 9000, TransitionKind.Escalated),
                Points.Transition("p", "r", 9500, 1, 9000, TransitionKind.Acknowledged),
                Points.Transition("p", "r", 1000, 1, 9000, TransitionKind.Resolved, double.NaN),
            },
        };

        var keys = Lines(new LineWriter(100), batch).Select(line => line.Split(' ')).Select(parts => $"{parts[0]} {parts[^1]}").ToList();
        Assert.Equal(4, keys.Distinct().Count());
        Assert.Equal(keys[0], keys[4]);
    }

    [Fact]
    public void Write_NoNumbersAndTimesBeyondTheServers_AreCountedAndLeftOut()
    {
        var writer = new LineWriter(100);
        var batch = new SeriesBatch().Add("p", "x", 0, double.NaN).Add("p", "x", 0, double.PositiveInfinity)
            .Add("p", "x", long.MaxValue, 1).Add("p", "x", long.MinValue, 1).Add("p", "x", 0, 1);
        batch.Transitions.Add(Points.Transition("p", "r", 0, 0, 0, value: double.NaN));

        var lines = Lines(writer, batch);

        Assert.Equal((4, 2), (writer.Unwritable, lines.Length));
        Assert.DoesNotContain(",value=", lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public void Write_MoreThanARequestCarries_IsCut()
    {
        var batch = Points.Seconds(0, 25);
        batch.Transitions.AddRange(Enumerable.Range(0, 6).Select(n => Points.Transition("p", "r", 0, n, n)));

        Assert.Equal([10, 10, 10, 1], new LineWriter(10).Write(batch).Select(lines => lines.Lines));
    }

    [Fact]
    public void Write_ABatchWhoseNamesGrew_AndAnotherBatch_GoByTheNames()
    {
        var writer = new LineWriter(100);
        var batch = new SeriesBatch().Add("p", "x", 0, 1);
        Lines(writer, batch);
        batch.Points.Clear();
        batch.Add("q", "y", 0, 1, device: "e");
        var other = new SeriesBatch().Add("q", "y", 0, 1, device: "e");

        Assert.Equal(Lines(new LineWriter(100), other), Lines(writer, batch));
        Assert.Equal(Lines(new LineWriter(100), other), Lines(writer, other));
    }

    [Fact]
    public void Halve_AndJoin_KeepEveryLine()
    {
        var whole = Assert.Single(new LineWriter(100).Write(Points.Seconds(0, 7)));

        var (first, second) = whole.Halve();

        Assert.Equal((3, 4), (first.Lines, second.Lines));
        Assert.Equal(whole.Unpack(), LineBatch.Join([first, second]).Unpack());
    }

    private static string[] Lines(LineWriter writer, SeriesBatch batch) =>
        [.. writer.Write(batch).SelectMany(lines => Encoding.UTF8.GetString(lines.Unpack()).Split('\n', StringSplitOptions.RemoveEmptyEntries))];
}
