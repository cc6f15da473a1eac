// The reading side of the state at the edge: what was decided, in any order that somebody needs.
using System.Globalization;
using MedAI.Streaming.Pipeline.Ports;

namespace MedAI.Streaming.Adapters.Sqlite;

public sealed partial class SqliteStateStore : IAlertHistory
{
    /// <inheritdoc/>
    public IEnumerable<TransitionRecord> Transitions(string? patient = null)
    {
        using var reader = Database.Open(_database.Path, OpenMode.ReadOnly);
        reader.Execute("BEGIN");
        var ofPatient = reader.Prepare($"SELECT {TransitionTable.Columns} FROM transitions WHERE patient = ?1");
        List<string> patients = patient is null ? PatientsWithTransitions(reader) : [patient];
        var records = new List<TransitionRecord>();
        foreach (var id in patients)
        {
            ofPatient.Bind(1, id);
            while (ofPatient.Step())
                records.Add(TransitionTable.Read(ofPatient));
            ofPatient.Reset();
            records.Sort(ByRuleAndTime);
            foreach (var record in records)
                yield return record;
            records.Clear();
        }
    }

    /// <summary>Ids of patients with state, in ordinal order, with the length of their blob in bytes.</summary>
    public IEnumerable<(string Patient, int Partition, int StateBytes)> Patients()
    {
        using var reader = Database.Open(_database.Path, OpenMode.ReadOnly);
        var rows = reader.Prepare("SELECT patient, partition, length(state) FROM patients");
        var patients = new List<(string Patient, int Partition, int StateBytes)>();
        while (rows.Step())
            patients.Add((rows.Text(0), rows.Int(1), rows.Int(2)));
        return patients.OrderBy(p => p.Patient, StringComparer.Ordinal).ThenBy(p => p.Partition);
    }

    /// <inheritdoc/>
    public IReadOnlyList<(string Cursor, TransitionRecord Transition)> After(string cursor, int limit)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        var number = cursor.Length == 0 ? 0 : ParseCursor(cursor);
        lock (_turn)
        {
            try
            {
                var found = new List<(string, TransitionRecord)>();
                _after.Bind(1, number).Bind(2, limit);
                while (_after.Step())
                {
                    found.Add((_after.Long(TransitionTable.ColumnCount).ToString(CultureInfo.InvariantCulture), TransitionTable.Read(_after)));
                }

                return found;
            }
            finally
            {
                _after.Reset();
            }
        }
    }

    /// <inheritdoc/>
    public string EndCursor()
    {
        lock (_turn)
        {
            try
            {
                return _end.Step() ? _end.Long(0).ToString(CultureInfo.InvariantCulture) : "";
            }
            finally
            {
                _end.Reset();
            }
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<PageRecord> UnsentPages(int limit)
    {
        lock (_turn)
        {
            try
            {
                var pages = new List<PageRecord>();
                _unsent.Bind(1, Math.Max(limit, 0));
                while (_unsent.Step())
                    pages.Add(new PageRecord(TransitionTable.Read(_unsent), _unsent.Long(TransitionTable.ColumnCount)));
                return pages;
            }
            finally
            {
                _unsent.Reset();
            }
        }
    }

    /// <inheritdoc/>
    public void MarkSent(string transitionId)
    {
        lock (_turn)
        {
            if (_markSent.TryBindKey(transitionId)) _markSent.Run();
        }
    }

    /// <inheritdoc/>
    public IEnumerable<DeadLetter> DeadLetters((int Partition, long Offset, int Index)? after = null)
    {
        using var reader = Database.Open(_database.Path, OpenMode.ReadOnly);
        var rows = reader.Prepare(
            """
            SELECT partition, record, item, readings, patient, reason, detail FROM dead_letters
            WHERE (partition, record, item) > (?1, ?2, ?3) ORDER BY partition, record, item
            """);
        var (partition, offset, index) = after ?? (-1, -1, -1);
        rows.Bind(1, partition).Bind(2, offset).Bind(3, index);
        while (rows.Step())
        {
            yield return new DeadLetter(
                rows.Int(0), rows.Long(1), rows.Int(2), rows.Int(3), rows.Text(4), rows.Text(5), rows.Text(6));
        }
    }

    // One seek per patient instead of a walk over all transitions. SQLite orders by UTF-8 bytes, which is not ordinal order.
    private static List<string> PatientsWithTransitions(Database reader)
    {
        var rows = reader.Prepare(
            """
            WITH RECURSIVE ids (id) AS (
                SELECT min(patient) FROM transitions
                UNION ALL SELECT (SELECT min(patient) FROM transitions WHERE patient > id) FROM ids WHERE id IS NOT NULL)
            SELECT id FROM ids WHERE id IS NOT NULL
            """);
        var patients = new List<string>();
        while (rows.Step())
            patients.Add(rows.Text(0));
        rows.Reset();
        patients.Sort(StringComparer.Ordinal);
        return patients;
    }

    private static int ByRuleAndTime(TransitionRecord a, TransitionRecord b)
    {
        var order = string.CompareOrdinal(a.Rule, b.Rule);
        if (order == 0) order = a.OpenedEventTime.CompareTo(b.OpenedEventTime);
        return order == 0 ? a.Ordinal.CompareTo(b.Ordinal) : order;
    }

    private static long ParseCursor(string cursor) =>
        long.TryParse(cursor, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new FormatException($"'{cursor}' is not a cursor that this store gave.");
}
