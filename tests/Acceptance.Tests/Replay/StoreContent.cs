// What a store holds, as checksums that two runs of the same input must share.
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using MedAI.Streaming.Adapters.Sqlite;
using Xunit;

namespace Acceptance.Tests.Replay;

internal static class StoreContent
{
    /// <summary>The number of points of the series and a checksum over them, with the dead letters beside it.</summary>
    public static string Of(string directory)
    {
        using var store = EdgeStore.Open(directory, readOnly: true);
        var points = 0;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var patient in store.Patients().Select(row => row.Patient).Order(StringComparer.Ordinal))
        {
            // Two points of one series and one instant have no order among themselves.
            foreach (var line in store.Series.Read(patient).Select(Line).Order(StringComparer.Ordinal))
            {
                points++;
                hash.AppendData(Encoding.UTF8.GetBytes($"{patient} {line}\n"));
            }
        }

        var letters = store.History.DeadLetters().Select(letter => $"{letter.Patient} {letter.Readings} {letter.Reason} {letter.Detail}");
        var lettersHash = SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', letters.Order(StringComparer.Ordinal))));
        return $"{points} points {Convert.ToHexStringLower(hash.GetHashAndReset())}, dead letters {Convert.ToHexStringLower(lettersHash)}";

        static string Line((string Series, MedAI.Streaming.Pipeline.Ports.SeriesPoint Point) row) => string.Create(
            CultureInfo.InvariantCulture, $"{row.Series} {row.Point.EventTime} {row.Point.Value:R} {row.Point.Flags}");
    }

    /// <summary>That all records of the log are applied and checkpointed.</summary>
    public static void AssertDrained(string directory)
    {
        using var store = EdgeStore.Open(directory, readOnly: true);
        for (var p = 0; p < store.Log.Partitions; p++)
        {
            Assert.Equal(store.Log.NextOffset(p), store.State.Load(p, (_, _) => { }));
        }
    }

    /// <summary>
    /// The checksum over transitions, made of what <c>medai show transitions --json</c> prints and of nothing else: one line each,
    /// patient, rule, opened event time in ms, ordinal, kind, priority, reason, inputs, model version, with tabs between them.
    /// </summary>
    public static string Sha(IEnumerable<JsonElement> transitions)
    {
        var rows = transitions.Select(t => (
            Patient: Text(t, "patient"), Rule: Text(t, "rule"),
            Opened: DateTimeOffset.Parse(Text(t, "openedEventTime"), CultureInfo.InvariantCulture).ToUnixTimeMilliseconds(),
            Ordinal: t.GetProperty("ordinal").GetInt32(),
            What: string.Join('\t', Name(t, "kind"), Name(t, "priority"), Name(t, "reason"), Text(t, "inputs"), Text(t, "modelVersion"))));
        var lines = rows
            .OrderBy(r => r.Patient, StringComparer.Ordinal).ThenBy(r => r.Rule, StringComparer.Ordinal).ThenBy(r => r.Opened).ThenBy(r => r.Ordinal)
            .Select(r => string.Create(CultureInfo.InvariantCulture, $"{r.Patient}\t{r.Rule}\t{r.Opened}\t{r.Ordinal}\t{r.What}\n"));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(lines))));

        static string Text(JsonElement row, string name) => row.GetProperty(name).GetString()!;

        // What is shown begins with a small letter; the names in the checksum begin with a capital one.
        static string Name(JsonElement row, string name) => char.ToUpperInvariant(Text(row, name)[0]) + Text(row, name)[1..];
    }
}
