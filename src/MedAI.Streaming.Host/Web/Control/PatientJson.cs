// Patients in JSON, as the control plane shows them.
using System.Text.Json;
using MedAI.Streaming.Adapters.Json;
using MedAI.Streaming.Domain.Alerts;
using MedAI.Streaming.Domain.Patients;
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Host.Web.Patients;

namespace MedAI.Streaming.Host.Web.Control;

/// <summary>Writes patients.</summary>
internal static class PatientJson
{
    /// <summary>Writes one patient as an object.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="patient">The patient.</param>
    /// <param name="devices">The devices to show with it.</param>
    public static void Write(Utf8JsonWriter writer, PatientEntry patient, IEnumerable<(string Device, WearInterval Interval)> devices)
    {
        var facts = patient.Facts;
        writer.WriteStartObject();
        writer.WriteString("id", patient.Id);
        Write(writer, "ageYears", facts.AgeYears);
        writer.WriteString("sex", facts.Male switch { true => "male", false => "female", null => "unknown" });
        Write(writer, "admission", facts.AdmissionTime);
        writer.WriteString("ward", facts.Ward);
        writer.WriteString("bed", facts.Bed);
        writer.WriteBoolean("pregnant", facts.Pregnant);
        if (facts.SpO2Scale2OrderedBy is null)
        {
            writer.WriteNull("spo2Scale");
        }
        else
        {
            writer.WriteStartObject("spo2Scale");
            writer.WriteString("orderedBy", facts.SpO2Scale2OrderedBy);
            writer.WriteEndObject();
        }

        writer.WriteStartArray("devices");
        foreach (var (device, interval) in devices)
        {
            writer.WriteStartObject();
            WriteFields(writer, device, interval);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        Write(writer, patient.Limits);
        writer.WriteString("limitsBy", patient.LimitsBy.Length == 0 ? null : patient.LimitsBy);
        Write(writer, "discharged", patient.DischargedAt);
        writer.WriteEndObject();
    }

    /// <summary>Writes what a decision about a device came to, as an object.</summary>
    public static void Write(Utf8JsonWriter writer, string device, WearDecision decision)
    {
        var interval = decision.Begun ?? decision.Ended ?? decision.Standing!;
        writer.WriteStartObject();
        writer.WriteString("patient", interval.Patient);
        WriteFields(writer, device, interval);

        // Whoever wore it until then; they may want to know.
        writer.WriteString("takenFrom", decision.Begun is null ? null : decision.Ended?.Patient);
        writer.WriteEndObject();
    }

    /// <summary>Writes an acknowledgement as an object.</summary>
    public static void Write(Utf8JsonWriter writer, AcknowledgementElement acknowledgement)
    {
        writer.WriteStartObject();
        writer.WriteString("patient", acknowledgement.Patient);
        writer.WriteString("rule", acknowledgement.Rule);
        Write(writer, "opened", acknowledgement.OpenedEventTime);
        Write(writer, "ordinal", (double?)acknowledgement.Ordinal);
        writer.WriteString("by", acknowledgement.By);
        writer.WriteEndObject();
    }

    private static void WriteFields(Utf8JsonWriter writer, string device, WearInterval interval)
    {
        writer.WriteString("device", device);
        Write(writer, "from", interval.From);
        Write(writer, "until", interval.Until);
        writer.WriteString("by", interval.By);
    }

    private static void Write(Utf8JsonWriter writer, IReadOnlyList<PatientLimit> limits)
    {
        writer.WriteStartArray("limits");
        foreach (var limit in limits)
        {
            writer.WriteStartObject();
            writer.WriteString("rule", limit.Rule);
            writer.WriteBoolean("enabled", limit.Enabled);
            writer.WriteStartArray("levels");
            foreach (var level in limit.Levels)
            {
                writer.WriteStartObject();
                writer.WriteNumber("threshold", level.Threshold);
                writer.WriteString("priority", level.Priority.ToString().ToLowerInvariant());
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            Write(writer, "delaySeconds", (double?)limit.DelaySeconds);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter writer, string name, double? number)
    {
        if (number is { } value)
            writer.WriteNumber(name, value);
        else
            writer.WriteNull(name);
    }

    private static void Write(Utf8JsonWriter writer, string name, long? time) =>
        writer.WriteString(name, time is { } value ? JsonTime.Format(value) : null);
}
