// Reads the values of a card.json one by one, and names file, key and value where one does not fit.
using System.Text.Json;
using MedAI.Streaming.Pipeline.Ports;

namespace MedAI.Streaming.Adapters.Onnx;

/// <summary>A parsed card; keys are paths with dots. Keys that serving does not need are left alone.</summary>
internal sealed class CardDocument : IDisposable
{
    private readonly string _file;
    private readonly JsonDocument _document;

    private CardDocument(string file, JsonDocument document)
    {
        _file = file;
        _document = document;
    }

    /// <exception cref="ModelLoadException">The file is missing, cannot be read or is not a JSON object.</exception>
    public static CardDocument Open(string file)
    {
        try
        {
            var document = JsonDocument.Parse(File.ReadAllBytes(file));
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                return new CardDocument(file, document);
            }

            document.Dispose();
            throw new ModelLoadException($"{file}: the card must be a JSON object. Export the model again.");
        }
        catch (JsonException failure)
        {
            throw new ModelLoadException($"{file}: the card is not valid JSON at line {failure.LineNumber + 1}, byte "
                + $"{failure.BytePositionInLine + 1}: {failure.Message} Export the model again.", failure);
        }
        catch (IOException failure)
        {
            throw new ModelLoadException($"{file}: the card cannot be read: {failure.Message}", failure);
        }
        catch (UnauthorizedAccessException failure)
        {
            throw new ModelLoadException($"{file}: the card cannot be read: {failure.Message}", failure);
        }
    }

    public bool Has(string key)
    {
        var element = _document.RootElement;
        return key.Split('.').All(part => element.ValueKind == JsonValueKind.Object && element.TryGetProperty(part, out element));
    }

    public string Text(string key)
    {
        var element = Find(key);
        var text = element.ValueKind == JsonValueKind.String ? element.GetString() : null;
        return string.IsNullOrWhiteSpace(text) ? throw Wrong(key, element, "a text") : text;
    }

    public double Number(string key, double least, double most)
    {
        var element = Find(key);
        return element.ValueKind == JsonValueKind.Number
            && element.TryGetDouble(out var number) && number >= least && number <= most
            ? number
            : throw Wrong(key, element, FormattableString.Invariant($"a number from {least} to {most}"));
    }

    public int Whole(string key, int least, int most)
    {
        var element = Find(key);
        return element.ValueKind == JsonValueKind.Number
            && element.TryGetInt32(out var number) && number >= least && number <= most
            ? number
            : throw Wrong(key, element, $"a whole number from {least} to {most}");
    }

    public IReadOnlyList<string> Names(string key)
    {
        var element = Find(key);
        if (element.ValueKind != JsonValueKind.Array || element.GetArrayLength() == 0
            || element.EnumerateArray().Any(item => item.ValueKind != JsonValueKind.String))
        {
            throw Wrong(key, element, "a list of names that is not empty");
        }

        var names = element.EnumerateArray().Select(item => item.GetString()!).ToList();
        var twice = names.GroupBy(name => name, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1);
        return twice is null ? names : throw Wrong(key, element, $"a list of different names ('{twice.Key}' is there twice)");
    }

    public IReadOnlyDictionary<string, double> Numbers(string key, double least, double most)
    {
        var element = Find(key);
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw Wrong(key, element, "an object of numbers by name");
        }

        return element.EnumerateObject().ToDictionary(
            item => item.Name, item => Number($"{key}.{item.Name}", least, most), StringComparer.Ordinal);
    }

    /// <summary>The members of an object, each with lists of numbers <c>edges</c> and <c>shares</c>. Their names may have dots in them.</summary>
    public IEnumerable<(string Name, IReadOnlyList<double> Edges, IReadOnlyList<double> Shares)> Histograms(string key)
    {
        var element = Find(key);
        if (element.ValueKind != JsonValueKind.Object)
            throw Wrong(key, element, "an object of histograms by name");

        foreach (var item in element.EnumerateObject())
        {
            yield return NumbersOf(item.Value, "edges") is { } edges && NumbersOf(item.Value, "shares") is { } shares
                ? (item.Name, edges, shares)
                : throw Wrong($"{key} of {item.Name}", item.Value, "an object with the lists of numbers 'edges' and 'shares'");
        }
    }

    private static List<double>? NumbersOf(JsonElement holder, string name) =>
        holder.ValueKind == JsonValueKind.Object && holder.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array
        && list.EnumerateArray().All(number => number.ValueKind == JsonValueKind.Number)
            ? [.. list.EnumerateArray().Select(number => number.GetDouble())]
            : null;

    /// <summary>What to throw where a value does not fit; <paramref name="wanted"/> says what would.</summary>
    public ModelLoadException Wrong(string key, string wanted) => Wrong(key, Find(key), wanted);

    public void Dispose() => _document.Dispose();

    private JsonElement Find(string key)
    {
        var element = _document.RootElement;
        foreach (var part in key.Split('.'))
        {
            if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(part, out element))
            {
                throw new ModelLoadException($"{_file}: '{key}' is missing. Export the model again, or add it.");
            }
        }

        return element;
    }

    private ModelLoadException Wrong(string key, JsonElement found, string wanted)
    {
        var text = found.GetRawText();
        var start = text.Length > 80 ? text[..80] + "..." : text;
        return new ModelLoadException($"{_file}: '{key}' is {start}; it must be {wanted}.");
    }
}
