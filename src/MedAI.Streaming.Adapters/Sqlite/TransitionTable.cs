// The columns of transitions and pages, in one place, and how a row becomes a record.
using System.Globalization;
using MedAI.Streaming.Domain.Alerts;
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.Pipeline.Wire;

namespace MedAI.Streaming.Adapters.Sqlite;

/// <summary>The tables of what was decided.</summary>
internal static class TransitionTable
{
    /// <summary>The columns, in the order that <see cref="Read"/> and <see cref="Bind"/> know.</summary>
    public const string Columns =
        "patient, rule, opened, ordinal, kind, alert, priority, reason, event_time, arrival_time, value, threshold, "
        + "inputs, missing, model_version, text, explanation";

    /// <summary>The number of columns.</summary>
    public const int ColumnCount = 17;

    /// <summary>The condition on the four columns of the key, as parameters 1 to 4.</summary>
    public const string ByKey = "patient = ?1 AND rule = ?2 AND opened = ?3 AND ordinal = ?4";

    /// <summary>The statements that make the tables. NULL in value and threshold is NaN, which SQLite has not. An explanation is the message of it.</summary>
    public const string Schema =
        """
        CREATE TABLE transitions (
            number INTEGER PRIMARY KEY, patient TEXT NOT NULL, rule TEXT NOT NULL, opened INTEGER NOT NULL, ordinal INTEGER NOT NULL,
            kind INTEGER NOT NULL, alert INTEGER NOT NULL, priority INTEGER NOT NULL, reason INTEGER NOT NULL,
            event_time INTEGER NOT NULL, arrival_time INTEGER NOT NULL, value REAL, threshold REAL,
            inputs TEXT NOT NULL, missing TEXT NOT NULL, model_version TEXT NOT NULL, text TEXT NOT NULL,
            explanation BLOB,
            UNIQUE (patient, rule, opened, ordinal)) STRICT;
        CREATE TABLE pages (
            number INTEGER PRIMARY KEY, patient TEXT NOT NULL, rule TEXT NOT NULL, opened INTEGER NOT NULL, ordinal INTEGER NOT NULL,
            delay_ms INTEGER NOT NULL, sent INTEGER NOT NULL, UNIQUE (patient, rule, opened, ordinal)) STRICT;
        CREATE INDEX unsent ON pages (number) WHERE sent = 0;
        """;

    /// <summary>The record in the current row, whose first columns are <see cref="Columns"/>.</summary>
    public static TransitionRecord Read(Statement row) => new(
        row.Text(0), row.Text(1), row.Long(2), row.Int(3), (TransitionKind)row.Int(4), (AlertKind)row.Int(5),
        (AlertPriority)row.Int(6), (TransitionReason)row.Int(7), row.Long(8), row.Long(9), row.Double(10), row.Double(11),
        row.Text(12), row.Text(13), row.Text(14), row.Text(15))
    {
        Explanation = row.Bytes(16) is { IsEmpty: false } message ? ExplanationCodec.Read(message) : null,
    };

    /// <summary>Sets parameters 1 to 17 to a record.</summary>
    public static Statement Bind(this Statement statement, TransitionRecord record) => statement
        .BindKey(record.Patient, record.Rule, record.OpenedEventTime, record.Ordinal)
        .Bind(5, (long)record.Kind)
        .Bind(6, (long)record.Alert)
        .Bind(7, (long)record.Priority)
        .Bind(8, (long)record.Reason)
        .Bind(9, record.EventTime)
        .Bind(10, record.ArrivalTime)
        .Bind(11, record.Value)
        .Bind(12, record.Threshold)
        .Bind(13, record.Inputs)
        .Bind(14, record.Missing)
        .Bind(15, record.ModelVersion)
        .Bind(16, record.Text)
        .Bind(17, record.Explanation is { } explanation ? ExplanationCodec.Bytes(explanation) : []);

    /// <summary>Sets parameters 1 to 4 to a key.</summary>
    public static Statement BindKey(this Statement statement, string patient, string rule, long opened, int ordinal) =>
        statement.Bind(1, patient).Bind(2, rule).Bind(3, opened).Bind(4, ordinal);

    /// <summary>Sets parameters 1 to 4 to the parts of a <see cref="TransitionRecord.Id"/>; false where it is not one.</summary>
    /// <remarks>Taken apart from its end, as a patient id may hold the separator and the other parts do not.</remarks>
    public static bool TryBindKey(this Statement statement, string id)
    {
        var beforeOrdinal = id.LastIndexOf('|');
        var beforeOpened = beforeOrdinal <= 0 ? -1 : id.LastIndexOf('|', beforeOrdinal - 1);
        var beforeRule = beforeOpened <= 0 ? -1 : id.LastIndexOf('|', beforeOpened - 1);
        if (beforeRule < 0
            || !int.TryParse(id.AsSpan(beforeOrdinal + 1), CultureInfo.InvariantCulture, out var ordinal)
            || !long.TryParse(id.AsSpan(beforeOpened + 1, beforeOrdinal - beforeOpened - 1), CultureInfo.InvariantCulture, out var opened))
            return false;
        statement.BindKey(id[..beforeRule], id[(beforeRule + 1)..beforeOpened], opened, ordinal);
        return true;
    }
}
