// The report of a replay as a test reads it, and what two runs of one input must agree in.
using System.Text.Json;
using Xunit;

namespace Acceptance.Tests.Replay;

internal sealed record Report(JsonElement Json)
{
    public long In => Reading("in");

    public long Accepted => Reading("accepted");

    public long Late => Reading("late");

    public long Duplicate => Reading("duplicate");

    public long Rejected => Reading("rejected");

    public string Sha => Json.GetProperty("transitionsSha256").GetString()!;

    public IReadOnlyDictionary<string, long> RejectedByReason => Counts(Json.GetProperty("readings").GetProperty("rejectedByReason"));

    public IReadOnlyDictionary<string, long> AlertsByRule => Counts(Json.GetProperty("alerts").GetProperty("byRule"));

    public long Scores => Json.GetProperty("scores").GetProperty("count").GetInt64();

    /// <summary>All of the report that may not depend on how often the run was interrupted, how it was cut, or how fast it went.</summary>
    public string WhatWasDecided => string.Join(
        '\n', ((string[])["readings", "frames", "patients", "eventHours", "alerts", "transitionsSha256"]).Select(name => $"{name}: {Json.GetProperty(name)}"))
        + $"\nscores: {Scores}";

    public static Report Read(string file) => new(JsonDocument.Parse(File.ReadAllText(file)).RootElement);

    /// <summary>Every reading has exactly one outcome.</summary>
    public void AssertAccountedFor(long readings)
    {
        Assert.Equal(readings, In);
        Assert.Equal(In, Accepted + Late + Duplicate + Rejected);
        Assert.Equal(Rejected, RejectedByReason.Values.Sum());
    }

    private long Reading(string name) => Json.GetProperty("readings").GetProperty(name).GetInt64();

    private static Dictionary<string, long> Counts(JsonElement counts) =>
        counts.EnumerateObject().ToDictionary(pair => pair.Name, pair => pair.Value.GetInt64(), StringComparer.Ordinal);
}
