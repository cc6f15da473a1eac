// Reads users' own readings from ndjson, one reading or one frame a line.
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Evaluation.Readers.Text;

namespace MedAI.Streaming.Evaluation.Readers;

/// <summary>Reads <c>ndjson</c>, the layout of which is described in this project's README.md.</summary>
internal sealed class NdjsonSource : IRecordedSource
{
    /// <summary>The name of the format.</summary>
    public const string Name = "ndjson";

    private readonly string _path;

    private NdjsonSource(string path) => _path = path;

    /// <inheritdoc/>
    public string Format => Name;

    /// <summary>Opens an ndjson file, plain or gzip.</summary>
    /// <exception cref="RecordedInputException">The file is empty.</exception>
    public static NdjsonSource Open(string path)
    {
        RowReading.OpenAtHeader(path).Dispose();
        return new NdjsonSource(path);
    }

    /// <inheritdoc/>
    public IEnumerable<LogElement> Read(ReadOptions options, IProgress<double>? progress) =>
        RecordedLog.Read(options, progress, (log, told) => Load(_path, options, log, told));

    private static void Load(string path, ReadOptions options, RecordedLog log, ReadProgress progress)
    {
        using var reader = new LineReader(path);
        var collector = new ReadingCollector(log, options.Patients);
        var line = new NdjsonLine(log, collector);
        while (reader.Read())
        {
            progress.File(reader.Fraction);
            if (reader.End is LineEnd.Cut or LineEnd.Corrupt)
                collector.Flush();
            if (!log.RefuseByItsEnd(reader) && !reader.Line.Trim(" \t"u8).IsEmpty)
                line.Add(reader);
        }

        collector.Flush();
    }
}
