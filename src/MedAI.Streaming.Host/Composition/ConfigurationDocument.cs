// Reads the JSON of a configuration file into nodes, and says by line and column where it is not JSON.
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace MedAI.Streaming.Host.Composition;

/// <summary>Reads JSON with comments and trailing commas.</summary>
internal ref struct ConfigurationDocument
{
    private readonly List<ConfigurationError> _errors;
    private readonly ReadOnlySpan<byte> _bytes;
    private Utf8JsonReader _reader;
    private int _line;
    private int _counted;

    private ConfigurationDocument(ReadOnlySpan<byte> bytes, List<ConfigurationError> errors)
    {
        _errors = errors;
        _bytes = bytes;
        _line = 1;
        _reader = new Utf8JsonReader(
            bytes, new JsonReaderOptions
            {
                AllowTrailingCommas = true,
                CommentHandling = JsonCommentHandling.Skip,
                MaxDepth = 16,
            });
    }

    /// <summary>Reads a whole file; null (and an error) where it is not JSON.</summary>
    public static ConfigurationNode? Read(ReadOnlySpan<byte> bytes, List<ConfigurationError> errors)
    {
        ReadOnlySpan<byte> mark = [0xEF, 0xBB, 0xBF];
        bytes = bytes.StartsWith(mark) ? bytes[mark.Length..] : bytes;
        if (!Utf8.IsValid(bytes))
        {
            errors.Add(new("", 0, "bytes that are not UTF-8", "JSON text in UTF-8", "Save the file as UTF-8."));
            return null;
        }

        var document = new ConfigurationDocument(bytes, errors);
        try
        {
            document._reader.Read();
            var root = document.Value("");
            document._reader.Read();
            return root;
        }
        catch (JsonException broken)
        {
            errors.Add(NotJson(broken));
            return null;
        }
    }

    private ConfigurationNode Value(string key)
    {
        var line = Line();
        switch (_reader.TokenType)
        {
            case JsonTokenType.StartObject:
                return Members(new ConfigurationNode(NodeKind.Object, "", line), key);
            case JsonTokenType.StartArray:
                var list = new ConfigurationNode(NodeKind.List, "", line);
                while (_reader.Read() && _reader.TokenType != JsonTokenType.EndArray)
                {
                    list.Items.Add(Value($"{key}[{list.Items.Count}]"));
                }

                return list;
            case JsonTokenType.String:
                return new ConfigurationNode(NodeKind.Text, Text(), line);
            case JsonTokenType.Number:
                return new ConfigurationNode(NodeKind.Number, Encoding.UTF8.GetString(_reader.ValueSpan), line);
            case JsonTokenType.True:
            case JsonTokenType.False:
                return new ConfigurationNode(NodeKind.Boolean, _reader.TokenType == JsonTokenType.True ? "true" : "false", line);
            default:
                return new ConfigurationNode(NodeKind.Null, "null", line);
        }
    }

    private ConfigurationNode Members(ConfigurationNode into, string key)
    {
        while (_reader.Read() && _reader.TokenType != JsonTokenType.EndObject)
        {
            var name = Text();
            var line = Line();
            var path = ConfigurationPath.Join(key, name);
            var first = into[name];
            _reader.Read();
            var value = Value(path);
            if (first is null)
            {
                into.Members.Add((name, value));
            }
            else
            {
                var advice = $"Keep one of them; the first stands in line {first.Line}.";
                _errors.Add(new(path, line, "the key a second time", "each key once", advice));
            }
        }

        return into;
    }

    // A lone surrogate as \uD800 is valid JSON to the reader but not text.
    private readonly string Text()
    {
        try
        {
            return _reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            return "\uFFFD";
        }
    }

    // Tokens come in order, so each line end is counted once.
    private int Line()
    {
        var upTo = (int)_reader.TokenStartIndex;
        _line += _bytes[_counted..upTo].Count((byte)'\n');
        _counted = upTo;
        return _line;
    }

    private static ConfigurationError NotJson(JsonException broken)
    {
        var line = (int)(broken.LineNumber ?? 0) + 1;
        var place = $"something else in column {(broken.BytePositionInLine ?? 0) + 1}";
        var cut = broken.Message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        var why = cut < 0 ? broken.Message : broken.Message[..cut];
        return new("", line, place, "JSON (comments and trailing commas are fine)", $"Correct it there: {why}");
    }
}
