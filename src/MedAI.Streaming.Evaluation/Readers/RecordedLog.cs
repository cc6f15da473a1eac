// Gathers what a reader finds in file order, and hands it out as elements in arrival order.
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Domain.Vitals;
using MedAI.Streaming.Evaluation.Readers.Text;

namespace MedAI.Streaming.Evaluation.Readers;

/// <summary>
/// Frames, facts and refusals of one read. Readers add them in file order; <see cref="InArrivalOrder"/> sorts by (arrival, facts
/// before all else, file order).
/// </summary>
internal sealed class RecordedLog
{
    /// <summary>A frame holds at most this many readings.</summary>
    public const int MostReadings = 64;

    private const int ShownOfRefused = 200;

    private readonly SegmentedList<FrameRow> _frames = new();
    private readonly SegmentedList<ReadingRow> _readings = new();
    private readonly List<PatientFactsElement> _facts = [];
    private readonly List<RefusedElement> _refused = [];
    private readonly SegmentedList<Item> _items = new();
    private readonly List<long> _firstArrivals = [];
    private readonly Dictionary<(int Patient, int Device), ulong[]> _sequences = [];
    private long? _lastArrival;
    private long _latestArrival = long.MinValue;
    private bool _isCutShort;

    private enum Kind : byte
    {
        Facts,
        Frame,
        Refused,
    }

    /// <summary>The patients met so far.</summary>
    public NameTable Patients { get; } = new();

    /// <summary>The names of devices and of unknown vital signs.</summary>
    public NameTable Names { get; } = new();

    /// <summary>Adds a frame.</summary>
    /// <param name="head">What it says beside its readings.</param>
    /// <param name="readings">1 to <see cref="MostReadings"/> readings.</param>
    public void AddFrame(in FrameHead head, ReadOnlySpan<ReadingRow> readings)
    {
        _items.Add(new Item(Kind.Frame, _frames.Count));
        _frames.Add(new FrameRow { Head = head, FirstReading = _readings.Count, Count = (byte)readings.Length });
        foreach (ref readonly var reading in readings)
            _readings.Add(reading);
        SawArrival(head.ArrivalTime);

        while (_firstArrivals.Count <= head.Patient)
            _firstArrivals.Add(long.MaxValue);
        _firstArrivals[head.Patient] = Math.Min(_firstArrivals[head.Patient], head.ArrivalTime);
    }

    /// <summary>Whether a patient has at least one frame.</summary>
    public bool HasFrames(string patient) =>
        Patients.Find(patient) is var number && number >= 0 && number < _firstArrivals.Count
        && _firstArrivals[number] != long.MaxValue;

    /// <summary>Adds facts that arrive at their own time.</summary>
    public void AddFacts(PatientFactsElement facts)
    {
        _items.Add(new Item(Kind.Facts, _facts.Count));
        _facts.Add(facts);
        SawArrival(facts.ArrivalTime);
    }

    /// <summary>
    /// Adds facts that arrive with the first frame of their patient, who has one, wherever in the file that stands.
    /// </summary>
    public void AddFactsAtFirstArrival(PatientFactsElement facts)
    {
        _items.Add(new Item(Kind.Facts, _facts.Count));
        _facts.Add(facts with { ArrivalTime = long.MinValue });
    }

    /// <summary>Adds the current line of a file as refused input that stands for a number of readings.</summary>
    public void AddRefused(LineReader reader, RejectReason reason, int readings = 1) =>
        AddRefused(reader.Where, reader.Line, reason, readings);

    /// <summary>Adds refused input. It arrives with what was added before it, or after it where nothing was.</summary>
    public void AddRefused(string where, ReadOnlySpan<byte> text, RejectReason reason, int readings = 1)
    {
        _items.Add(new Item(Kind.Refused, _refused.Count));
        var shown = RowReading.Beginning(text, ShownOfRefused);
        _refused.Add(new RefusedElement(_lastArrival ?? long.MinValue, readings, reason, where, shown));
    }

    /// <summary>
    /// Adds the current line, which is unusable by the way it ended, as refused. A file that breaks off closes the log: its
    /// refusal arrives last.
    /// </summary>
    /// <returns>False where the end of the line is no reason to refuse it.</returns>
    public bool RefuseByItsEnd(LineReader reader)
    {
        if (reader.End is LineEnd.Whole or LineEnd.Unterminated)
            return false;

        var reason = reader.End switch
        {
            LineEnd.TooLong => RejectReason.LineTooLong,
            LineEnd.Cut => RejectReason.Truncated,
            _ => RejectReason.Malformed,
        };
        AddRefused(reader, reason);
        _isCutShort |= reader.End != LineEnd.TooLong;
        return true;
    }

    /// <summary>What every format does: load everything into a log of its own, then hand it out in arrival order.</summary>
    /// <param name="options">Which part is wanted; wrong ones are refused at once.</param>
    /// <param name="progress">Told of progress.</param>
    /// <param name="load">Fills the log, when the first element is asked for.</param>
    public static IEnumerable<LogElement> Read(ReadOptions options, IProgress<double>? progress, Action<RecordedLog, ReadProgress> load)
    {
        options.Check();
        return Iterate(options, new ReadProgress(progress), load);

        static IEnumerable<LogElement> Iterate(ReadOptions options, ReadProgress progress, Action<RecordedLog, ReadProgress> load)
        {
            var log = new RecordedLog();
            load(log, progress);
            foreach (var element in log.InArrivalOrder(options, progress))
                yield return element;
        }
    }

    /// <summary>The elements in arrival order.</summary>
    private IEnumerable<LogElement> InArrivalOrder(ReadOptions options, ReadProgress progress)
    {
        var from = options.From?.ToUnixTimeMilliseconds() ?? long.MinValue;
        var until = options.Until?.ToUnixTimeMilliseconds() ?? long.MaxValue;
        SettleArrivals();
        var order = Order();
        var present = PatientsWithFrames(from, until);

        for (var position = 0; position < order.Length; position++)
        {
            var item = _items[order[position].Position];
            LogElement? element = item.Kind switch
            {
                Kind.Facts => FactsWithin(_facts[item.Index], from, present),
                Kind.Refused => _refused[item.Index],
                _ => ToFrame(_frames[item.Index], from),
            };
            if (element is not null && element.ArrivalTime >= from && element.ArrivalTime < until)
                yield return element;
            progress.Elements((position + 1.0) / order.Length);
        }

        progress.Elements(1);
    }

    // Facts and refusals that were added without a time of their own get it now that all frames are known.
    private void SettleArrivals()
    {
        for (var index = 0; index < _facts.Count; index++)
        {
            if (_facts[index].ArrivalTime == long.MinValue)
                _facts[index] = _facts[index] with { ArrivalTime = _firstArrivals[Patients.Number(_facts[index].Patient)] };
        }

        var first = FirstArrivalInFile();
        for (var index = 0; index < _refused.Count && _refused[index].ArrivalTime == long.MinValue; index++)
            _refused[index] = _refused[index] with { ArrivalTime = first };
        if (_isCutShort)
            _refused[^1] = _refused[^1] with { ArrivalTime = Math.Max(_refused[^1].ArrivalTime, _latestArrival) };
    }

    private long FirstArrivalInFile()
    {
        for (var position = 0; position < _items.Count; position++)
        {
            if (_items[position].Kind != Kind.Refused)
                return ArrivalOf(_items[position]);
        }

        return 0;
    }

    private OrderedItem[] Order()
    {
        var order = new OrderedItem[_items.Count];
        for (var position = 0; position < order.Length; position++)
        {
            var item = _items[position];
            var closes = _isCutShort && item.Kind == Kind.Refused && item.Index == _refused.Count - 1;
            order[position] = new OrderedItem(ArrivalOf(item), (byte)(closes ? 2 : item.Kind == Kind.Facts ? 0 : 1), position);
        }

        Array.Sort(order);
        return order;
    }

    private bool[] PatientsWithFrames(long from, long until)
    {
        var present = new bool[Patients.Count];
        for (var index = 0; index < _frames.Count; index++)
        {
            ref var head = ref _frames[index].Head;
            if (head.ArrivalTime >= from && head.ArrivalTime < until)
                present[head.Patient] = true;
        }

        return present;
    }

    private PatientFactsElement? FactsWithin(PatientFactsElement facts, long from, bool[] present)
    {
        if (facts.ArrivalTime >= from)
            return facts;
        return present[Patients.Number(facts.Patient)] ? facts with { ArrivalTime = from } : null;
    }

    private FrameElement? ToFrame(in FrameRow row, long from)
    {
        // Sequences are counted over the frames before the part asked for too, so that a part has the numbers of the whole.
        var sequence = SequenceOf(row.Head);
        if (row.Head.ArrivalTime < from)
            return null;

        var readings = new RecordedReading[row.Count];
        for (var index = 0; index < readings.Length; index++)
            readings[index] = _readings[row.FirstReading + index].ToReading(Names);

        return new FrameElement(
            row.Head.ArrivalTime, Patients[row.Head.Patient], Names[row.Head.Device], row.Head.Source, row.Head.Epoch, sequence,
            row.Head.EventTime, readings);
    }

    private ulong SequenceOf(in FrameHead head)
    {
        if (!_sequences.TryGetValue((head.Patient, head.Device), out var last))
            _sequences.Add((head.Patient, head.Device), last = [head.Epoch, 0]);

        // A sequence counts within an epoch; one that was sent is taken, and the next uncounted frame follows it.
        var before = last[0] == head.Epoch ? last[1] : 0;
        last[0] = head.Epoch;
        last[1] = head.Sequence == 0 ? before + 1 : head.Sequence;
        return last[1];
    }

    private long ArrivalOf(Item item) => item.Kind switch
    {
        Kind.Facts => _facts[item.Index].ArrivalTime,
        Kind.Refused => _refused[item.Index].ArrivalTime,
        _ => _frames[item.Index].Head.ArrivalTime,
    };

    /// <summary>Notes an arrival of a frame that is still being gathered, so that a refusal after it arrives with it.</summary>
    public void SawArrival(long arrival)
    {
        _lastArrival = arrival;
        _latestArrival = Math.Max(_latestArrival, arrival);
    }

    private struct FrameRow
    {
        public FrameHead Head;
        public int FirstReading;
        public byte Count;
    }

    private readonly struct Item(Kind kind, int index)
    {
        public readonly Kind Kind = kind;
        public readonly int Index = index;
    }

    private readonly struct OrderedItem(long arrival, byte rank, int position) : IComparable<OrderedItem>
    {
        private readonly long _arrival = arrival;
        private readonly byte _rank = rank;
        public readonly int Position = position;

        public int CompareTo(OrderedItem other)
        {
            var byArrival = _arrival.CompareTo(other._arrival);
            if (byArrival != 0)
                return byArrival;
            var byRank = _rank.CompareTo(other._rank);
            return byRank != 0 ? byRank : Position.CompareTo(other.Position);
        }
    }
}
