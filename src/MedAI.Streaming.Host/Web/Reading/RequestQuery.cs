// Reads the query of a request strictly: every parameter is known, stands there once, and says something that is allowed.
using System.Globalization;
using MedAI.Streaming.Adapters.Json;
using Microsoft.AspNetCore.Http;

namespace MedAI.Streaming.Host.Web.Reading;

/// <summary>The query parameters that an endpoint takes; it stands at the endpoint, so that a test can hold the documentation to it.</summary>
/// <param name="Names">Their names.</param>
internal sealed record QueryNames(IReadOnlyList<string> Names);

/// <summary>One query. What is wrong is collected, so that the caller hears of everything at once.</summary>
internal sealed class RequestQuery
{
    private const int MostTold = 8;
    private const int MaxText = 256;
    private readonly IQueryCollection _query;
    private readonly IReadOnlyList<string> _names;
    private readonly Dictionary<string, string> _errors = new(StringComparer.Ordinal);

    /// <summary>A query, with the names that may stand in it.</summary>
    public RequestQuery(IQueryCollection query, IReadOnlyList<string> names)
    {
        _query = query;
        _names = names;
        foreach (var name in query.Keys.Where(name => !names.Contains(name)).Take(MostTold))
        {
            var known = names.Count == 0 ? "it takes none" : $"it takes {string.Join(", ", names)}";
            _errors[name.Length <= MaxText ? name : name[..MaxText]] = $"This path does not know the parameter; {known}.";
        }
    }

    /// <summary>What is wrong, or null. To be asked once everything was read.</summary>
    public Problem? Problem => _errors.Count == 0
        ? null
        : new(400, "bad_query", "The query cannot be understood; 'errors' says what is wrong with each parameter.") { Errors = _errors };

    /// <summary>Notes that a parameter is wrong.</summary>
    public void Refuse(string name, string why) => _errors[name] = why;

    /// <summary>A text, or null where it is left out.</summary>
    public string? Text(string name)
    {
        if (!_names.Contains(name))
            throw new InvalidOperationException($"The endpoint does not say that it takes '{name}'.");

        var values = _query[name];
        if (values.Count > 1)
            Refuse(name, "It stands there twice.");
        else if (values.Count == 1 && values[0]!.Length > MaxText)
            Refuse(name, $"It is longer than {MaxText} characters.");
        return values.Count == 1 && values[0]!.Length <= MaxText ? values[0] : null;
    }

    /// <summary>A text that says something, or null where it is left out.</summary>
    public string? Id(string name)
    {
        var text = Text(name);
        if (text is { Length: 0 })
            Refuse(name, "It is empty; leave it out instead.");
        return text is { Length: > 0 } ? text : null;
    }

    /// <summary>A whole number of a range.</summary>
    public int Whole(string name, int otherwise, int least, int most)
    {
        if (Text(name) is not { } text)
            return otherwise;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
            return number;

        Refuse(name, $"It is a whole number from {least} to {most}.");
        return otherwise;
    }

    /// <summary>A time in ms since 1970, or null where it is left out.</summary>
    public long? Time(string name)
    {
        if (Text(name) is not { } text)
            return null;
        if (JsonTime.TryParse(text, out var time))
            return time;
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out time) && JsonTime.IsTime(time))
            return time;

        Refuse(name, $"It is {JsonTime.Allowed}. A '+' of an offset is written %2B in a query.");
        return null;
    }

    /// <summary>A word of an enumeration, or null where it is left out.</summary>
    public T? Word<T>(string name)
        where T : struct, Enum
    {
        if (Text(name) is not { } text)
            return null;

        var value = EnumWord.Find<T>(text);
        if (value is null)
            Refuse(name, $"It is one of {string.Join(", ", EnumWord.All<T>())}.");
        return value;
    }
}
