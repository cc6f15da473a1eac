// What requests of the control plane say, taken out of path and body; everything that is wrong with it is told at once.
using System.Text.Json;
using MedAI.Streaming.Domain.Alerts;
using MedAI.Streaming.Domain.Patients;
using MedAI.Streaming.Domain.Stream;
using Microsoft.AspNetCore.Http;

namespace MedAI.Streaming.Host.Web.Control;

/// <summary>A request of the control plane, while it is read.</summary>
internal sealed class ControlRequest
{
    private const double MaxAgeYears = 130;
    private const int MaxLimits = 256;

    private readonly JsonElement _body;
    private readonly Dictionary<string, string> _errors;
    private readonly long _latest;

    private ControlRequest(JsonElement body, Dictionary<string, string> errors, long latest, string patient, string device)
    {
        _body = body;
        _errors = errors;
        _latest = latest;
        Patient = patient;
        Device = device;
    }

    /// <summary>The patient of the path.</summary>
    public string Patient { get; }

    /// <summary>The device of the path; empty where it has none.</summary>
    public string Device { get; }

    /// <summary>What is wrong with it, once all of it was read; null: nothing.</summary>
    public Problem? Problem => _errors.Count == 0
        ? null
        : new(422, "invalid", "Something in the request may not be so, as 'errors' says.") { Errors = _errors };

    /// <summary>Reads path and body.</summary>
    /// <param name="request">The request.</param>
    /// <param name="now">The time now, ms since 1970.</param>
    public static async Task<(ControlRequest Request, Problem? Problem)> ReadAsync(HttpRequest request, long now)
    {
        var (body, problem) = await JsonBody.ReadAsync(request, request.HttpContext.RequestAborted);
        if (problem is not null)
            return (null!, problem);

        var errors = new Dictionary<string, string>(StringComparer.Ordinal);
        var patient = Id(request, "id", errors);
        var device = request.RouteValues.ContainsKey("device") ? Id(request, "device", errors) : "";
        return (new(body, errors, now + PatientControl.MaxAheadMs, patient, device), null);
    }

    /// <summary>What is known of the patient.</summary>
    public PatientFactsElement Facts()
    {
        var fields = Fields("ageYears", "sex", "admission", "ward", "bed", "pregnant", "spo2Scale");
        var age = fields.Number("ageYears", 0, MaxAgeYears);
        var sex = fields.Word("sex", isNeeded: false, "male", "female", "other", "unknown");
        var scale = fields.Object("spo2Scale", "orderedBy");
        return new PatientFactsElement(
            0, Patient, age, sex switch { "male" => true, "female" => false, _ => null }, fields.Time("admission", _latest), fields.Text("ward"),
            fields.Text("bed"), scale?.Text("orderedBy", isNeeded: true), fields.Flag("pregnant") ?? false);
    }

    /// <summary>From when on a device is worn, and who says so.</summary>
    public (long? From, string By) Association()
    {
        var fields = Fields("from", "by");
        return (fields.Time("from", _latest), fields.Text("by", isNeeded: true) ?? "");
    }

    /// <summary>From when on a device is not worn any more, and who says so, in the body or in the query.</summary>
    /// <param name="query">The query.</param>
    /// <param name="otherwise">Who says so where the request does not name them.</param>
    public (long? Until, string By) End(IQueryCollection query, string otherwise)
    {
        var fields = Fields("until", "by");
        var fromQuery = JsonSerializer.SerializeToElement(query.ToDictionary(pair => pair.Key, pair => Number(pair.Value.ToString())));
        var others = new RequestFields(fromQuery, "", _errors, "until", "by");
        var until = fields.Time("until", _latest) ?? others.Time("until", _latest);
        return (until, fields.Text("by") ?? others.Text("by") ?? otherwise);
    }

    /// <summary>The patient's own limits, and who sets them.</summary>
    public (IReadOnlyList<PatientLimit> Limits, string By) Limits()
    {
        var fields = Fields("limits", "by");
        var limits = fields.List("limits", MaxLimits, isNeeded: true).Select(Limit).ToArray();
        return (limits, fields.Text("by", isNeeded: true) ?? "");
    }

    /// <summary>What was seen and is acknowledged.</summary>
    public AcknowledgementElement Acknowledgement()
    {
        var fields = Fields("rule", "opened", "ordinal", "by");
        var rule = fields.Text("rule", isNeeded: true) ?? "";
        var opened = fields.Time("opened", long.MaxValue, isNeeded: true);
        var ordinal = fields.Whole("ordinal", 0, int.MaxValue, isNeeded: true);
        return new AcknowledgementElement(0, Patient, rule, fields.Text("by", isNeeded: true) ?? "", opened, ordinal);
    }

    /// <summary>When the patient left, and who says so.</summary>
    public (long? At, string By) Discharge()
    {
        var fields = Fields("at", "by");
        return (fields.Time("at", _latest), fields.Text("by", isNeeded: true) ?? "");
    }

    private PatientLimit Limit(JsonElement entry, int index)
    {
        var path = $"limits[{index}].";
        var fields = new RequestFields(entry, path, _errors, "rule", "enabled", "levels", "delaySeconds");
        var levels = fields.List("levels", LimitRule.MaxLevels).Select((level, i) => Level(level, $"{path}levels[{i}].")).ToArray();
        return new PatientLimit(
            fields.Text("rule", isNeeded: true) ?? "", fields.Flag("enabled") ?? true, levels,
            fields.Whole("delaySeconds", 0, PatientLimits.MaxDelaySeconds));
    }

    private AlertLevel Level(JsonElement entry, string path)
    {
        var fields = new RequestFields(entry, path, _errors, "threshold", "priority");
        var priority = fields.Word("priority", isNeeded: true, "low", "medium", "high") switch
        {
            "low" => AlertPriority.Low,
            "medium" => AlertPriority.Medium,
            _ => AlertPriority.High,
        };
        return new AlertLevel(fields.Number("threshold", -1e6, 1e6, isNeeded: true) ?? 0, priority);
    }

    private RequestFields Fields(params IReadOnlyList<string> known) => new(_body, "", _errors, known);

    private static string Id(HttpRequest request, string name, Dictionary<string, string> errors)
    {
        var id = request.RouteValues[name] as string ?? "";

        // A slash in a path cannot be told from the text that stands for it, so an id with one cannot be reached here.
        if (!Identifier.IsValid(id) || id.Contains("%2F", StringComparison.OrdinalIgnoreCase) || id.Contains('/', StringComparison.Ordinal))
            errors.TryAdd(name, $"must be {Identifier.Allowed}, no slash");
        return id;
    }

    // A query has no numbers: milliseconds are told by their digits.
    private static object Number(string text) => long.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var number) ? number : text;
}
