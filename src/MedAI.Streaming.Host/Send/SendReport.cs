// What a sending did: as one JSON object, and as a few lines for a person.
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using MedAI.Streaming.Host.Commands;

namespace MedAI.Streaming.Host.Send;

/// <summary>The report of a sending.</summary>
/// <param name="Input">What was sent, in words that are equal for equal input.</param>
/// <param name="Target">Where to.</param>
/// <param name="Counts">The numbers.</param>
/// <param name="Latency">How long acknowledgements took: half of them, 99 of 100, and all took no longer.</param>
/// <param name="Seconds">Wall time.</param>
/// <param name="Behind">How late the sender was at most with what was due.</param>
internal sealed record SendReport(
    string Input, string Target, SendCounts Counts, (TimeSpan P50, TimeSpan P99, TimeSpan Max) Latency, double Seconds, TimeSpan Behind)
{
    private static readonly JsonWriterOptions Style = new()
    {
        Indented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Writes the report to a file.</summary>
    /// <exception cref="FailureException">It cannot be written.</exception>
    public void Write(string file)
    {
        try
        {
            File.WriteAllText(file, Json());
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new FailureException($"the frames are sent, but the report cannot be written: {refused.Message}", refused);
        }
    }

    /// <summary>The report as JSON.</summary>
    public string Json()
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, Style))
        {
            json.WriteStartObject();
            json.WriteString("input", Input);
            json.WriteString("target", Target);
            json.WriteNumber("devices", Counts.Devices);
            json.WriteNumber("frames", Counts.Frames);
            json.WriteNumber("unique", Counts.Unique);
            json.WriteNumber("sent", Counts.Sent);
            json.WriteNumber("resent", Counts.Resent);
            json.WriteNumber("acknowledged", Counts.Acknowledged);
            json.WriteNumber("refused", Counts.Refused);
            json.WriteStartObject("refusedByReason");
            foreach (var (reason, count) in Counts.RefusedByReason.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            {
                json.WriteNumber(reason, count);
            }

            json.WriteEndObject();
            json.WriteNumber("undelivered", Counts.Undelivered);
            json.WriteNumber("lost", Counts.Lost);
            json.WriteNumber("requests", Counts.Requests);
            json.WriteNumber("busy", Counts.Busy);
            json.WriteNumber("controls", Counts.Controls);
            json.WriteNumber("controlsRefused", Counts.ControlsRefused);
            json.WriteNumber("seconds", Math.Round(Seconds, 3));
            json.WriteNumber("behindMs", Math.Round(Behind.TotalMilliseconds, 3));
            json.WriteStartObject("latencyMs");
            json.WriteNumber("p50", Math.Round(Latency.P50.TotalMilliseconds, 3));
            json.WriteNumber("p99", Math.Round(Latency.P99.TotalMilliseconds, 3));
            json.WriteNumber("max", Math.Round(Latency.Max.TotalMilliseconds, 3));
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray()) + "\n";
    }

    /// <summary>Writes the lines for a person.</summary>
    public void Write(TextWriter output)
    {
        var c = Counts;
        Line(output, $"{c.Devices:N0} devices sent {c.Frames:N0} frames to {Target} in {Seconds:0.0} s, {c.Unique:N0} of them different:");
        Line(output, $"  {c.Acknowledged,12:N0} acknowledged");
        Line(output, $"  {c.Refused,12:N0} refused");
        foreach (var (reason, count) in c.RefusedByReason.OrderByDescending(pair => pair.Value))
        {
            Line(output, $"  {count,16:N0} {reason}");
        }

        Line(output, $"  {c.Undelivered,12:N0} without an answer");
        if (c.Lost > 0)
            Line(output, $"{c.Lost:N0} more were numbered and never sent, on purpose");
        if (c.Controls + c.ControlsRefused > 0)
            Line(output, $"{c.Controls:N0} control requests done, {c.ControlsRefused:N0} not");
        Line(output, $"{c.Requests:N0} requests; {c.Busy:N0} were asked to come again, {c.Resent:N0} frames went out again");
        Line(output, $"acknowledged after {Latency.P50.TotalMilliseconds:0.#} ms (half), {Latency.P99.TotalMilliseconds:0.#} ms (99 %), {Latency.Max.TotalMilliseconds:0.#} ms (all); at most {Behind.TotalSeconds:0.0} s behind");
    }

    private static void Line(TextWriter output, FormattableString text) =>
        output.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
