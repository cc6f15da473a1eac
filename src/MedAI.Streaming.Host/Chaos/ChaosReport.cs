// What a chaos run found: as a table for a person and as one JSON object.
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using MedAI.Streaming.Host.Chaos.Checking;
using MedAI.Streaming.Host.Chaos.Faults;
using MedAI.Streaming.Host.Commands;

namespace MedAI.Streaming.Host.Chaos;

/// <summary>A report.</summary>
internal sealed record ChaosReport
{
    private static readonly JsonWriterOptions Style = new()
    {
        Indented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The plan.</summary>
    public required ChaosPlan Plan { get; init; }

    /// <summary>The verdict.</summary>
    public required Verdict Verdict { get; init; }

    /// <summary>How many faults of each kind were injected.</summary>
    public required IReadOnlyDictionary<FaultKind, int> Injected { get; init; }

    /// <summary>Times from a fault to caught up, seconds.</summary>
    public required IReadOnlyList<double> CaughtUpSeconds { get; init; }

    /// <summary>Different frames that went over the wire.</summary>
    public required int FramesSent { get; init; }

    /// <summary>How often the gateway or a worker ended by itself and was started again.</summary>
    public required int WorkerExits { get; init; }

    /// <summary>Where series were read: in words.</summary>
    public required string SeriesFrom { get; init; }

    /// <summary>Points that were compared.</summary>
    public required int Points { get; init; }

    /// <summary>Wall time of the whole run.</summary>
    public required double Seconds { get; init; }

    /// <summary>The runs that this sums up; none: it is of one run.</summary>
    public IReadOnlyList<ChaosReport> Runs { get; private init; } = [];

    /// <summary>Several runs together: counts are added, and times taken as one lot. The plan is the first one's.</summary>
    public static ChaosReport Sum(IReadOnlyList<ChaosReport> runs) => runs[0] with
    {
        Runs = runs,
        Verdict = new Verdict
        {
            Lost = runs.Sum(r => r.Verdict.Lost),
            Doubled = runs.Sum(r => r.Verdict.Doubled),
            Invented = runs.Sum(r => r.Verdict.Invented),
            SeriesDifferences = runs.Sum(r => r.Verdict.SeriesDifferences),
            RepeatsAbsorbed = runs.Sum(r => r.Verdict.RepeatsAbsorbed),
            FramesAcknowledged = runs.Sum(r => r.Verdict.FramesAcknowledged),
            FramesLogged = runs.Sum(r => r.Verdict.FramesLogged),
            TransitionsExpected = runs.Sum(r => r.Verdict.TransitionsExpected),
            Findings = [.. runs.SelectMany(r => r.Verdict.Findings.Select(finding => $"seed {r.Plan.Seed}: {finding}"))],
        },
        Injected = runs.SelectMany(r => r.Injected).GroupBy(i => i.Key).ToDictionary(g => g.Key, g => g.Sum(i => i.Value)),
        CaughtUpSeconds = [.. runs.SelectMany(r => r.CaughtUpSeconds)],
        FramesSent = runs.Sum(r => r.FramesSent),
        WorkerExits = runs.Sum(r => r.WorkerExits),
        Points = runs.Sum(r => r.Points),
        Seconds = runs.Sum(r => r.Seconds),
    };

    /// <summary>The time that a share of catch-ups took no longer than, seconds; 0 where there was none.</summary>
    public static double Quantile(IReadOnlyList<double> seconds, double share)
    {
        if (seconds.Count == 0)
            return 0;

        var ordered = seconds.Order().ToArray();
        return ordered[Math.Clamp((int)Math.Ceiling(share * ordered.Length) - 1, 0, ordered.Length - 1)];
    }

    /// <summary>Writes the report to a file.</summary>
    /// <exception cref="FailureException">It cannot be written.</exception>
    public void Write(string file)
    {
        try
        {
            File.WriteAllText(file, Json());
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new FailureException($"The report cannot be written: {refused.Message}", refused);
        }
    }

    /// <summary>The report as JSON.</summary>
    public string Json()
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, Style))
        {
            json.WriteStartObject();
            WriteFigures(json);
            if (Runs.Count > 0)
            {
                json.WriteStartArray("runs");
                foreach (var run in Runs)
                {
                    json.WriteStartObject();
                    run.WriteFigures(json);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray()) + "\n";
    }

    /// <summary>Writes the table, and findings below it.</summary>
    public void Write(TextWriter output)
    {
        new TextTable<(string What, string Figure)>(
            new("", "what", row => row.What), new("", "figure", row => row.Figure, Right: true)).Write(output, Rows(), json: false);
        foreach (var finding in Verdict.Findings)
        {
            output.WriteLine(finding);
        }

        output.WriteLine(Verdict.IsClean
            ? "Nothing was lost, doubled or invented."
            : "The fleet did not do what one process without faults does over the same log.");
    }

    private void WriteFigures(Utf8JsonWriter json)
    {
        json.WriteNumber("lost", Verdict.Lost);
        json.WriteNumber("doubled", Verdict.Doubled);
        json.WriteNumber("invented", Verdict.Invented);
        json.WriteNumber("seriesDifferences", Verdict.SeriesDifferences);
        json.WriteStartObject("faultsInjected");
        foreach (var (kind, count) in Injected)
        {
            json.WriteNumber(FaultKinds.NameOf(kind), count);
        }

        json.WriteNumber("total", Injected.Values.Sum());
        json.WriteEndObject();
        json.WriteStartObject("caughtUpSeconds");
        json.WriteNumber("p50", Rounded(Quantile(CaughtUpSeconds, 0.5)));
        json.WriteNumber("p99", Rounded(Quantile(CaughtUpSeconds, 0.99)));
        json.WriteNumber("count", CaughtUpSeconds.Count);
        json.WriteEndObject();
        json.WriteNumber("repeatsAbsorbed", Verdict.RepeatsAbsorbed);
        json.WriteNumber("framesSent", FramesSent);
        json.WriteNumber("framesAcknowledged", Verdict.FramesAcknowledged);
        json.WriteNumber("framesLogged", Verdict.FramesLogged);
        json.WriteNumber("transitions", Verdict.TransitionsExpected);
        json.WriteString("seriesFrom", SeriesFrom);
        json.WriteNumber("points", Points);
        json.WriteNumber("workerExits", WorkerExits);
        json.WriteNumber("seed", Plan.Seed);
        json.WriteNumber("workers", Plan.Workers);
        json.WriteNumber("partitions", Plan.Partitions);
        json.WriteNumber("devices", Plan.Devices);
        json.WriteNumber("seconds", Rounded(Seconds));
        json.WriteStartArray("findings");
        foreach (var finding in Verdict.Findings)
        {
            json.WriteStringValue(finding);
        }

        json.WriteEndArray();
    }

    private IEnumerable<(string What, string Figure)> Rows() =>
    [
        ("lost", Text(Verdict.Lost)),
        ("doubled", Text(Verdict.Doubled)),
        ("invented", Text(Verdict.Invented)),
        ("series differences", Text(Verdict.SeriesDifferences)),
        ("repeats absorbed", Text(Verdict.RepeatsAbsorbed)),
        ("frames sent", Text(FramesSent)),
        ("frames acknowledged", Text(Verdict.FramesAcknowledged)),
        ("frames in the log, repeats included", Text(Verdict.FramesLogged)),
        ("transitions", Text(Verdict.TransitionsExpected)),
        ($"points ({SeriesFrom})", Text(Points)),
        ("faults injected", Text(Injected.Values.Sum())),
        .. Injected.Select(fault => ($"  {FaultKinds.NameOf(fault.Key)}", Text(fault.Value))),
        ("processes that ended by themselves", Text(WorkerExits)),
        ("caught up after, s (half / 99 %)", string.Create(
            CultureInfo.InvariantCulture, $"{Quantile(CaughtUpSeconds, 0.5):0.0} / {Quantile(CaughtUpSeconds, 0.99):0.0}")),
        ("seconds", Text((int)Seconds)),
    ];

    private static double Rounded(double seconds) => Math.Round(seconds, 3);

    private static string Text(int number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
