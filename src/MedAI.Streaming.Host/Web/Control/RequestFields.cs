// Takes the fields of a small JSON body one by one, and gathers everything that is wrong with them.
using System.Globalization;
using System.Text.Json;
using MedAI.Streaming.Adapters.Json;
using MedAI.Streaming.Domain.Patients;

namespace MedAI.Streaming.Host.Web.Control;

/// <summary>The fields of an object. What is left out and what is null are the same.</summary>
internal sealed class RequestFields
{
    private readonly Dictionary<string, JsonElement> _fields = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _errors;
    private readonly string _path;

    /// <summary>The fields of an object.</summary>
    /// <param name="body">The object; anything else has no fields and is an error.</param>
    /// <param name="path">What stands before field names in errors, for example <c>limits[2].</c></param>
    /// <param name="errors">Where errors go.</param>
    /// <param name="known">The names there are; another one is an error.</param>
    public RequestFields(JsonElement body, string path, Dictionary<string, string> errors, params IReadOnlyList<string> known)
    {
        _path = path;
        _errors = errors;
        if (body.ValueKind != JsonValueKind.Object)
        {
            Report("", "must be an object {...}");
            return;
        }

        foreach (var field in body.EnumerateObject())
        {
            if (!known.Contains(field.Name))
                Report(field.Name, $"is not known; there is {string.Join(", ", known)}");
            else if (field.Value.ValueKind != JsonValueKind.Null)
                _fields[field.Name] = field.Value;
        }
    }

    /// <summary>Notes that something is wrong with a field; the first thing counts.</summary>
    public void Report(string name, string problem) => _errors.TryAdd(name.Length == 0 ? _path.TrimEnd('.') : _path + name, problem);

    /// <summary>A text that a person reads: an id's rules hold for it, too. Null where it is left out or wrong.</summary>
    public string? Text(string name, bool isNeeded = false)
    {
        if (!Find(name, isNeeded, out var value))
            return null;
        if (value.ValueKind == JsonValueKind.String && value.GetString() is { } text && Identifier.IsValid(text))
            return text;

        Report(name, $"must be a text of {Identifier.Allowed}");
        return null;
    }

    /// <summary>One of some words.</summary>
    public string? Word(string name, bool isNeeded, params IReadOnlyList<string> words)
    {
        if (!Find(name, isNeeded, out var value))
            return null;
        if (value.ValueKind == JsonValueKind.String && words.Contains(value.GetString()!))
            return value.GetString();

        Report(name, $"must be one of {string.Join(", ", words)}");
        return null;
    }

    /// <summary>A number of a range.</summary>
    public double? Number(string name, double least, double most, bool isNeeded = false)
    {
        if (!Find(name, isNeeded, out var value))
            return null;
        if (value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && number >= least && number <= most)
            return number;

        Report(name, string.Create(CultureInfo.InvariantCulture, $"must be a number from {least} to {most}"));
        return null;
    }

    /// <summary>A whole number of a range.</summary>
    public int? Whole(string name, int least, int most, bool isNeeded = false)
    {
        if (!Find(name, isNeeded, out var value))
            return null;
        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= least && number <= most)
            return number;

        Report(name, string.Create(CultureInfo.InvariantCulture, $"must be a whole number from {least} to {most}"));
        return null;
    }

    /// <summary>True or false.</summary>
    public bool? Flag(string name)
    {
        if (!Find(name, isNeeded: false, out var value))
            return null;
        if (value.ValueKind is JsonValueKind.True or JsonValueKind.False)
            return value.GetBoolean();

        Report(name, "must be true or false");
        return null;
    }

    /// <summary>A time, ms since 1970, not after a latest one.</summary>
    public long? Time(string name, long latest, bool isNeeded = false)
    {
        if (!Find(name, isNeeded, out var value))
            return null;

        var time = 0L;
        var isTime = value.ValueKind switch
        {
            JsonValueKind.Number => value.TryGetInt64(out time) && JsonTime.IsTime(time),
            JsonValueKind.String => JsonTime.TryParse(value.GetString(), out time),
            _ => false,
        };
        if (!isTime)
            Report(name, $"must be {JsonTime.Allowed}");
        else if (time > latest)
            Report(name, $"must not be ahead of now; the latest is {JsonTime.Format(latest)}");
        return isTime && time <= latest ? time : null;
    }

    /// <summary>The entries of a list.</summary>
    public IReadOnlyList<JsonElement> List(string name, int most, bool isNeeded = false)
    {
        if (!Find(name, isNeeded, out var value))
            return [];
        if (value.ValueKind == JsonValueKind.Array && value.GetArrayLength() <= most)
            return [.. value.EnumerateArray()];

        Report(name, string.Create(CultureInfo.InvariantCulture, $"must be a list of at most {most} entries"));
        return [];
    }

    /// <summary>The fields of an object in a field; null where it is left out.</summary>
    public RequestFields? Object(string name, params IReadOnlyList<string> known) =>
        Find(name, isNeeded: false, out var value) ? new(value, $"{_path}{name}.", _errors, known) : null;

    private bool Find(string name, bool isNeeded, out JsonElement value)
    {
        var isThere = _fields.TryGetValue(name, out value);
        if (!isThere && isNeeded)
            Report(name, "is needed");
        return isThere;
    }
}
