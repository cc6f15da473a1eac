// Reads the numerics of the BIDMC PPG and Respiration dataset: bedside monitors at 1 Hz.
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Domain.Vitals;
using MedAI.Streaming.Evaluation.Readers.Text;

namespace MedAI.Streaming.Evaluation.Readers;

/// <summary>
/// Reads <c>bidmc</c> (Pimentel et al. 2017, IEEE Trans Biomed Eng 64(8):1914-1923; doi 10.13026/C2208R): one csv file, one
/// record a patient, device <c>monitor</c>. A reading is a cell of HR, PULSE, RESP or SpO2 that is neither empty nor NaN, as in
/// <c>cinc2019</c>. Event and arrival time are 2000-01-01T00:00:00Z plus the column <c>Time [s]</c>; frames are numbered in row
/// order per record. Where <c>records.csv</c> stands beside the file, it gives age ("90+" is 90) and sex; when a patient was
/// admitted is not known.
/// </summary>
internal sealed class BidmcSource : IRecordedSource
{
    /// <summary>The name of the format.</summary>
    public const string Name = "bidmc";

    // 2000-01-01T00:00:00Z.
    private const long Beginning = 946_684_800_000;
    private const string Header = "record,Time [s],HR,PULSE,RESP,SpO2";
    private const string RecordsFile = "records.csv";
    private const int Columns = 6;
    private const double MostSeconds = 1e9;

    private static readonly (VitalSign Vital, Unit Unit)[] VitalColumns =
    [
        (VitalSign.HeartRate, Unit.PerMinute), (VitalSign.PulseRate, Unit.PerMinute),
        (VitalSign.RespiratoryRate, Unit.PerMinute), (VitalSign.SpO2, Unit.Percent),
    ];

    private readonly string _path;

    private BidmcSource(string path) => _path = path;

    /// <inheritdoc/>
    public string Format => Name;

    /// <summary>Opens the numerics, plain or gzip.</summary>
    /// <exception cref="RecordedInputException">The file is empty or has another header.</exception>
    public static BidmcSource Open(string path)
    {
        RowReading.OpenAfter(Header, path).Dispose();
        return new BidmcSource(path);
    }

    /// <inheritdoc/>
    public IEnumerable<LogElement> Read(ReadOptions options, IProgress<double>? progress) => RecordedLog.Read(options, progress, (log, told) =>
    {
        Load(_path, options, log, told);
        AddFacts(_path, log);
    });

    private static void Load(string path, ReadOptions options, RecordedLog log, ReadProgress progress)
    {
        using var reader = RowReading.OpenAfter(Header, path);
        var device = log.Names.Number("monitor");
        var sequences = new List<ulong>();
        while (reader.Read())
        {
            progress.File(reader.Fraction);
            if (log.RefuseByItsEnd(reader) || reader.Line.IsEmpty)
                continue;

            var row = reader.Line;
            if (row.Count((byte)',') != Columns - 1)
            {
                log.AddRefused(reader, RowReading.WrongShape(reader));
                continue;
            }

            var record = RowReading.TakeCell(ref row, (byte)',');
            if (log.Patients.Find(record) < 0 && log.Patients.Count == options.Patients)
                continue;
            AddRow(log, reader, record, row, device, sequences);
        }
    }

    private static void AddRow(
        RecordedLog log, LineReader reader, ReadOnlySpan<byte> record, ReadOnlySpan<byte> row, int device, List<ulong> sequences)
    {
        var isTimed = NumberText.TryParse(RowReading.TakeCell(ref row, (byte)','), out var seconds)
            && Math.Abs(seconds) <= MostSeconds;
        Span<ReadingRow> readings = stackalloc ReadingRow[VitalColumns.Length];
        var count = 0;
        foreach (var (vital, unit) in VitalColumns)
        {
            var cell = RowReading.TakeCell(ref row, (byte)',');
            if (!NumberText.IsMissing(cell))
                readings[count++] = new ReadingRow(NumberText.ValueOrNaN(cell), vital, unit);
        }

        var reason = RowReading.CheckId(record);
        if (reason == RejectReason.None && !isTimed)
            reason = RejectReason.Malformed;
        if (reason != RejectReason.None)
        {
            log.AddRefused(reader, reason, Math.Max(1, count));
            return;
        }

        var patient = log.Patients.Number(record);
        if (patient == sequences.Count)
            sequences.Add(0);
        if (count == 0)
            return;

        var time = Beginning + (long)Math.Round(seconds * 1000);
        log.AddFrame(
            new FrameHead
            {
                ArrivalTime = time,
                EventTime = time,
                Patient = patient,
                Device = device,
                Source = SourceClass.Bedside,
                Epoch = 1,
                Sequence = ++sequences[patient],
            },
            readings[..count]);
    }

    private static void AddFacts(string path, RecordedLog log)
    {
        var file = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path))!, RecordsFile);
        foreach (var row in SideTable.Read(file, "record", "Age", "Gender"))
        {
            var (record, age, gender) = (row[0], row[1], row[2]);
            if (!log.HasFrames(record))
                continue;
            double? years = age switch
            {
                "90+" => 90,
                _ => NumberText.TryParse(System.Text.Encoding.UTF8.GetBytes(age), out var value) && double.IsFinite(value)
                    ? value
                    : null,
            };
            bool? male = gender switch
            {
                "M" => true,
                "F" => false,
                _ => null,
            };
            log.AddFactsAtFirstArrival(new PatientFactsElement(0, record, years, male, Ward: "icu"));
        }
    }
}
