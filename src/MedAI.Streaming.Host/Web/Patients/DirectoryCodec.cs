// How entries of the directory lie in its store: JSON, so that a person can read it and a later version can add to it.
using System.Text.Json;
using MedAI.Streaming.Domain.Alerts;
using MedAI.Streaming.Domain.Patients;
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Pipeline.Ports;

namespace MedAI.Streaming.Host.Web.Patients;

/// <summary>Turns entries into keys and bytes, and back.</summary>
internal static class DirectoryCodec
{
    private const string PatientPrefix = "patient:";
    private const string DevicePrefix = "device:";
    private static readonly JsonSerializerOptions Style = JsonSerializerOptions.Web;

    /// <summary>A patient as an entry.</summary>
    public static DirectoryEntry Encode(PatientEntry patient)
    {
        var facts = patient.Facts;
        var document = new PatientDocument(
            facts.AgeYears, facts.Male, facts.AdmissionTime, facts.Ward, facts.Bed, facts.SpO2Scale2OrderedBy, facts.Pregnant, patient.Limits,
            patient.LimitsBy, patient.DischargedAt);
        return new(PatientPrefix + patient.Id, JsonSerializer.SerializeToUtf8Bytes(document, Style));
    }

    /// <summary>A device as an entry.</summary>
    public static DirectoryEntry Encode(string device, DeviceHistory history) =>
        new(DevicePrefix + device, JsonSerializer.SerializeToUtf8Bytes(new DeviceDocument(history.Intervals), Style));

    /// <summary>Takes an entry to whichever it is of.</summary>
    /// <exception cref="StoreException">It is neither, or cannot be read.</exception>
    public static void Decode(DirectoryEntry entry, Action<PatientEntry> ofPatient, Action<string, DeviceHistory> ofDevice)
    {
        try
        {
            if (entry.Key.StartsWith(PatientPrefix, StringComparison.Ordinal)
                && JsonSerializer.Deserialize<PatientDocument>(entry.Value.Span, Style) is { Limits: not null } patient)
            {
                ofPatient(Patient(entry.Key[PatientPrefix.Length..], patient));
                return;
            }

            if (entry.Key.StartsWith(DevicePrefix, StringComparison.Ordinal)
                && JsonSerializer.Deserialize<DeviceDocument>(entry.Value.Span, Style) is { Intervals: { } intervals }
                && DeviceHistory.Restore(intervals) is { } history)
            {
                ofDevice(entry.Key[DevicePrefix.Length..], history);
                return;
            }
        }
        catch (JsonException broken)
        {
            throw Damaged(entry, broken);
        }

        throw Damaged(entry, null);
    }

    private static PatientEntry Patient(string id, PatientDocument document) => new(
        new PatientFactsElement(
            0, id, document.AgeYears, document.Male, document.AdmissionTime, document.Ward, document.Bed, document.SpO2Scale2OrderedBy,
            document.Pregnant),
        document.Limits, document.LimitsBy, document.DischargedAt);

    private static StoreException Damaged(DirectoryEntry entry, Exception? inner) => new(
        StoreFailure.Corrupt,
        $"The directory's entry '{entry.Key}' cannot be read. Put back a copy of the directory, or remove it and enter its patients again.",
        inner);

    private sealed record PatientDocument(
        double? AgeYears, bool? Male, long? AdmissionTime, string? Ward, string? Bed, string? SpO2Scale2OrderedBy, bool Pregnant,
        IReadOnlyList<PatientLimit> Limits, string LimitsBy, long? DischargedAt);

    private sealed record DeviceDocument(IReadOnlyList<WearInterval> Intervals);
}
