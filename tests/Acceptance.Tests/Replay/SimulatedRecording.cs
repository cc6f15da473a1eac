// A seeded fleet with everything that goes wrong on the way, written as the ndjson that a user's own data would have.
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Domain.Vitals;
using MedAI.Streaming.Simulation;

namespace Acceptance.Tests.Replay;

/// <summary>A recording.</summary>
/// <param name="Text">The lines.</param>
/// <param name="Readings">The readings in it, refused lines counted as one each.</param>
/// <param name="Seconds">From the first arrival to the last.</param>
internal sealed record SimulatedRecording(string Text, long Readings, double Seconds)
{
    /// <summary>The recording of a seed: patients with bedside, wearable and charted sources; repeats, disorder, gaps, restarts, rubbish.</summary>
    public static SimulatedRecording Of(ulong seed, int frames)
    {
        var options = new FleetOptions { MaxPatients = 12, MinFrames = frames, MaxFrames = frames, Acknowledgements = false };
        var fleet = FaultyFleet.Faultless(seed, options)
            .With(Fault.Restart(0.01)).With(Fault.Corrupt(0.05))
            .With(Fault.Skew(0.01, -5 * 3_600_000)).With(Fault.Skew(0.005, 3 * 3_600_000)).With(Fault.LateBatches(0.5, 5 * 60_000))
            .With(Fault.Drop(0.02)).With(Fault.Duplicate(0.1)).With(Fault.Disorder(5_000));
        return Of(fleet.Elements);
    }

    private static SimulatedRecording Of(IReadOnlyList<LogElement> elements)
    {
        var text = new StringBuilder();
        var facts = new Dictionary<string, PatientFactsElement>(StringComparer.Ordinal);
        var readings = 0L;
        foreach (var element in elements)
        {
            switch (element)
            {
                case PatientFactsElement known:
                    facts[known.Patient] = known;
                    break;
                case RefusedElement:
                    readings++;
                    text.Append("{\"patient\":\"cut in the mid\n");
                    break;
                case FrameElement frame:
                    readings += frame.Readings.Count;
                    text.Append(Line(frame, facts.GetValueOrDefault(frame.Patient))).Append('\n');
                    break;
            }
        }

        return new SimulatedRecording(text.ToString(), readings, (elements[^1].ArrivalTime - elements[0].ArrivalTime) / 1000.0);
    }

    private static string Line(FrameElement frame, PatientFactsElement? facts)
    {
        var line = new JsonObject
        {
            ["patient"] = frame.Patient,
            ["time"] = frame.EventTime,
            ["arrival"] = frame.ArrivalTime,
            ["device"] = frame.Device,
            ["source"] = frame.Source.ToString().ToLowerInvariant(),
            ["epoch"] = frame.Epoch,
            ["sequence"] = frame.Sequence,
            ["readings"] = new JsonArray([.. frame.Readings.Select(Reading)]),
        };
        if (facts is not null)
        {
            Set(line, "age", facts.AgeYears);
            Set(line, "sex", facts.Male is { } male ? male ? "male" : "female" : null);
            Set(line, "ward", facts.Ward);
            Set(line, "admission", facts.AdmissionTime);
        }

        return line.ToJsonString();
    }

    private static JsonObject Reading(RecordedReading reading)
    {
        var json = new JsonObject
        {
            ["vital"] = reading.Vital is { } vital ? VitalSignCatalogue.Info(vital).Key : reading.Name,
            ["unit"] = reading.Unit == Unit.Unknown ? "furlong" : Units.Code(reading.Unit),
            ["validity"] = reading.Validity.ToString().ToLowerInvariant(),
        };
        if (double.IsFinite(reading.Value))
        {
            json["value"] = JsonNode.Parse(reading.Value.ToString("R", CultureInfo.InvariantCulture));
        }

        return json;
    }

    private static void Set<T>(JsonObject line, string name, T? value)
    {
        if (value is not null)
        {
            line[name] = JsonSerializer.SerializeToNode(value);
        }
    }
}
