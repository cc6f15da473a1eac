// What the tests of the readers share: where the recorded data is, files made for one test, and elements as comparable text.
using System.Globalization;
using System.IO.Compression;
using System.Text;
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Domain.Vitals;
using MedAI.Streaming.Evaluation.Readers;
using Xunit;

namespace Acceptance.Tests.Readers;

/// <summary>A folder for the files of one test class, and the ways to read them.</summary>
public abstract class Recordings : IDisposable
{
    protected Recordings()
    {
        Folder = Directory.CreateTempSubdirectory("medai-readers-").FullName;
    }

    protected string Folder { get; }

    public void Dispose()
    {
        Directory.Delete(Folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>The path of a file of the shared data; the test is skipped where there is none.</summary>
    protected static string Shared(params string[] parts)
    {
        var shared = Environment.GetEnvironmentVariable("MEDAI_SHARED") ?? Path.Combine(Repository(), "..", "shared");
        var path = Path.Combine([shared, "data", .. parts]);
        if (!File.Exists(path))
            Assert.Skip($"the recorded data is not here: ../shared/data/{string.Join('/', parts)}");
        return path;
    }

    protected string Write(string name, string content)
    {
        var path = Path.Combine(Folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
        return path;
    }

    protected string WriteBytes(string name, byte[] content)
    {
        var path = Path.Combine(Folder, name);
        File.WriteAllBytes(path, content);
        return path;
    }

    protected static byte[] Gzip(string content)
    {
        using var bytes = new MemoryStream();
        using (var gzip = new GZipStream(bytes, CompressionLevel.Optimal))
            gzip.Write(Encoding.UTF8.GetBytes(content));
        return bytes.ToArray();
    }

    protected static List<LogElement> Read(string format, string path, ReadOptions? options = null) =>
        [.. RecordedSources.Open(format, path).Read(options ?? ReadOptions.All, null)];

    protected static List<string> Texts(IEnumerable<LogElement> elements) => [.. elements.Select(Text)];

    protected static string Text(LogElement element) => element is FrameElement frame
        ? $"{Time(frame.ArrivalTime)} {frame.Patient}/{frame.Device} {frame.Source} {frame.Epoch}.{frame.Sequence} "
            + $"at {Time(frame.EventTime)}: {string.Join("; ", frame.Readings.Select(Text))}"
        : element.ToString();

    protected static string Text(RecordedReading reading)
    {
        var name = reading.Vital?.ToString() ?? $"'{reading.Name}'";
        var value = reading.Value.ToString("R", CultureInfo.InvariantCulture);
        return $"{name} {value} {reading.Unit} {reading.Validity}{(reading.MarkedAsError ? " error" : "")}";
    }

    protected static string Time(long milliseconds) =>
        DateTimeOffset.FromUnixTimeMilliseconds(milliseconds).ToString("yyyy-MM-ddTHH:mm:ss.FFF", CultureInfo.InvariantCulture);

    protected static int Readings(IEnumerable<LogElement> elements) => elements.Sum(element => element switch
    {
        FrameElement frame => frame.Readings.Count,
        RefusedElement refused => refused.Readings,
        _ => 0,
    });

    protected static RefusedElement OnlyRefused(IEnumerable<LogElement> elements) =>
        Assert.Single(elements.OfType<RefusedElement>());

    /// <summary>What every format promises: arrival never decreases, and sequences follow each other per device.</summary>
    protected static void AssertInOrder(IReadOnlyList<LogElement> elements)
    {
        var latest = long.MinValue;
        var sequences = new Dictionary<(string, string), ulong>();
        foreach (var element in elements)
        {
            Assert.True(element.ArrivalTime >= latest, $"{Text(element)} arrives before {latest}");
            latest = element.ArrivalTime;
            if (element is not FrameElement frame)
                continue;
            Assert.InRange(frame.Readings.Count, 1, 64);
            Assert.Equal(sequences.GetValueOrDefault((frame.Patient, frame.Device)) + 1, frame.Sequence);
            sequences[(frame.Patient, frame.Device)] = frame.Sequence;
        }
    }

    /// <summary>A resume skips the first k elements, so a second read must give the same at every position.</summary>
    protected static void AssertSameTwice(string format, string path, ReadOptions? options = null)
    {
        var source = RecordedSources.Open(format, path);
        using var second = source.Read(options ?? ReadOptions.All, null).GetEnumerator();
        foreach (var element in source.Read(options ?? ReadOptions.All, null))
        {
            Assert.True(second.MoveNext());
            Assert.Equal(Text(element), Text(second.Current));
        }

        Assert.False(second.MoveNext());
    }

    /// <summary>The lines of a gzip file, read the plain way.</summary>
    protected static IEnumerable<string> PlainLines(string path)
    {
        using var reader = new StreamReader(new GZipStream(File.OpenRead(path), CompressionMode.Decompress));
        while (reader.ReadLine() is { } line)
            yield return line;
    }

    protected static IEnumerable<RecordedReading> Of(IEnumerable<LogElement> elements, VitalSign vital) =>
        elements.OfType<FrameElement>().SelectMany(frame => frame.Readings).Where(reading => reading.Vital == vital);

    /// <summary>The example of a format in the README of the readers.</summary>
    protected static string ExampleInReadme(string language)
    {
        var text = File.ReadAllText(Path.Combine(Repository(), "src", "MedAI.Streaming.Evaluation", "README.md"));
        var start = text.IndexOf($"```{language}\n", StringComparison.Ordinal) + language.Length + 4;
        return text[start..text.IndexOf("```", start, StringComparison.Ordinal)];
    }

    private static string Repository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "MedAI.Streaming.sln")))
            folder = folder.Parent ?? throw new InvalidOperationException("The tests do not run inside the repository.");
        return folder.FullName;
    }
}
