// The files of a recording: one with everybody in it, or a folder with one for each patient.
using System.Text;
using MedAI.Streaming.Domain.Vitals;
using MedAI.Streaming.Evaluation.Readers.Text;

namespace MedAI.Streaming.Evaluation.Readers;

/// <summary>A file or a folder of files that begin with a header.</summary>
internal sealed class RecordedFiles
{
    private readonly HeaderCheck _header;
    private readonly string[] _each;

    private RecordedFiles(string path, HeaderCheck header, string[] each) => (Path, _header, _each) = (path, header, each);

    /// <summary>The file or folder.</summary>
    public string Path { get; }

    /// <summary>Whether it is a folder.</summary>
    public bool IsFolder => _each.Length > 0;

    /// <summary>One file with everybody in it.</summary>
    /// <exception cref="RecordedInputException">The file is empty or has another header.</exception>
    public static RecordedFiles OpenFile(string path, HeaderCheck header)
    {
        RowReading.OpenAfter(header, path).Dispose();
        return new RecordedFiles(path, header, []);
    }

    /// <summary>A folder with a file for each patient. The first of them must be sound; a bad one among the others is refused input.</summary>
    /// <exception cref="RecordedInputException">There is none, or the first is empty or has another header.</exception>
    public static RecordedFiles OpenFolder(string path, string[] files, HeaderCheck header, string what)
    {
        Array.Sort(files, StringComparer.Ordinal);
        RowReading.OpenAfter(header, files.FirstOrDefault() ?? throw new RecordedInputException($"'{path}' holds no {what}.")).Dispose();
        return new RecordedFiles(path, header, files);
    }

    /// <summary>The one file, read up to behind its header.</summary>
    public LineReader Open() => RowReading.OpenAfter(_header, Path);

    /// <summary>The patients of a folder: the names of the files that can be read.</summary>
    public IReadOnlyList<string> Patients(int? most)
    {
        var patients = new List<string>();
        ReadEach(most, (_, patient) => patients.Add(Encoding.UTF8.GetString(patient)));
        return patients;
    }

    /// <summary>Reads the files of a folder one after the other.</summary>
    /// <param name="most">At most so many; null: all.</param>
    /// <param name="read">Reads one file, up to behind its header so far, with its patient.</param>
    /// <param name="refuse">Takes note of a file that is empty or has another header: one bad file among many must not cost the others.</param>
    /// <param name="progress">Told how much of the files is read.</param>
    public void ReadEach(int? most, Action<LineReader, byte[]> read, Action<LineReader>? refuse = null, ReadProgress? progress = null)
    {
        var wanted = Math.Min(_each.Length, most ?? _each.Length);
        for (var index = 0; index < wanted; index++)
        {
            using var reader = new LineReader(_each[index]);
            if (reader.Read() && _header(reader.Line) is null)
                read(reader, Encoding.UTF8.GetBytes(System.IO.Path.GetFileNameWithoutExtension(_each[index])));
            else
                refuse?.Invoke(reader);
            progress?.File((index + 1.0) / wanted);
        }
    }

    /// <summary>Reads the files of a folder into a log, which takes note of bad ones.</summary>
    public void ReadEach(ReadOptions options, RecordedLog log, ReadProgress progress, Action<LineReader, byte[]> read) => ReadEach(
        options.Patients, read,
        reader => log.AddRefused($"{reader.FileName}:1", reader.Line, reader.LineNumber == 0 ? RejectReason.Truncated : RejectReason.Malformed),
        progress);
}
