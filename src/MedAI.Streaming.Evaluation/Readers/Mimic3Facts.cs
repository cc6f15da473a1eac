// Age, sex and admission of MIMIC-III patients from the tables that stand beside the charted vital signs.
using System.Text;
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Evaluation.Readers.Text;

namespace MedAI.Streaming.Evaluation.Readers;

/// <summary>
/// Facts from <c>patients</c> (sex, date of birth), <c>icustays</c> (the first <c>intime</c> is the admission) and, for patients
/// who have no stay there, <c>admissions</c> (the first <c>admittime</c>); each <c>.csv.gz</c> or <c>.csv</c>, each optional. A
/// patient has one record of facts, at the first arrival; charting may begin before the admission or long after it, and later
/// stays do not move the admission. Age is that at the admission; patients over 89 were given a birth 300 years before it and
/// count as 90.
/// </summary>
internal static class Mimic3Facts
{
    // mimic.mit.edu: the date of birth of patients older than 89 was set to 300 years before their first admission.
    private const double ShiftedYears = 200;
    private const double AgeOfShifted = 90;
    private const double DaysPerYear = 365.2425;

    /// <summary>The facts of every patient named in the tables of a folder; their arrival is for the caller to decide.</summary>
    /// <exception cref="RecordedInputException">A table is there, but cannot be read.</exception>
    public static IEnumerable<PatientFactsElement> Read(string folder)
    {
        var admissions = FirstTimes(folder, "admissions", "admittime");
        foreach (var (patient, time) in FirstTimes(folder, "icustays", "intime"))
            admissions[patient] = time;

        var births = new Dictionary<string, (bool? Male, long? Birth)>(StringComparer.Ordinal);
        foreach (var row in SideTable.Read(FileOf(folder, "patients"), "subject_id", "gender", "dob"))
            births[row[0]] = (MaleOf(row[1]), TimeOf(row[2]));

        foreach (var patient in births.Keys.Union(admissions.Keys, StringComparer.Ordinal))
        {
            var (male, birth) = births.GetValueOrDefault(patient);
            long? admission = admissions.TryGetValue(patient, out var time) ? time : null;
            yield return new PatientFactsElement(0, patient, AgeOf(birth, admission), male, admission, "icu");
        }
    }

    private static Dictionary<string, long> FirstTimes(string folder, string table, string column)
    {
        var first = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var row in SideTable.Read(FileOf(folder, table), "subject_id", column))
        {
            if (TimeOf(row[1]) is { } time && (!first.TryGetValue(row[0], out var known) || time < known))
                first[row[0]] = time;
        }

        return first;
    }

    private static string FileOf(string folder, string table)
    {
        var zipped = Path.Combine(folder, table + ".csv.gz");
        return File.Exists(zipped) ? zipped : Path.Combine(folder, table + ".csv");
    }

    private static double? AgeOf(long? birth, long? admission)
    {
        if (birth is null || admission is null || admission < birth)
            return null;
        var years = TimeSpan.FromMilliseconds(admission.Value - birth.Value).TotalDays / DaysPerYear;
        return years > ShiftedYears ? AgeOfShifted : Math.Round(years, 2);
    }

    private static bool? MaleOf(string gender) => gender switch
    {
        "M" => true,
        "F" => false,
        _ => null,
    };

    private static long? TimeOf(string text) => TimeText.TryParse(Encoding.UTF8.GetBytes(text), out var time) ? time : null;
}
