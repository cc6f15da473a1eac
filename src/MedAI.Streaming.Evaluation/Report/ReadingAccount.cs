// What became of the readings behind a report: none is lost without a word.
using System.Globalization;
using System.Text.Json;

namespace MedAI.Streaming.Evaluation.Report;

/// <summary>Sums over readings: accepted + late + duplicate + rejected = in.</summary>
/// <param name="In">Readings that came in.</param>
/// <param name="Accepted">Readings taken.</param>
/// <param name="Late">Readings that came too late to be judged.</param>
/// <param name="Duplicate">Readings of repeated frames.</param>
/// <param name="RejectedByReason">Readings rejected, by name of the reason.</param>
public sealed record ReadingAccount(long In, long Accepted, long Late, long Duplicate, IReadOnlyDictionary<string, long> RejectedByReason)
{
    /// <summary>Readings rejected.</summary>
    public long Rejected => RejectedByReason.Values.Sum();

    /// <summary>The sums in a sentence.</summary>
    public string InWords => string.Create(
        CultureInfo.InvariantCulture,
        $"{In:N0} readings: {Accepted:N0} accepted, {Late:N0} late, {Duplicate:N0} duplicate, {Rejected:N0} rejected");

    /// <summary>Writes the sentence, and a line for each reason of a rejection, the commonest first.</summary>
    public void WriteText(TextWriter output)
    {
        output.WriteLine(InWords);
        foreach (var (reason, count) in RejectedByReason.OrderByDescending(pair => pair.Value))
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {count,12:N0} {reason}"));
        }
    }

    /// <summary>Writes the member <c>readings</c>.</summary>
    public void WriteJson(Utf8JsonWriter json)
    {
        json.WriteStartObject("readings");
        json.WriteNumber("in", In);
        json.WriteNumber("accepted", Accepted);
        json.WriteNumber("late", Late);
        json.WriteNumber("duplicate", Duplicate);
        json.WriteNumber("rejected", Rejected);
        json.WriteStartObject("rejectedByReason");
        foreach (var (reason, count) in RejectedByReason.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            json.WriteNumber(reason, count);
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }
}
