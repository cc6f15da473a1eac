// The model whose alerts count dies while the service runs: everything else goes on, it is told, and a later start with a model that answers misses nothing.
using System.Globalization;
using MedAI.Streaming.Domain.Alerts;
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Domain.Vitals;
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.Pipeline.Wire;
using MedAI.Streaming.TestKit.InMemory;
using MedAI.Streaming.TestKit.Logs;
using MedAI.Streaming.TestKit.Waiting;
using MedAI.Streaming.TestKit.Worlds;
using Xunit;
using Proto = MedAI.Schemas.V1;

namespace MedAI.Streaming.Pipeline.Tests.Live;

public sealed class DeadModelTests
{
    private const string Risk = "model.memory";
    private const int Partitions = 2;

    // In seconds. Steps of the model end each 600 seconds.
    private const int Dies = 2000;
    private const int Worsens = 3000;
    private const int Returns = 4000;
    private const int End = 6000;

    // Two in each partition.
    private static readonly string[] Patients =
        [.. Enumerable.Range(0, 50).Select(i => $"p{i}").GroupBy(p => Partitioner.PartitionOf(p, Partitions)).SelectMany(p => p.Take(2))];

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);
    private readonly IReadOnlyList<LogElement> _elements = Ward();
    private readonly InMemoryEventLog _log = new(Partitions);
    private readonly InMemoryStateStore _state = new();
    private readonly InMemorySeriesStore _series = new();

    [Fact]
    public async Task Run_ModelDies_GoesOnWithoutItAndSaysSo()
    {
        await RunUntilItIsDead();

        Assert.Equal(Enumerable.Range(0, Partitions).Select(p => (p, false)), Availability().Select(a => (a.Partition, a.Available)));
        Assert.Contains(Availability(), a => a.Detail == "it died");
        foreach (var patient in Patients)
        {
            var later = Transitions(patient).Where(t => t.EventTime >= At(Dies)).ToArray();
            Assert.Contains(Transitions(patient), t => t is { Rule: "technical.model", Kind: TransitionKind.Opened, Reason: TransitionReason.ModelSilent });
            Assert.Contains(later, t => t is { Rule: "limit.spo2.low", Kind: TransitionKind.Opened } && t.EventTime >= At(Worsens));
            Assert.Contains(later, t => t is { Rule: "score.news2", Kind: TransitionKind.Opened } && t.EventTime >= At(Worsens));
            Assert.DoesNotContain(later, t => t is { Rule: Risk, Kind: TransitionKind.Opened or TransitionKind.Escalated });
        }

        Assert.Empty(Risks(_series, Dies, End));
    }

    [Fact]
    public async Task Start_WithAModelThatAnswers_GoesOnAsIfItHadNeverDied()
    {
        await RunUntilItIsDead();
        using (var supervisor = Supervisor(TestLaw.Create(), out var appender))
        {
            supervisor.Take([.. Enumerable.Range(0, Partitions)]);
            Append(appender, Returns, End);
            appender.AddClock(At(End) + LogFeeder.LastClockMs(TestLaw.Settings));
            appender.Flush();
            supervisor.Complete();
            await supervisor.WhenEndedAsync().WaitAsync(Deadline, TestContext.Current.CancellationToken);
            await supervisor.StopAsync();
        }

        Assert.Equal(Partitions, Availability().Count(a => a.Available));
        Assert.All(Patients, patient => Assert.Equal(
            (TransitionKind.Resolved, TransitionReason.ModelBack),
            Transitions(patient).Where(t => t.Rule == "technical.model").Select(t => (t.Kind, t.Reason)).Last()));
        var always = SeededWorld.Run(_elements, new WorldOptions(Partitions)).Series;
        Assert.Equal(Risks(always, Returns, End), Risks(_series, Returns, End));
        Assert.Empty(Risks(_series, Dies, Returns - 10));
    }

    // The second time there is nothing to be said: the log has it.
    [Fact]
    public async Task Start_Again_SaysNothingMore()
    {
        await RunUntilItIsDead();
        for (var start = 0; start < 2; start++)
        {
            using var supervisor = Supervisor(TestLaw.Create(), out _);
            supervisor.Take([.. Enumerable.Range(0, Partitions)]);
            await Applied(supervisor);
            await supervisor.StopAsync();
        }

        Assert.Equal(2 * Partitions, Availability().Count());
    }

    // Its own alert was open when the model died. What was decided without it stands, though the next start goes on from a checkpoint before
    // the death, with a model that answers.
    [Fact]
    public async Task Start_AfterAKillThatLeftNoCheckpointOfTheDeath_GoesOn()
    {
        await RunUntilItIsDead(Worsens + 500, isKilled: true);
        Assert.All(Patients, patient => Assert.Contains(Transitions(patient), t => t is { Rule: Risk, Kind: TransitionKind.Opened }));
        using var supervisor = Supervisor(TestLaw.Create(), out var appender);
        supervisor.Take([.. Enumerable.Range(0, Partitions)]);
        Append(appender, Returns, End);
        appender.Flush();
        supervisor.Complete();

        await supervisor.WhenEndedAsync().WaitAsync(Deadline, TestContext.Current.CancellationToken);

        await supervisor.StopAsync();
        Assert.Equal(Partitions, Availability().Count(a => a.Available));
        Assert.All(Patients, patient => Assert.Contains(Transitions(patient), t => t is { Rule: "technical.model", Kind: TransitionKind.Opened }));
    }

    private async Task RunUntilItIsDead(int dies = Dies, bool isKilled = false)
    {
        var dead = false;
        var model = new InMemoryModel(TestLaw.Card, 64)
        {
            BeforeRun = _ =>
            {
                if (Volatile.Read(ref dead))
                    throw new ModelFailedException("it died");
            },
        };
        using var supervisor = Supervisor(TestLaw.Create(model: model), out var appender);
        supervisor.Take([.. Enumerable.Range(0, Partitions)]);
        Append(appender, 0, dies);
        appender.Flush();
        await Applied(supervisor);
        supervisor.GiveUp([.. Enumerable.Range(0, Partitions)]);
        supervisor.Take([.. Enumerable.Range(0, Partitions)]);
        Volatile.Write(ref dead, true);
        Append(appender, dies, Returns);
        appender.Flush();
        await Applied(supervisor);
        if (isKilled)
        {
            await Eventually.Async(
                () => Patients.All(patient => Transitions(patient).Any(t => t is { Rule: "technical.model" })), Deadline, "decisions to be durable");
            supervisor.Lose([.. Enumerable.Range(0, Partitions)]);
        }

        await supervisor.StopAsync();
    }

    private FlowSupervisor Supervisor(FlowLaw law, out LogAppender appender)
    {
        appender = new LogAppender(_log);
        return new FlowSupervisor(new FlowStores(_log, _state, _series), law, appender, new FlowOptions { CheckpointInterval = TimeSpan.FromHours(1) }, TimeProvider.System);
    }

    private void Append(LogAppender appender, int from, int until)
    {
        foreach (var element in _elements.Where(e => e.ArrivalTime >= At(from) && e.ArrivalTime < At(until)))
        {
            appender.AddInput(element);
        }
    }

    private static Task Applied(FlowSupervisor supervisor) => Eventually.Async(() => supervisor.Lag == 0, Deadline, "the flows");

    private IEnumerable<(int Partition, bool Available, string Detail)> Availability() =>
        from record in LoggedFrames.Records(_log)
        where record.Kind == RecordKind.ModelAvailability
        let said = Proto.ModelAvailability.Parser.ParseFrom(record.Payload)
        select (record.Partition, said.Available, said.Detail);

    private TransitionRecord[] Transitions(string patient) => [.. _state.Transitions().Where(t => t.Patient == patient)];

    private string[] Risks(InMemorySeriesStore series, int from, int until) => Risks(SeededWorld.Lines(_elements, series), from, until);

    private static string[] Risks(IReadOnlyList<string> points, int from, int until) =>
        [.. points.Where(p => p.Split(' ') is var f && f[1] == Risk && Time(f[2]) >= At(from) && Time(f[2]) <= At(until))];

    private static long Time(string text) => long.Parse(text, CultureInfo.InvariantCulture);

    private static List<LogElement> Ward()
    {
        var elements = new List<LogElement>();
        for (var second = 0; second < End; second += 10)
        {
            var worse = second >= Worsens;
            elements.AddRange(Patients.Select((patient, i) => new FrameElement(
                At(second), patient, "monitor", SourceClass.Bedside, 1, (ulong)(second / 10) + 1, At(second),
                [
                    new(VitalSign.HeartRate, (worse ? 115 : 75) + i), new(VitalSign.SpO2, worse ? 84 : 97 - i),
                    new(VitalSign.RespiratoryRate, worse ? 28 : 14 + i), new(VitalSign.Temperature, 37.1),
                ])));
        }

        return elements;
    }

    private static long At(int second) => 1_772_431_200_000 + (second * 1000L);
}
