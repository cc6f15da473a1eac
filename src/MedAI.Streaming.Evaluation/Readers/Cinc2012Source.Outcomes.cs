// Reads the outcomes of the PhysioNet/CinC Challenge 2012, which stand in a file of their own beside the records.
using System.Globalization;

namespace MedAI.Streaming.Evaluation.Readers;

internal sealed partial class Cinc2012Source : IOutcomeSource
{
    private const string OutcomesBeginning = "Outcomes-";
    private const string SetBeginning = "set-";

    // Records end 48 h after admission; that is when the challenge asks.
    private const int JudgedHour = 48;

    /// <inheritdoc/>
    /// <remarks>
    /// The file is <c>Outcomes-X.txt</c> beside <c>set-X.csv.gz</c> or beside (or in) the folder <c>set-X</c>; for input of another name the only file
    /// of such a name there. A SAPS-I of -1 is missing.
    /// </remarks>
    public IReadOnlyList<StayOutcome> ReadOutcomes(int? patients)
    {
        var outcomes = OutcomesFile();
        var found = new Dictionary<string, (bool Died, double? Saps)>(StringComparer.Ordinal);
        foreach (var row in SideTable.Read(outcomes, "RecordID", "In-hospital_death", "SAPS-I"))
        {
            var died = row[1] switch
            {
                "1" or "1.0" => true,
                "0" or "0.0" => (bool?)false,
                "-1" or "-1.0" => null,
                _ => throw new RecordedInputException($"'{outcomes}': the outcome of {row[0]} is '{row[1]}'; it must be 0, 1 or -1."),
            };
            if (died is not { } known)
                continue;
            if (found.TryGetValue(row[0], out var other) && other.Died != known)
                throw new RecordedInputException($"'{outcomes}' says of {row[0]} both that the patient died and did not; take one of the two lines out.");
            found[row[0]] = (known, SapsOf(row[2]));
        }

        var stays = new List<StayOutcome>();
        foreach (var record in Records(patients))
        {
            if (found.TryGetValue(record, out var outcome))
                stays.Add(new StayOutcome(record, Admission, JudgedHour, outcome.Died, outcome.Saps));
        }

        return stays.Count > 0 ? stays : throw new RecordedInputException($"'{outcomes}' has an outcome of none of the records in '{_files.Path}'.");
    }

    private static bool IsOutcomes(string file) => file.StartsWith(OutcomesBeginning, StringComparison.OrdinalIgnoreCase);

    private static double? SapsOf(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var score) && score >= 0 ? score : null;

    private IEnumerable<string> Records(int? patients)
    {
        if (_files.IsFolder)
            return _files.Patients(patients);

        var names = new NameTable();
        using var reader = _files.Open();
        while (reader.Read())
        {
            var row = reader.Line;
            var record = RowReading.TakeCell(ref row, (byte)',');
            if (RowReading.CheckId(record) != Domain.Vitals.RejectReason.None || row.IsEmpty || names.Find(record) >= 0)
                continue;
            if (names.Count == patients)
                break;
            names.Number(record);
        }

        return [.. Enumerable.Range(0, names.Count).Select(number => names[number])];
    }

    private string OutcomesFile()
    {
        var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(_files.Path));
        var beside = Path.GetDirectoryName(full)!;
        var name = Path.GetFileName(full);
        string[] places = _files.IsFolder ? [full, beside] : [beside];
        if (name.StartsWith(SetBeginning, StringComparison.OrdinalIgnoreCase))
        {
            var set = OutcomesBeginning + name[SetBeginning.Length..].Split('.')[0] + ".txt";
            if (places.Select(place => Path.Combine(place, set)).FirstOrDefault(File.Exists) is { } own)
                return own;
        }

        var any = places.SelectMany(place => Directory.GetFiles(place, OutcomesBeginning + "*.txt")).ToArray();
        return any.Length == 1
            ? any[0]
            : throw new RecordedInputException(
                $"'{_files.Path}': there is no file of outcomes for it ({OutcomesBeginning}X.txt for {SetBeginning}X), so no model can be judged by it.");
    }
}
