// Judges a history: every acknowledged frame must be in the log, and what was decided and stored must be what a fault-free run decides.
using MedAI.Streaming.Pipeline;
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.Pipeline.Wire;

namespace MedAI.Streaming.Host.Chaos.Checking;

/// <summary>
/// Judges one history. It takes nobody's word: not the program's counters, and of repeats only that they are equal. Transitions are compared
/// in everything that they say, arrival time and text included, because all of it is a function of the log.
/// </summary>
internal sealed class HistoryChecker
{
    private readonly History _history;
    private readonly Findings _lost = new("lost");
    private readonly Findings _doubled = new("doubled");
    private readonly Findings _invented = new("invented");
    private readonly Findings _series = new("series");
    private int _repeats;
    private int _acknowledged;

    private HistoryChecker(History history) => _history = history;

    /// <summary>Judges a history.</summary>
    public static Verdict Check(History history)
    {
        var checker = new HistoryChecker(history);
        checker.CheckFrames();
        var expected = checker.CheckTransitions();
        checker.CheckPages();
        checker.CheckDeadLetters();
        checker.CheckSeries();
        checker.CheckSink(expected);
        return new Verdict
        {
            Lost = checker._lost.Count,
            Doubled = checker._doubled.Count,
            Invented = checker._invented.Count,
            SeriesDifferences = checker._series.Count,
            RepeatsAbsorbed = checker._repeats,
            FramesAcknowledged = checker._acknowledged,
            FramesLogged = history.Logged.Count,
            TransitionsExpected = history.Expected.Count,
            Findings =
            [
                .. checker._lost.Words, .. checker._doubled.Words, .. checker._invented.Words, .. checker._series.Words,
            ],
        };
    }

    private void CheckFrames()
    {
        var sent = _history.Sent.ToLookup(frame => frame.Id);
        var logged = new Dictionary<FrameId, List<LoggedFrame>>();
        var homes = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var frame in _history.Logged)
        {
            // Two partitions have two owners, and both would decide about the patient.
            if (homes.TryAdd(frame.Patient, frame.Partition) is false && homes[frame.Patient] != frame.Partition)
                _doubled.Add($"frames of {frame.Patient} are in partition {homes[frame.Patient]} and, at {frame.Partition}/{frame.Offset}, in another.");
            if (!logged.TryGetValue(frame.Id, out var contents))
                logged.Add(frame.Id, contents = []);
            if (contents.Exists(other => SameContent(other, frame)))
            {
                _repeats++;
                continue;
            }

            if (contents.Count > 0)
                _doubled.Add($"frame {frame.Id} is in the log with other content again, at {frame.Partition}/{frame.Offset}.");
            contents.Add(frame);

            // A frame that was numbered and never sent cannot be there either.
            if (!sent[frame.Id].Any(s => s.Sent > 0 && s.Outcome != SentOutcome.Lost && IsOf(s, frame)))
                _invented.Add($"frame {frame.Id} of {frame.Patient} at {frame.Partition}/{frame.Offset} is in the log, and nobody sent it so.");
        }

        foreach (var frame in _history.Sent.Where(s => s.Outcome == SentOutcome.Acknowledged))
        {
            _acknowledged++;
            if (!logged.TryGetValue(frame.Id, out var contents) || !contents.Exists(other => IsOf(frame, other)))
                _lost.Add($"frame {frame.Id} of {frame.Patient} was acknowledged and is not in the log.");
        }
    }

    private Dictionary<TransitionId, TransitionRecord> CheckTransitions()
    {
        var expected = new Dictionary<TransitionId, TransitionRecord>();
        foreach (var transition in _history.Expected)
        {
            expected.Add(IdOf(transition), transition);
        }

        var published = new Dictionary<TransitionId, List<TransitionRecord>>();
        foreach (var alert in _history.Published)
        {
            if (alert.Transition is not { } transition || !IsNew(published, alert, transition, "transition"))
                continue;
            if (!expected.TryGetValue(alert.Id, out var right))
                _invented.Add($"transition {alert.Id} at {alert.Partition}/{alert.Offset}: nobody expects {TransitionDigest.Line(transition)}.");
            else if (right != transition)
                _invented.Add($"transition {alert.Id} at {alert.Partition}/{alert.Offset} is {transition} and should be {right}.");
        }

        foreach (var (id, transition) in expected)
        {
            if (!published.TryGetValue(id, out var contents) || !contents.Contains(transition))
                _lost.Add($"transition {id} was not published: {TransitionDigest.Line(transition)}.");
        }

        return expected;
    }

    private void CheckPages()
    {
        var published = new Dictionary<TransitionId, List<long>>();
        foreach (var alert in _history.Published)
        {
            if (alert.PageDelayMs is not { } delay || !IsNew(published, alert, delay, "page"))
                continue;
            if (!_history.ExpectedPages.TryGetValue(alert.Id.ToString(), out var right))
                _invented.Add($"page for {alert.Id} at {alert.Partition}/{alert.Offset}: nobody expects it.");
            else if (right != delay)
                _invented.Add($"page for {alert.Id} at {alert.Partition}/{alert.Offset} has a delay of {delay} ms and should have {right} ms.");
        }

        var told = published.ToDictionary(page => page.Key.ToString(), page => page.Value, StringComparer.Ordinal);
        foreach (var (id, delay) in _history.ExpectedPages)
        {
            if (!told.TryGetValue(id, out var delays) || !delays.Contains(delay))
                _lost.Add($"page for {id} was not published.");
        }
    }

    private void CheckDeadLetters()
    {
        var published = new Dictionary<(int, long, int), List<DeadLetter>>();
        foreach (var letter in _history.DeadLetters)
        {
            if (!published.TryGetValue(KeyOf(letter), out var contents))
                published.Add(KeyOf(letter), contents = []);
            if (contents.Contains(letter))
                _repeats++;
            else if (contents.Count > 0)
                _doubled.Add($"{letter} was published before with other content.");
            contents.Add(letter);
        }

        var expected = _history.ExpectedDeadLetters.ToDictionary(KeyOf);
        foreach (var letter in published.Values.SelectMany(contents => contents.Distinct()))
        {
            if (!expected.TryGetValue(KeyOf(letter), out var right))
                _invented.Add($"nobody expects {letter}.");
            else if (right != letter)
                _invented.Add($"{letter} should be {right}.");
        }

        foreach (var letter in expected.Values.Where(letter => !published.TryGetValue(KeyOf(letter), out var there) || !there.Contains(letter)))
        {
            _lost.Add($"{letter} was not published.");
        }

        static (int, long, int) KeyOf(DeadLetter letter) => (letter.Partition, letter.Offset, letter.Index);
    }

    // Whether an alert says something about its id that no alert said before. A message is one repeat, whatever it holds.
    private bool IsNew<T>(Dictionary<TransitionId, List<T>> published, PublishedAlert alert, T content, string what)
    {
        if (!published.TryGetValue(alert.Id, out var contents))
            published.Add(alert.Id, contents = []);
        if (contents.Contains(content))
        {
            if (content is TransitionRecord || alert.Transition is null)
                _repeats++;
            return false;
        }

        if (contents.Count > 0)
            _doubled.Add($"{what} {alert.Id} was published with other content again, at {alert.Partition}/{alert.Offset}.");
        contents.Add(content);
        return true;
    }

    private void CheckSeries()
    {
        foreach (var (key, right) in _history.ExpectedSeries)
        {
            if (!_history.Series.TryGetValue(key, out var value))
                _series.Add($"the point {key} is missing; it should be {right}.");
            else if (value != right)
                _series.Add($"the point {key} is {value} and should be {right}.");
        }

        foreach (var (key, value) in _history.Series)
        {
            if (!_history.ExpectedSeries.ContainsKey(key))
                _series.Add($"the point {key} is there, {value}, and nobody expects it.");
        }
    }

    private void CheckSink(Dictionary<TransitionId, TransitionRecord> expected)
    {
        if (_history.SinkTransitions.Count == 0 && !_history.SinkHoldsTransitions)
            return;

        var there = new HashSet<TransitionId>();
        foreach (var transition in _history.SinkTransitions)
        {
            var id = IdOf(transition);
            if (!there.Add(id))
                _doubled.Add($"transition {id} is in the series store under more than one key.");
            else if (!expected.TryGetValue(id, out var right))
                _series.Add($"transition {id} is in the series store, and nobody expects it.");
            else if (!SaysTheSame(transition, right))
                _series.Add($"transition {id} in the series store is {transition} and should be {right}.");
        }

        foreach (var id in expected.Keys.Where(id => !there.Contains(id)))
        {
            _series.Add($"transition {id} is not in the series store.");
        }
    }

    private static TransitionId IdOf(TransitionRecord t) => new(t.Patient, t.Rule, t.OpenedEventTime, t.Ordinal);

    private static bool SameContent(LoggedFrame one, LoggedFrame other) =>
        one.Patient == other.Patient && one.EventTime == other.EventTime && one.Content == other.Content;

    private static bool IsOf(SentFrame sent, LoggedFrame logged) =>
        sent.EventTime == logged.EventTime && (sent.Patient.Length == 0 || sent.Patient == logged.Patient);

    // A series store keeps of a transition what a chart shows: not its inputs, nor its sentence.
    private static bool SaysTheSame(TransitionRecord one, TransitionRecord other) =>
        one.Kind == other.Kind && one.Priority == other.Priority && one.Reason == other.Reason && one.EventTime == other.EventTime;
}
