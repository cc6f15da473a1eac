// The made-up patients of schemas/golden and the rows that training/ makes of them: features.json for the 25 inputs of version 1, features-2.json for all.
using System.Globalization;
using System.Text.Json;
using MedAI.Streaming.Domain.Features;
using MedAI.Streaming.Domain.Vitals;

namespace MedAI.Streaming.Domain.Tests.Features;

internal sealed record GoldenEvent(long OffsetMs, VitalSign Vital, double Value);

internal sealed record GoldenRow(long OffsetMs, bool Committed, float[] Expected);

internal sealed record GoldenPatient(
    string Name, double? Age, string? Sex, IReadOnlyList<GoldenEvent> Events, IReadOnlyList<GoldenRow> Rows);

internal sealed record GoldenFeatures(IReadOnlyList<string> Inputs, Normalisation Normalisation, IReadOnlyList<GoldenPatient> Patients)
{
    private static readonly string Schemas = Path.Combine(Root(), "schemas");

    public static GoldenFeatures First { get; } = Read("features.json");

    public static GoldenFeatures All { get; } = Read("features-2.json");

    /// <summary>The list of all inputs, as schemas/features.json has it.</summary>
    public static IReadOnlyList<string> Contract()
    {
        using var document = JsonDocument.Parse(File.ReadAllText(Path.Combine(Schemas, "features.json")));
        return [.. document.RootElement.GetProperty("inputs").EnumerateArray().Select(i => i.GetProperty("name").GetString()!)];
    }

    /// <summary>Key, unit, low and high of each variable, as schemas/features.json has them.</summary>
    public static IReadOnlyList<(string Key, string Unit, double Low, double High)> Variables()
    {
        using var document = JsonDocument.Parse(File.ReadAllText(Path.Combine(Schemas, "features.json")));
        return
        [
            .. document.RootElement.GetProperty("variables").EnumerateArray().Select(v => (
                v.GetProperty("key").GetString()!, v.GetProperty("unit").GetString()!, v.GetProperty("low").GetDouble(),
                v.GetProperty("high").GetDouble())),
        ];
    }

    private static GoldenFeatures Read(string file)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(Path.Combine(Schemas, "golden", file)));
        var golden = document.RootElement;
        return new(
            [.. golden.GetProperty("inputs").EnumerateArray().Select(name => name.GetString()!)], ReadNormalisation(golden),
            [.. golden.GetProperty("patients").EnumerateArray().Select(ReadPatient)]);
    }

    private static Normalisation ReadNormalisation(JsonElement golden)
    {
        var constants = golden.GetProperty("normalisation");
        return new(
            ByInputName(constants.GetProperty("mean")), ByInputName(constants.GetProperty("std")),
            constants.GetProperty("clip").GetDouble(), constants.GetProperty("sinceCapHours").GetDouble(),
            constants.GetProperty("admissionCapHours").GetDouble());
    }

    // The card and the golden file name constants by vital sign; the spec by input.
    private static Dictionary<string, double> ByInputName(JsonElement constants) => constants.EnumerateObject().ToDictionary(
        c => VitalSignCatalogue.TryParse(c.Name, out _) ? c.Name + ".value" : c.Name, c => c.Value.GetDouble(),
        StringComparer.Ordinal);

    private static GoldenPatient ReadPatient(JsonElement patient)
    {
        var age = patient.GetProperty("age");
        var events = patient.GetProperty("events").EnumerateArray().Select(e => new GoldenEvent(
            Milliseconds(e), Vital(e.GetProperty("vital").GetString()!), e.GetProperty("value").GetDouble()));
        var rows = patient.GetProperty("scores").EnumerateArray().Select(s => new GoldenRow(
            Milliseconds(s), s.GetProperty("committed").GetBoolean(),
            [.. s.GetProperty("expected").EnumerateArray().Select(Float)]));
        return new(
            patient.GetProperty("name").GetString()!, age.ValueKind == JsonValueKind.Null ? null : age.GetDouble(),
            patient.GetProperty("sex").GetString(), [.. events], [.. rows]);
    }

    private static float Float(JsonElement number) => float.Parse(number.GetRawText(), CultureInfo.InvariantCulture);

    private static long Milliseconds(JsonElement element) => (long)Math.Round(element.GetProperty("t").GetDouble() * 1000);

    private static VitalSign Vital(string key) =>
        VitalSignCatalogue.TryParse(key, out var vital) ? vital : throw new InvalidDataException($"unknown vital sign {key}");

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "MedAI.Streaming.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("The tests lie outside the repository.");
        }

        return folder.FullName;
    }
}
