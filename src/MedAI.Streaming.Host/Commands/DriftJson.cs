// Writes how far a model's inputs have moved, in the reports of runs.
using System.Text.Json;
using MedAI.Streaming.Pipeline.Scoring;

namespace MedAI.Streaming.Host.Commands;

/// <summary>Input drift in reports.</summary>
internal static class DriftJson
{
    /// <summary>The population stability index by input; empty where the card has no histograms, or after too few steps.</summary>
    public static IReadOnlyDictionary<string, double> ByInput(InputDrift? drift) =>
        drift?.Measure().ToDictionary(moved => moved.Input, moved => moved.Psi, StringComparer.Ordinal) ?? [];

    /// <summary>Writes <c>drift</c>: an object by input.</summary>
    public static void Write(Utf8JsonWriter json, IReadOnlyDictionary<string, double> drift)
    {
        json.WriteStartObject("drift");
        foreach (var (input, psi) in drift)
        {
            json.WriteNumber(input, Math.Round(psi, 6));
        }

        json.WriteEndObject();
    }
}
