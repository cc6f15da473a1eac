// Turns points and transitions into line protocol, in batches of as many lines as a request carries.
using System.Buffers;
using System.Globalization;
using System.Text;
using MedAI.Streaming.Pipeline.Ports;

namespace MedAI.Streaming.Adapters.Influx;

/// <summary>
/// The layout: <c>vital</c> {device, patient, series} and <c>score</c> {patient, series} with the fields value and flags at the event time;
/// <c>transition</c> {ordinal, patient, rule} with what was decided. Tags and time are the key of a point: written again it is still
/// one. Used by one partition, over and over.
/// </summary>
internal sealed class LineWriter(int batchLines)
{
    private const int LongestNumber = 32;

    // What fits into 64 bits as nanoseconds.
    private const long MostTime = 9_223_372_036_854;

    // Two episodes of one rule may change at one event time: what the opening lies back goes below the millisecond.
    private const long NanosecondsOfMillisecond = 1_000_000;
    private readonly ArrayBufferWriter<byte> _text = new(64 * 1024);
    private readonly List<byte[]> _patients = [];
    private readonly List<(byte[] Name, byte[] Tag)> _series = [];
    private readonly List<byte[]> _devices = [];
    private SeriesBatch? _batch;
    private int _lines;

    /// <summary>What a server cannot keep: values that are no numbers, and times beyond the years 1677 to 2262. It only grows.</summary>
    public long Unwritable { get; private set; }

    /// <summary>The lines of a batch, packed as soon as there are enough.</summary>
    public IEnumerable<LineBatch> Write(SeriesBatch batch)
    {
        Use(batch);
        _text.ResetWrittenCount();
        _lines = 0;
        foreach (var point in batch.Points)
        {
            Point(in point);
            if (_lines == batchLines)
                yield return Pack();
        }

        foreach (var transition in batch.Transitions)
        {
            Transition(transition);
            if (_lines == batchLines)
                yield return Pack();
        }

        if (_lines > 0)
            yield return Pack();
    }

    /// <summary>The measurement of a series.</summary>
    public static string MeasurementOf(string series) =>
        SeriesNames.IsScore(series) ? "score" : "vital";

    private LineBatch Pack()
    {
        var packed = LineBatch.Pack(_text.WrittenSpan, _lines);
        _text.ResetWrittenCount();
        _lines = 0;
        return packed;
    }

    // Names are escaped once; a batch's lists of names only grow.
    private void Use(SeriesBatch batch)
    {
        if (!ReferenceEquals(_batch, batch))
        {
            _patients.Clear();
            _series.Clear();
            _devices.Clear();
            _batch = batch;
        }

        for (var i = _patients.Count; i < batch.Patients.Count; i++)
        {
            _patients.Add(Tag(",patient=", batch.Patients[i]));
        }

        for (var i = _series.Count; i < batch.Names.Count; i++)
        {
            _series.Add((Encoding.UTF8.GetBytes(MeasurementOf(batch.Names[i])), Tag(",series=", batch.Names[i])));
        }

        for (var i = _devices.Count; i < batch.Devices.Count; i++)
        {
            _devices.Add(Tag(",device=", batch.Devices[i]));
        }
    }

    // An empty tag value is none: a point without the tag is found by the empty text.
    private static byte[] Tag(string name, string value) => value.Length == 0 ? [] : Encoding.UTF8.GetBytes(name + InfluxText.Tag(value));

    private void Point(in SeriesPoint point)
    {
        if (!double.IsFinite(point.Value) || !IsInRange(point.EventTime))
        {
            Unwritable++;
            return;
        }

        var (measurement, series) = _series[point.Series];
        _text.Write(measurement);
        if (point.Device >= 0)
            _text.Write(_devices[point.Device]);
        _text.Write(_patients[point.Patient]);
        _text.Write(series);
        _text.Write(" value="u8);
        Number(point.Value);
        _text.Write(",flags="u8);
        Number((long)point.Flags);
        _text.Write("i "u8);
        Time(point.EventTime, point.Apart);
    }

    private void Transition(TransitionRecord transition)
    {
        if (!IsInRange(transition.EventTime))
        {
            Unwritable++;
            return;
        }

        _text.Write("transition"u8);
        _text.Write(Tag(",ordinal=", transition.Ordinal.ToString(CultureInfo.InvariantCulture)));
        _text.Write(Tag(",patient=", transition.Patient));
        _text.Write(Tag(",rule=", transition.Rule));
        Text(" id=", transition.Id);
        Text(",kind=", transition.Kind.ToString());
        Text(",alert=", transition.Alert.ToString());
        Text(",priority=", transition.Priority.ToString());
        Text(",reason=", transition.Reason.ToString());
        Whole(",level=", (long)transition.Priority);
        Whole(",opened=", transition.OpenedEventTime);
        Whole(",arrival=", transition.ArrivalTime);
        Real(",value=", transition.Value);
        Real(",threshold=", transition.Threshold);
        Text(",inputs=", transition.Inputs);
        Text(",missing=", transition.Missing);
        Text(",model=", transition.ModelVersion);
        Text(",text=", transition.Text);
        _text.Write(" "u8);
        var since = unchecked(transition.EventTime - transition.OpenedEventTime) % NanosecondsOfMillisecond;
        Time(transition.EventTime, since < 0 ? since + NanosecondsOfMillisecond : since);
    }

    private static bool IsInRange(long time) => time is > -MostTime and < MostTime;

    private void Time(long milliseconds, long nanoseconds)
    {
        Number((milliseconds * NanosecondsOfMillisecond) + nanoseconds);
        _text.Write("\n"u8);
        _lines++;
    }

    private void Text(string name, string value) => Write(name + InfluxText.Field(value));

    private void Whole(string name, long value) => Write(string.Create(CultureInfo.InvariantCulture, $"{name}{value}i"));

    private void Real(string name, double value)
    {
        if (double.IsFinite(value))
            Write(string.Create(CultureInfo.InvariantCulture, $"{name}{value:R}"));
    }

    private void Write(string text) => Encoding.UTF8.GetBytes(text, _text);

    private void Number(double value)
    {
        value.TryFormat(_text.GetSpan(LongestNumber), out var written, "R", CultureInfo.InvariantCulture);
        _text.Advance(written);
    }

    private void Number(long value)
    {
        value.TryFormat(_text.GetSpan(LongestNumber), out var written, default, CultureInfo.InvariantCulture);
        _text.Advance(written);
    }
}
