// Where the recorded patients are, and each file counted by plain splitting, in no way like the readers do it.
using System.Globalization;
using System.IO.Compression;
using Acceptance.Tests.Configuration;
using Xunit;

namespace Acceptance.Tests.Replay;

internal static class SharedData
{
    /// <summary>The charted sources' grace and future tolerance by the default configuration, in ms.</summary>
    private const long ChartedGrace = 4 * 3_600_000;
    private const long ChartedFutureTolerance = 2 * 3_600_000;

    /// <summary>The file of a format; the test is skipped where it is not there.</summary>
    public static string File(string format)
    {
        var name = format switch
        {
            "cinc2019" => "cinc2019/training_setA.csv.gz",
            "cinc2012" => "cinc2012/set-b.csv.gz",
            "bidmc" => "bidmc/numerics_1hz.csv.gz",
            _ => "mimic3_demo/chartevents_vitals.csv.gz",
        };
        var shared = Environment.GetEnvironmentVariable("MEDAI_SHARED") ?? RepositoryFiles.At("..", "shared");
        var path = Path.GetFullPath(Path.Combine(shared, "data", name));
        if (!System.IO.File.Exists(path))
            Assert.Skip($"the recorded data is not here: ../shared/data/{name} (or set MEDAI_SHARED)");
        return path;
    }

    /// <summary>The readings of a file: cells of vital signs that hold something, or for charted rows the rows.</summary>
    public static long Readings(string format, int patients = int.MaxValue) => format switch
    {
        "cinc2019" => FirstPatients(format, patients).Sum(cells => Present(cells[1..35])),
        "bidmc" => FirstPatients(format, patients).Sum(cells => Present(cells[2..])),
        _ => FirstPatients(format, patients).Count(),
    };

    /// <summary>
    /// Rows of mimic3 that are older than the newest event time of their patient's chart by more than the grace, taken in the order
    /// (stored, charted, row). What is charted further ahead than the tolerance is refused and moves no watermark.
    /// </summary>
    public static (long Late, long Future) LateAndFutureOfMimic3()
    {
        var newest = new Dictionary<string, long>(StringComparer.Ordinal);
        var (late, future) = (0L, 0L);
        var rows = FirstPatients("mimic3", int.MaxValue).Select((cells, row) =>
            (Subject: cells[1], Event: Instant(cells[6]), Arrival: Instant(cells[7].Length == 0 ? cells[6] : cells[7]), Row: row));
        foreach (var row in rows.OrderBy(r => r.Arrival).ThenBy(r => r.Event).ThenBy(r => r.Row))
        {
            var watermark = newest.GetValueOrDefault(row.Subject, long.MinValue);
            if (row.Event > row.Arrival + ChartedFutureTolerance)
            {
                future++;
            }
            else if (watermark != long.MinValue && row.Event < watermark - ChartedGrace)
            {
                late++;
            }
            else
            {
                newest[row.Subject] = Math.Max(watermark, row.Event);
            }
        }

        return (late, future);
    }

    private static IEnumerable<string[]> FirstPatients(string format, int patients)
    {
        var column = format == "mimic3" ? 1 : 0;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        using var reader = new StreamReader(new GZipStream(System.IO.File.OpenRead(File(format)), CompressionMode.Decompress));
        reader.ReadLine();
        while (reader.ReadLine() is { } line)
        {
            var cells = line.Split(',');
            if (!seen.Contains(cells[column]) && seen.Count == patients)
                continue;
            seen.Add(cells[column]);
            yield return cells;
        }
    }

    private static int Present(string[] cells) => cells.Count(cell => cell is not ("NaN" or ""));

    private static long Instant(string text) =>
        DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal).ToUnixTimeMilliseconds();
}
