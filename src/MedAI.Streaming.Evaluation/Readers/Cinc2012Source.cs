// Reads the PhysioNet/CinC Challenge 2012 (in-hospital mortality, 48 h, charted at any minute): one csv file, or a folder of the original txt files.
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Domain.Vitals;
using MedAI.Streaming.Evaluation.Readers.Text;

namespace MedAI.Streaming.Evaluation.Readers;

/// <summary>
/// Reads <c>cinc2012</c> (Silva et al. 2012, Comput Cardiol 39:245-248; physionet.org/content/challenge-2012). A row is one value at hours and minutes
/// since the admission, which is 2000-01-01T00:00:00Z for every record; event and arrival time are the same. Age, Gender and ICUType become facts of
/// the patient, RecordID and Height are passed over, and every other row is a reading, but for -1, which says that a value is missing. Readings of
/// one record and minute form one frame, but a parameter that comes again starts the next one. Rows of a record stand together.
/// </summary>
internal sealed partial class Cinc2012Source
{
    /// <summary>The name of the format.</summary>
    public const string Name = "cinc2012";

    // 2000-01-01T00:00:00Z.
    private const long Admission = 946_684_800_000;
    private const long MinuteMs = 60_000;
    private const string CsvHeader = "RecordID,Time,Parameter,Value";
    private const string TxtHeader = "Time,Parameter,Value";
    private const int TxtColumns = 3;

    private readonly RecordedFiles _files;

    private Cinc2012Source(RecordedFiles files) => _files = files;

    /// <inheritdoc/>
    public string Format => Name;

    /// <summary>Opens the csv form, plain or gzip.</summary>
    /// <exception cref="RecordedInputException">The file is empty or has another header.</exception>
    public static Cinc2012Source OpenFile(string path) => new(RecordedFiles.OpenFile(path, RowReading.Exactly(CsvHeader)));

    /// <summary>Opens a folder of txt files, one a record. The first of them must be sound; a bad one among the others is refused input.</summary>
    /// <exception cref="RecordedInputException">There is none, or the first is empty or has another header.</exception>
    // It may hold the outcomes, too.
    public static Cinc2012Source OpenFolder(string path) =>
        new(RecordedFiles.OpenFolder(
            path, [.. Directory.GetFiles(path, "*.txt").Where(file => !IsOutcomes(Path.GetFileName(file)))], RowReading.Exactly(TxtHeader), "records (.txt files)"));

    /// <inheritdoc/>
    public IEnumerable<LogElement> Read(ReadOptions options, IProgress<double>? progress) => RecordedLog.Read(options, progress, (log, told) =>
    {
        var records = new Cinc2012Records(log, Admission);
        if (_files.IsFolder)
            _files.ReadEach(options, log, told, (reader, record) => AddFile(log, records, reader, record));
        else
            AddAll(options, log, told, records);
    });

    private void AddAll(ReadOptions options, RecordedLog log, ReadProgress progress, Cinc2012Records records)
    {
        using var reader = _files.Open();
        while (reader.Read())
        {
            progress.File(reader.Fraction);
            if (log.RefuseByItsEnd(reader) || reader.Line.IsEmpty)
                continue;

            var row = reader.Line;
            var record = RowReading.TakeCell(ref row, (byte)',');
            // Rows of a record stand together, so the first row of one too many ends the read.
            if (log.Patients.Count == options.Patients && RowReading.CheckId(record) == RejectReason.None && log.Patients.Find(record) < 0)
                break;
            AddRow(log, records, reader, record, row);
        }

        records.Flush();
    }

    private static void AddFile(RecordedLog log, Cinc2012Records records, LineReader reader, ReadOnlySpan<byte> record)
    {
        while (reader.Read())
        {
            if (!log.RefuseByItsEnd(reader) && !reader.Line.IsEmpty)
                AddRow(log, records, reader, record, reader.Line);
        }

        records.Flush();
    }

    private static void AddRow(RecordedLog log, Cinc2012Records records, LineReader reader, ReadOnlySpan<byte> record, ReadOnlySpan<byte> row)
    {
        var reason = row.Count((byte)',') != TxtColumns - 1 ? RowReading.WrongShape(reader) : RowReading.CheckId(record);
        var time = RowReading.TakeCell(ref row, (byte)',');
        if (reason == RejectReason.None && !TryMinutes(time, out _))
            reason = RejectReason.Malformed;
        if (reason != RejectReason.None)
        {
            log.AddRefused(reader, reason);
            return;
        }

        TryMinutes(time, out var minutes);
        var parameter = RowReading.TakeCell(ref row, (byte)',');
        records.Add(record, minutes * MinuteMs, parameter, row);
    }

    // Hours may have more than two digits; minutes have two.
    private static bool TryMinutes(ReadOnlySpan<byte> time, out long minutes)
    {
        minutes = 0;
        var colon = time.IndexOf((byte)':');
        if (colon is < 1 or > 6 || time.Length != colon + 3)
            return false;

        var (hours, rest) = (0L, 0L);
        foreach (var digit in time[..colon])
        {
            if (digit is < (byte)'0' or > (byte)'9')
                return false;
            hours = (hours * 10) + (digit - '0');
        }

        foreach (var digit in time[(colon + 1)..])
        {
            if (digit is < (byte)'0' or > (byte)'9')
                return false;
            rest = (rest * 10) + (digit - '0');
        }

        minutes = (hours * 60) + rest;
        return rest < 60;
    }
}
