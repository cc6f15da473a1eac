// Reads charted vital signs of MIMIC-III: genuinely late, because event time is CHARTTIME and arrival time is STORETIME.
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Domain.Vitals;
using MedAI.Streaming.Evaluation.Readers.Text;

namespace MedAI.Streaming.Evaluation.Readers;

/// <summary>
/// Reads <c>mimic3</c> (Johnson et al. 2016, Sci Data 3:160035; demo 1.4, doi 10.13026/C2HM2Q): one csv file of charted vital
/// signs. Every data row is one reading; the patient is <c>subject_id</c>, the device <c>chart</c>. Times are taken as UTC; they
/// were shifted into the years after 2100. A row without STORETIME arrives at its CHARTTIME. Rows are sorted by (arrival, event,
/// row of the file); rows of one patient with equal times form one frame, but a vital sign that comes again starts the next
/// one; frames are numbered in that order per patient. Facts come from the tables beside the file (<see cref="Mimic3Facts"/>).
/// </summary>
internal sealed class Mimic3Source : IRecordedSource
{
    /// <summary>The name of the format.</summary>
    public const string Name = "mimic3";

    private const string Header =
        "row_id,subject_id,hadm_id,icustay_id,itemid,concept,charttime,storetime,value,valuenum,valueuom,error";

    private const int Columns = 12;
    private readonly string _path;

    private Mimic3Source(string path) => _path = path;

    /// <inheritdoc/>
    public string Format => Name;

    /// <summary>Opens the charted vital signs, plain or gzip.</summary>
    /// <exception cref="RecordedInputException">The file is empty or has another header.</exception>
    public static Mimic3Source Open(string path)
    {
        RowReading.OpenAfter(Header, path).Dispose();
        return new Mimic3Source(path);
    }

    /// <inheritdoc/>
    public IEnumerable<LogElement> Read(ReadOptions options, IProgress<double>? progress) => RecordedLog.Read(options, progress, (log, told) =>
    {
        var rows = new List<Row>();
        Load(_path, options, log, rows, told);
        AddFrames(log, rows);
        foreach (var facts in Mimic3Facts.Read(Path.GetDirectoryName(Path.GetFullPath(_path))!))
        {
            if (log.HasFrames(facts.Patient))
                log.AddFactsAtFirstArrival(facts);
        }
    });

    private static void Load(string path, ReadOptions options, RecordedLog log, List<Row> rows, ReadProgress progress)
    {
        using var reader = RowReading.OpenAfter(Header, path);
        var cells = new CsvCells();
        while (reader.Read())
        {
            progress.File(reader.Fraction);
            if (log.RefuseByItsEnd(reader) || reader.Line.IsEmpty)
                continue;

            if (!cells.TryCut(reader.Line) || cells.Count != Columns)
            {
                log.AddRefused(reader, RowReading.WrongShape(reader));
                continue;
            }

            if (log.Patients.Find(cells[1]) < 0 && log.Patients.Count == options.Patients)
                continue;
            var reason = TryReadRow(cells, log, rows);
            if (reason != RejectReason.None)
                log.AddRefused(reader, reason);
        }
    }

    private static RejectReason TryReadRow(CsvCells cells, RecordedLog log, List<Row> rows)
    {
        var (subject, concept, chartTime, storeTime) = (1, 5, 6, 7);
        if (cells[concept].IsEmpty || cells[chartTime].IsEmpty)
            return RejectReason.MissingField;
        if (RowReading.CheckId(cells[subject]) is var reason && reason != RejectReason.None)
            return reason;

        var arrivalCell = cells[storeTime].IsEmpty ? cells[chartTime] : cells[storeTime];
        if (!TimeText.TryParse(cells[chartTime], out var charted) || !TimeText.TryParse(arrivalCell, out var stored))
            return RejectReason.Malformed;

        var reading = Mimic3Concepts.ToReading(cells[concept], NumberText.ValueOrNaN(cells[9]), log.Names);
        reading.MarkedAsError = cells[11].SequenceEqual("1"u8);
        log.SawArrival(stored);
        rows.Add(new Row(stored, charted, log.Patients.Number(cells[subject]), rows.Count, reading));
        return RejectReason.None;
    }

    private static void AddFrames(RecordedLog log, List<Row> rows)
    {
        // Rows of one patient and time are brought together first; the frames are then put in the order of their first rows.
        rows.Sort(static (a, b) => a.CompareByPatient(b));
        var frames = new List<(Row First, int Start, int Length)>();
        for (var start = 0; start < rows.Count;)
        {
            var length = FrameLength(rows, start);
            frames.Add((rows[start], start, length));
            start += length;
        }

        frames.Sort(static (a, b) => a.First.CompareByRow(b.First));
        var device = log.Names.Number("chart");
        Span<ReadingRow> readings = stackalloc ReadingRow[RecordedLog.MostReadings];
        foreach (var (first, start, length) in frames)
        {
            for (var index = 0; index < length; index++)
                readings[index] = rows[start + index].Reading;
            log.AddFrame(
                new FrameHead
                {
                    ArrivalTime = first.Stored,
                    EventTime = first.Charted,
                    Patient = first.Patient,
                    Device = device,
                    Source = SourceClass.Charted,
                    Epoch = 1,
                },
                readings[..length]);
        }
    }

    private static int FrameLength(List<Row> rows, int start)
    {
        var first = rows[start];
        var length = 1;
        while (length < RecordedLog.MostReadings && start + length < rows.Count)
        {
            var next = rows[start + length];
            if (next.Stored != first.Stored || next.Charted != first.Charted || next.Patient != first.Patient)
                break;
            for (var index = start; index < start + length; index++)
            {
                if (rows[index].Reading.IsSameVital(next.Reading))
                    return length;
            }

            length++;
        }

        return length;
    }

    private readonly struct Row(long stored, long charted, int patient, int number, ReadingRow reading)
    {
        public readonly long Stored = stored;
        public readonly long Charted = charted;
        public readonly int Patient = patient;
        public readonly ReadingRow Reading = reading;
        private readonly int _number = number;

        public int CompareByPatient(in Row other)
        {
            var order = CompareTimes(other);
            if (order == 0)
                order = Patient.CompareTo(other.Patient);
            return order != 0 ? order : _number.CompareTo(other._number);
        }

        public int CompareByRow(in Row other)
        {
            var order = CompareTimes(other);
            return order != 0 ? order : _number.CompareTo(other._number);
        }

        private int CompareTimes(in Row other)
        {
            var order = Stored.CompareTo(other.Stored);
            return order != 0 ? order : Charted.CompareTo(other.Charted);
        }
    }
}
