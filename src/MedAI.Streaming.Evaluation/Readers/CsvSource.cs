// Reads users' own readings from csv, one reading a line, by the names in the header.
using System.Text;
using System.Text.Unicode;
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Domain.Vitals;
using MedAI.Streaming.Evaluation.Readers.Text;

namespace MedAI.Streaming.Evaluation.Readers;

/// <summary>Reads <c>csv</c>, the layout of which is described in this project's README.md.</summary>
internal sealed class CsvSource : ILabelledSource
{
    /// <summary>The name of the format.</summary>
    public const string Name = "csv";

    private static readonly ReadingField[] Needed =
        [ReadingField.Patient, ReadingField.Time, ReadingField.Vital, ReadingField.Value];

    private readonly string _path;

    private CsvSource(string path) => _path = path;

    /// <inheritdoc/>
    public string Format => Name;

    /// <summary>Opens a csv file, plain or gzip.</summary>
    /// <exception cref="RecordedInputException">The file is empty or its header has unknown, repeated or missing
    /// columns.</exception>
    public static CsvSource Open(string path)
    {
        using var reader = RowReading.OpenAtHeader(path);
        Columns(path, reader);
        return new CsvSource(path);
    }

    /// <inheritdoc/>
    public IEnumerable<LogElement> Read(ReadOptions options, IProgress<double>? progress) =>
        RecordedLog.Read(options, progress, (log, told) => Load(_path, options, log, told));

    /// <inheritdoc/>
    public IReadOnlyList<StayLabels> ReadLabels(int? patients)
    {
        using var reader = RowReading.OpenAtHeader(_path);
        var columns = Columns(_path, reader);
        var collector = new LabelCollector(_path, patients);
        var cells = new CsvCells();
        var texts = new FieldTexts();
        while (reader.Read())
        {
            if (reader.End is LineEnd.Whole && reader.Line.IsEmpty)
                continue;

            var isSound = reader.End is LineEnd.Whole or LineEnd.Unterminated
                && ReadLine(reader, columns, cells, texts) == RejectReason.None
                && RowReading.CheckId(texts[ReadingField.Patient]) == RejectReason.None;
            if (!isSound || !TimeText.TryParse(texts[ReadingField.Time], out var time))
            {
                collector.Unread(reader.Where);
                continue;
            }

            if (collector.Patient(texts[ReadingField.Patient]) is not (>= 0 and var patient))
                continue;

            collector.Seen(patient, time);
            if (texts.Has(ReadingField.Admission) && TimeText.TryParse(texts[ReadingField.Admission], out var admission))
                collector.Admitted(patient, admission);
            if (texts.Has(ReadingField.Label))
                collector.Add(patient, time, texts[ReadingField.Label], reader.Where);
        }

        return collector.Stays();
    }

    private static void Load(string path, ReadOptions options, RecordedLog log, ReadProgress progress)
    {
        using var reader = RowReading.OpenAtHeader(path);
        var columns = Columns(path, reader);
        var collector = new ReadingCollector(log, options.Patients);
        var cells = new CsvCells();
        var texts = new FieldTexts();
        while (reader.Read())
        {
            progress.File(reader.Fraction);
            if (reader.End is LineEnd.Cut or LineEnd.Corrupt)
                collector.Flush();
            if (log.RefuseByItsEnd(reader) || reader.Line.IsEmpty)
                continue;

            var reason = ReadLine(reader, columns, cells, texts);
            if (reason == RejectReason.None && !collector.IsPassedOver(texts))
                reason = collector.Add(texts);
            if (reason != RejectReason.None)
                log.AddRefused(reader, reason);
        }

        collector.Flush();
    }

    private static RejectReason ReadLine(LineReader reader, ReadingField[] columns, CsvCells cells, FieldTexts texts)
    {
        if (!Utf8.IsValid(reader.Line))
            return RejectReason.Malformed;
        if (!cells.TryCut(reader.Line) || cells.Count < columns.Length)
            return RowReading.WrongShape(reader);
        if (cells.Count > columns.Length)
            return RejectReason.Malformed;

        texts.Clear();
        for (var index = 0; index < columns.Length; index++)
            texts.Set(columns[index], cells[index]);
        return RejectReason.None;
    }

    private static ReadingField[] Columns(string path, LineReader reader)
    {
        var cells = new CsvCells();
        if (reader.End == LineEnd.TooLong || !cells.TryCut(reader.Line))
            throw Wrong(path, $"has no header line; it begins with '{RowReading.Beginning(reader.Line, 200)}'");

        var columns = new List<ReadingField>();
        var unknown = new List<string>();
        for (var index = 0; index < cells.Count; index++)
        {
            var name = Encoding.UTF8.GetString(cells[index]).Trim();
            if (!FieldTexts.TryFind(Encoding.UTF8.GetBytes(name.ToLowerInvariant()), out var field))
                unknown.Add($"'{name}'");
            else if (columns.Contains(field))
                throw Wrong(path, $"has the column '{name}' twice");
            else
                columns.Add(field);
        }

        if (unknown.Count > 0)
            throw Wrong(path, $"has unknown columns: {string.Join(", ", unknown)}");
        var missing = Needed.Except(columns).Select(field => $"'{FieldTexts.Names[(int)field]}'").ToList();
        if (missing.Count > 0)
            throw Wrong(path, $"lacks the columns {string.Join(", ", missing)}");
        return [.. columns];
    }

    private static RecordedInputException Wrong(string path, string what) =>
        new($"'{path}' {what}; expected a header of patient, time, vital, value and any of "
            + $"{string.Join(", ", FieldTexts.Names.Skip(Needed.Length))}.");
}
