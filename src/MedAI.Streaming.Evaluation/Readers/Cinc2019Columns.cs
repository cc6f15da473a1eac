// Where each column of cinc2019 stands in a file: another hospital may order them otherwise, or have none of some.
using System.Text;

namespace MedAI.Streaming.Evaluation.Readers;

/// <summary>The columns of one file by its header, and the cells of the row at hand.</summary>
internal sealed class Cinc2019Columns
{
    /// <summary>Columns with vital signs and laboratory results, which come first.</summary>
    public const int Measured = 34;

    /// <summary>The first columns behind the measured ones.</summary>
    public const int Age = 34, Gender = 35;

    /// <summary>Full hours since admission.</summary>
    public const int Hours = 39;

    /// <summary>The label of the hour.</summary>
    public const int Label = 40;

    /// <summary>The patient's id, in the form that has everybody in one file.</summary>
    public const int Patient = 41;

    private static readonly string[] Names =
    [
        "HR", "O2Sat", "Temp", "SBP", "MAP", "DBP", "Resp", "EtCO2", "BaseExcess", "HCO3", "FiO2", "pH", "PaCO2", "SaO2", "AST",
        "BUN", "Alkalinephos", "Calcium", "Chloride", "Creatinine", "Bilirubin_direct", "Glucose", "Lactate", "Magnesium",
        "Phosphate", "Potassium", "Bilirubin_total", "TroponinI", "Hct", "Hgb", "PTT", "WBC", "Fibrinogen", "Platelets", "Age",
        "Gender", "Unit1", "Unit2", "HospAdmTime", "ICULOS", "SepsisLabel", "patient",
    ];

    private readonly byte _separator;
    private readonly int[] _places;
    private readonly int[] _ends;

    private Cinc2019Columns(byte separator, int[] places, int count)
    {
        _separator = separator;
        _places = places;
        _ends = new int[count];
    }

    /// <summary>What is wrong with a header; null: nothing.</summary>
    public static string? Problem(ReadOnlySpan<byte> header, char separator, params ReadOnlySpan<int> needed)
    {
        var names = Cut(header, separator);
        string[] known = [.. needed.Contains(Patient) ? Names[Patient..] : [], .. Names[..Patient]];
        var unknown = names.Except(known).ToArray();
        if (unknown.Length > 0)
        {
            return $"has another header: expected '{string.Join(separator, known)}' or some of them in any order, "
                + $"found '{RowReading.Beginning(header, 200)}', of which is not known: {Listed(unknown)}";
        }

        var twice = names.GroupBy(name => name).Where(group => group.Count() > 1).Select(group => group.Key).ToArray();
        if (twice.Length > 0)
            return $"has columns twice: {Listed(twice)}";

        var missing = new List<string>();
        foreach (var column in needed)
        {
            if (!names.Contains(Names[column]))
                missing.Add(Names[column]);
        }

        return missing.Count == 0 ? null : $"lacks the columns {Listed(missing)}";
    }

    /// <summary>The columns of a header in which nothing is wrong.</summary>
    public static Cinc2019Columns Of(ReadOnlySpan<byte> header, char separator)
    {
        var names = Cut(header, separator);
        return new((byte)separator, Array.ConvertAll(Names, name => Array.IndexOf(names, name)), names.Length);
    }

    /// <summary>Whether there is such a column.</summary>
    public bool Has(int column) => _places[column] >= 0;

    /// <summary>Cuts a row into its cells; false where it has another number of them.</summary>
    public bool TryTake(ReadOnlySpan<byte> row)
    {
        if (row.Count(_separator) != _ends.Length - 1)
            return false;

        var end = -1;
        for (var place = 0; place < _ends.Length; place++)
        {
            var length = row[(end + 1)..].IndexOf(_separator);
            end = length < 0 ? row.Length : end + 1 + length;
            _ends[place] = end;
        }

        return true;
    }

    /// <summary>A cell of the row that was cut; empty where there is no such column.</summary>
    public ReadOnlySpan<byte> Cell(ReadOnlySpan<byte> row, int column)
    {
        var place = _places[column];
        if (place < 0)
            return default;

        var start = place == 0 ? 0 : _ends[place - 1] + 1;
        return row[start.._ends[place]];
    }

    private static string[] Cut(ReadOnlySpan<byte> header, char separator) =>
        Encoding.UTF8.GetString(header).Split(separator, StringSplitOptions.TrimEntries);

    private static string Listed(IEnumerable<string> names) => string.Join(", ", names.Take(Measured).Select(name => $"'{RowReading.Beginning(Encoding.UTF8.GetBytes(name), 40)}'"));
}
