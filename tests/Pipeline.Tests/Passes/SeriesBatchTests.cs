// What the series store is given beside values: the device of each reading, and every transition before the checkpoint that covers it.
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Domain.Vitals;
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.TestKit.InMemory;
using MedAI.Streaming.TestKit.Worlds;
using Xunit;

namespace MedAI.Streaming.Pipeline.Tests.Passes;

public sealed class SeriesBatchTests
{
    private const long Start = 1_772_431_200_000;
    private readonly InMemoryEventLog _log = new(1);
    private readonly InMemoryStateStore _state = new();
    private readonly KeepingStore _series = new();
    private readonly List<LogElement> _elements = [];

    [Fact]
    public void Run_ReadingsAndScores_NameTheirDevice()
    {
        // More devices than a patient may wear at once: the last takes the place of the first, and its number in the flow.
        for (var device = 0; device < 17; device++)
        {
            Frames($"d{device}", device * 10, 10, 80);
            _elements.Add(new DeviceAssociationElement(At((device * 10) + 10), "p", $"d{device}", Start, At((device * 10) + 10), "a nurse"));
        }

        Frames("d0", 170, 10, 80);
        Run();

        var devices = _series.Points.Where(p => p.Series == "heart_rate").OrderBy(p => p.Time).Select(p => p.Device).Distinct();
        Assert.Equal(Enumerable.Range(0, 17).Select(d => $"d{d}").Append("d0").Distinct(), devices);
        Assert.All(
            _series.Points.Where(p => p.Series == "heart_rate"),
            p => Assert.Equal($"d{(p.Time - Start) / 10_000 % 17}", p.Device));
        Assert.Contains(_series.Points, p => p.Series.StartsWith("score.", StringComparison.Ordinal));
        Assert.All(_series.Points.Where(p => p.Series != "heart_rate"), p => Assert.Null(p.Device));
    }

    [Fact]
    public void Run_DevicesThatTakeEachOthersPlaceOverAndOver_AreNamedOnce()
    {
        for (var turn = 0; turn < 51; turn++)
        {
            Frames($"d{turn % 17}", turn * 10, 10, 80);
            _elements.Add(new DeviceAssociationElement(At((turn * 10) + 10), "p", $"d{turn % 17}", Start, At((turn * 10) + 10), "a nurse"));
        }

        Run();

        Assert.Equal(17, _series.Devices.Distinct().Count());
        Assert.Equal(_series.Devices.Distinct(), _series.Devices);
    }

    [Fact]
    public void Run_ADeviceSaysTwoThingsOfOneTime_TellsThemApartAndARepeatNot()
    {
        Frames("d", 0, 10, 80);
        var again = (FrameElement)_elements[^1];
        _elements.Add(again with { Epoch = 2, Sequence = 1, Readings = [new(VitalSign.HeartRate, 95)] });
        Run();
        var first = HeartRates();
        _elements.Clear();
        using var anew = new InMemoryStateStore();
        Run(anew);

        Assert.Equal(11, first.Count);
        Assert.Equal(22, HeartRates().Count);
        Assert.Equal(10, first.Select(p => p.Time).Distinct().Count());
        Assert.Equal(11, first.Distinct().Count());
        Assert.Equal(first, HeartRates().Distinct());
        Assert.All(first, p => Assert.InRange(p.Apart, 0, 999_999));
        List<(long Time, int Apart)> HeartRates() => [.. _series.Points.Where(p => p.Series == "heart_rate").Select(p => (p.Time, p.Apart))];
    }

    [Fact]
    public void Run_Transitions_ReachTheSeriesOnceTheyAreDurableAndBeforeTheirCheckpoint()
    {
        Frames("d", 0, 120, 170);
        var commits = new List<(long Offset, int InSeries)>();
        _state.AfterCommit = () => commits.Add((_state.Load(0, (_, _) => { }), _series.Transitions.Count));
        Run();

        var durable = _state.After("", 1000).Select(t => t.Transition.Id).ToList();
        Assert.NotEmpty(durable);
        Assert.Equal(durable, _series.Transitions.ConvertAll(t => t.Id));
        Assert.Equal(0, commits.First().Offset);
        Assert.All(commits.Where(c => c.Offset == _log.NextOffset(0)), c => Assert.Equal(durable.Count, c.InSeries));
    }

    [Fact]
    public void Run_AfterACrashBehindTheCommit_GivesTheTransitionsAgain()
    {
        Frames("d", 0, 120, 170);
        _series.Fails = true;
        Assert.Throws<StoreException>(() => Run());
        var durable = _state.After("", 1000).Select(t => t.Transition.Id).ToList();
        Assert.NotEmpty(durable);
        Assert.Empty(_series.Transitions);

        _series.Fails = false;
        _elements.Clear();
        Run();

        Assert.Equal(durable, _series.Transitions.ConvertAll(t => t.Id).Take(durable.Count));
    }

    private static long At(int second) => Start + (second * 1000L);

    private void Frames(string device, int from, int count, double heartRate)
    {
        for (var second = from; second < from + count; second++)
        {
            _elements.Add(new FrameElement(
                At(second), "p", device, SourceClass.Bedside, 1, (ulong)second + 1, At(second), [new(VitalSign.HeartRate, heartRate)]));
        }
    }

    private void Run(IStateStore? state = null)
    {
        var appender = new LogAppender(_log);
        foreach (var element in _elements)
        {
            appender.AddInput(element);
        }

        appender.Flush();
        using var runner = new FlowRunner(
            0, new FlowStores(_log, state ?? _state, _series), TestLaw.Create(), new FlowOptions { BatchRecords = 7 }, new TestClock(), null);
        runner.Load();
        while (runner.Step())
        {
        }

        runner.CheckpointAll();
    }

    private sealed class KeepingStore : ISeriesStore
    {
        public List<(string Series, string? Device, long Time, int Apart)> Points { get; } = [];

        public List<TransitionRecord> Transitions { get; } = [];

        public IReadOnlyList<string> Devices { get; private set; } = [];

        public bool Fails { get; set; }

        public long AppliedOffset(int partition) => 0;

        public void Write(int partition, long throughOffset, SeriesBatch batch)
        {
            if (Fails) throw new StoreException(StoreFailure.Unavailable, "away");
            Points.AddRange(batch.Points.Select(p =>
                (batch.Names[p.Series], p.Device < 0 ? null : batch.Devices[p.Device], p.EventTime, p.Apart)));
            Transitions.AddRange(batch.Transitions);
            Devices = batch.Devices;
        }

        public IEnumerable<(string Series, SeriesPoint Point)> Read(string patient, string? series, long from, long until) => [];

        public void Dispose()
        {
        }
    }
}
