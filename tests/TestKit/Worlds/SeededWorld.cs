// A whole edge in one thread under one seed: feed, log, flows, stores, clock and crashes, in an order that the seed decides.
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Pipeline;
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.Simulation;
using MedAI.Streaming.TestKit.InMemory;

namespace MedAI.Streaming.TestKit.Worlds;

/// <summary>How a world is run. Nothing of it may change what is decided.</summary>
/// <param name="Partitions">Partitions of the log.</param>
/// <param name="Batch">The most records of a batch.</param>
/// <param name="CrashChance">Chance, per effect on a store, that the process dies just before or just after it.</param>
/// <param name="Seed">Decides the order of everything.</param>
/// <param name="Clocks">Clock records come between the elements, as from the owner of a live partition.</param>
public sealed record WorldOptions(int Partitions = 1, int Batch = 256, double CrashChance = 0, ulong Seed = 1, bool Clocks = false);

/// <summary>What a world left behind.</summary>
/// <param name="Lines">The digest's line of each transition, in canonical order.</param>
/// <param name="Pages">Ids of the pages with their delays, in ordinal order.</param>
/// <param name="Totals">Counters.</param>
/// <param name="Series">Points, as text, in ordinal order.</param>
/// <param name="DeadLetters">Reasons with details, in ordinal order.</param>
/// <param name="Crashes">How often the process died.</param>
public sealed record WorldResult(
    IReadOnlyList<string> Lines, IReadOnlyList<string> Pages, FlowTotals Totals, IReadOnlyList<string> Series,
    IReadOnlyList<string> DeadLetters, int Crashes);

/// <summary>Runs worlds. The flows' own loop is stepped, not imitated; only the threads are gone.</summary>
public sealed class SeededWorld
{
    private readonly WorldOptions _options;
    private readonly SeededRandom _random;
    private readonly TestClock _clock = new();
    private readonly InMemoryEventLog _log;
    private readonly InMemoryStateStore _state = new();
    private readonly InMemorySeriesStore _series = new();
    private readonly IReadOnlyList<LogElement> _elements;
    private readonly Func<FlowLaw> _law;
    private int _crashes;

    private SeededWorld(IReadOnlyList<LogElement> elements, WorldOptions options, Func<FlowLaw> law)
    {
        _elements = elements;
        _options = options;
        _law = law;
        _random = new SeededRandom(options.Seed);
        _log = new InMemoryEventLog(options.Partitions) { BeforeAppend = MayCrash, AfterAppend = MayCrash };
        _state.BeforeCommit = _state.AfterCommit = MayCrash;
        _series.BeforeWrite = _series.AfterWrite = MayCrash;
    }

    /// <summary>Runs elements, in arrival order, to the end.</summary>
    public static WorldResult Run(IReadOnlyList<LogElement> elements, WorldOptions options, Func<FlowLaw>? law = null) =>
        new SeededWorld(elements, options, law ?? (() => TestLaw.Create())).Run();

    private WorldResult Run()
    {
        while (true)
        {
            try
            {
                return RunProcess();
            }
            catch (CrashException)
            {
                // Everything in memory is gone; the next process finds the stores as they are.
                _crashes++;
            }
        }
    }

    /// <summary>What a series store has of the patients of some elements, as text, in ordinal order.</summary>
    public static IReadOnlyList<string> Lines(IReadOnlyList<LogElement> elements, ISeriesStore series) =>
    [
        .. elements.Select(e => e.Key).Where(k => k.Length > 0).Distinct()
            .SelectMany(p => series.Read(p).Select(s =>
                FormattableString.Invariant($"{p} {s.Series} {s.Point.EventTime} {s.Point.Value:R} {s.Point.Flags}")))
            .Order(StringComparer.Ordinal),
    ];

    private WorldResult RunProcess()
    {
        var appender = new LogAppender(_log);
        var options = new FlowOptions { BatchRecords = _options.Batch, CheckpointGroups = 3, SeriesPoints = 100 };
        var stores = new FlowStores(_log, _state, _series);
        var law = _law();
        var runners = Enumerable.Range(0, _options.Partitions)
            .Select(p => new FlowRunner(p, stores, law, options, _clock, null)).ToArray();
        foreach (var runner in runners)
        {
            runner.Load();
        }

        while (Step(appender, runners))
        {
            _clock.Pass(TimeSpan.FromMilliseconds(_random.Between(0, 30_000)));
        }

        foreach (var runner in runners)
        {
            runner.CheckpointAll();
        }

        return Result(runners);
    }

    // One thing happens: some more input reaches the log, or one flow takes one step. False: everything is done.
    private bool Step(LogAppender appender, FlowRunner[] runners)
    {
        var fed = appender.InputPosition > _elements.Count;
        if (!fed && _random.Chance(0.5))
        {
            Feed(appender);
            return true;
        }

        var start = _random.Between(0, runners.Length - 1);
        for (var i = 0; i < runners.Length; i++)
        {
            if (runners[(start + i) % runners.Length].Step())
            {
                return true;
            }
        }

        return !fed;
    }

    private void Feed(LogAppender appender)
    {
        var count = _random.Between(1, 60);
        for (; count > 0 && appender.InputPosition < _elements.Count; count--)
        {
            var element = _elements[(int)appender.InputPosition];
            if (_options.Clocks && _random.Chance(0.3))
            {
                appender.AddClock(element.ArrivalTime - _random.Between(0, 1000));
            }

            appender.AddInput(element);
        }

        if (appender.InputPosition == _elements.Count)
        {
            appender.AddClock((_elements.Count == 0 ? 0 : _elements[^1].ArrivalTime) + LogFeeder.LastClockMs(TestLaw.Settings));
            appender.EndInput();
        }

        appender.Flush();
    }

    private WorldResult Result(FlowRunner[] runners)
    {
        var totals = new FlowTotals();
        foreach (var runner in runners)
        {
            runner.AddTo(totals);
        }

        return new(
            [.. _state.Transitions().Select(TransitionDigest.Line)],
            [.. _state.UnsentPages(int.MaxValue).Select(p => $"{p.Transition.Id} {p.DelayMs}").Order(StringComparer.Ordinal)],
            totals,
            Lines(_elements, _series),
            [.. _state.DeadLetters().Select(d => $"{d.Patient} {d.Reason} {d.Readings} {d.Detail}").Order(StringComparer.Ordinal)],
            _crashes);
    }

    private void MayCrash()
    {
        if (_options.CrashChance > 0 && _random.Chance(_options.CrashChance))
        {
            throw new CrashException();
        }
    }

    private sealed class CrashException : Exception;
}
