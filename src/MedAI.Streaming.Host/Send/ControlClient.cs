// Tells a service about patients and their devices, through its control plane.
using System.Buffers;
using System.Text.Json;
using MedAI.Streaming.Adapters.Json;
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Host.Web;

namespace MedAI.Streaming.Host.Send;

/// <summary>A request that changes how a patient is watched.</summary>
internal abstract record ControlRequest(string Patient)
{
    /// <summary>What is known of a patient.</summary>
    public sealed record Facts(PatientFactsElement Known) : ControlRequest(Known.Patient)
    {
        /// <inheritdoc/>
        public override string ToString() => $"facts of {Patient}";
    }

    /// <summary>A patient wears a device.</summary>
    public sealed record Wears(string Patient, string Device, long From) : ControlRequest(Patient)
    {
        /// <inheritdoc/>
        public override string ToString() => $"{Patient} wears {Device}";
    }
}

/// <summary>A client of the control plane. Thread-safe.</summary>
/// <param name="client">Speaks with the service.</param>
/// <param name="time">Waits.</param>
internal sealed class ControlClient(ServiceClient client, TimeProvider time)
{
    private const string By = "medai simulate";

    /// <summary>Does a request, again and again while the service has no time for it or does not answer.</summary>
    /// <param name="request">The request; to do it twice changes nothing.</param>
    /// <param name="giveUpAfter">For how long.</param>
    /// <param name="stop">Ends it; the answer is then a failure.</param>
    public async Task<ServiceAnswer> DoAsync(ControlRequest request, TimeSpan giveUpAfter, CancellationToken stop)
    {
        var began = time.GetTimestamp();
        for (var attempt = 0; ; attempt++)
        {
            var answer = await TryAsync(request, stop);
            var pause = answer.RetryAfter ?? Backoff.Pause(attempt);
            if (answer.IsGood || !answer.IsPassing || stop.IsCancellationRequested || time.GetElapsedTime(began) + pause > giveUpAfter)
                return answer;

            await Task.Delay(pause, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<ServiceAnswer> TryAsync(ControlRequest request, CancellationToken stop)
    {
        var body = new ArrayBufferWriter<byte>(256);
        await using (var json = new Utf8JsonWriter(body, WebJson.Style))
        {
            json.WriteStartObject();
            Write(json, request);
            json.WriteEndObject();
        }

        using var message = new HttpRequestMessage(HttpMethod.Put, Path(request))
        {
            Content = new ReadOnlyMemoryContent(body.WrittenMemory) { Headers = { ContentType = new("application/json") } },
        };
        try
        {
            return await client.TrySendAsync(message, stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return new(0, default, null, "interrupted");
        }
    }

    private static string Path(ControlRequest request)
    {
        var patient = $"v1/patients/{Uri.EscapeDataString(request.Patient)}";
        return request is ControlRequest.Wears wears ? $"{patient}/devices/{Uri.EscapeDataString(wears.Device)}" : patient;
    }

    private static void Write(Utf8JsonWriter json, ControlRequest request)
    {
        switch (request)
        {
            case ControlRequest.Facts { Known: var facts }:
                if (facts.AgeYears is { } age)
                    json.WriteNumber("ageYears", age);
                if (facts.Male is { } male)
                    json.WriteString("sex", male ? "male" : "female");
                if (facts.AdmissionTime is { } admission)
                    json.WriteString("admission", JsonTime.Format(admission));
                WriteText(json, "ward", facts.Ward);
                WriteText(json, "bed", facts.Bed);
                if (facts.SpO2Scale2OrderedBy is { Length: > 0 } by)
                {
                    json.WriteStartObject("spo2Scale");
                    json.WriteString("orderedBy", by);
                    json.WriteEndObject();
                }

                if (facts.Pregnant)
                    json.WriteBoolean("pregnant", true);
                break;
            case ControlRequest.Wears wears:
                json.WriteString("from", JsonTime.Format(wears.From));
                json.WriteString("by", By);
                break;
        }
    }

    private static void WriteText(Utf8JsonWriter json, string name, string? text)
    {
        if (!string.IsNullOrEmpty(text))
            json.WriteString(name, text);
    }
}
