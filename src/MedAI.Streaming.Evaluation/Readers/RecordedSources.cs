// The one entrance to recorded data: a format's name and a path become a source.
namespace MedAI.Streaming.Evaluation.Readers;

/// <summary>Opens recorded data by the name of its format.</summary>
public static class RecordedSources
{
    /// <summary>The formats known here, in the order in which help shows them.</summary>
    public static IReadOnlyList<string> Formats { get; } =
        [Cinc2019Source.Name, Cinc2012Source.Name, BidmcSource.Name, Mimic3Source.Name, CsvSource.Name, NdjsonSource.Name];

    /// <summary>Opens recorded data and looks at the head of it; the elements are read later.</summary>
    /// <param name="format">One of <see cref="Formats"/>.</param>
    /// <param name="path">A file, plain or gzip; for <c>cinc2019</c> also a folder of <c>.psv</c> files, for
    /// <c>cinc2012</c> a folder of <c>.txt</c> files.</param>
    /// <exception cref="RecordedInputException">The format is unknown, or the path is missing, empty or has another
    /// header.</exception>
    public static IRecordedSource Open(string format, string path)
    {
        if (!Formats.Contains(format, StringComparer.Ordinal))
        {
            throw new RecordedInputException(
                $"The format '{format}' is not known; the known formats are {string.Join(", ", Formats)}.");
        }

        var isFolder = Directory.Exists(path);
        if (!isFolder && !File.Exists(path))
            throw new RecordedInputException($"'{path}' does not exist.");
        if (isFolder && format is not (Cinc2019Source.Name or Cinc2012Source.Name))
            throw new RecordedInputException($"'{path}' is a folder; the format {format} is read from a file.");

        return format switch
        {
            Cinc2019Source.Name => isFolder ? Cinc2019Source.OpenFolder(path) : Cinc2019Source.OpenFile(path),
            Cinc2012Source.Name => isFolder ? Cinc2012Source.OpenFolder(path) : Cinc2012Source.OpenFile(path),
            BidmcSource.Name => BidmcSource.Open(path),
            Mimic3Source.Name => Mimic3Source.Open(path),
            CsvSource.Name => CsvSource.Open(path),
            _ => NdjsonSource.Open(path),
        };
    }
}
