// Writes a model's card for people: every value on a line of its own under its key, long texts wrapped.
using System.Text.Json;

namespace MedAI.Streaming.Host.Commands;

/// <summary>Shows cards.</summary>
internal static class CardText
{
    private const int Width = 110;

    /// <summary>Writes a card; it has been read and checked before.</summary>
    public static void Write(TextWriter output, string json)
    {
        using var card = JsonDocument.Parse(json);
        WriteMembers(output, card.RootElement, "");
    }

    private static void WriteMembers(TextWriter output, JsonElement element, string indent)
    {
        foreach (var member in element.EnumerateObject())
        {
            switch (member.Value.ValueKind)
            {
                case JsonValueKind.Object:
                    output.WriteLine($"{indent}{member.Name}");
                    WriteMembers(output, member.Value, indent + "  ");
                    break;
                case JsonValueKind.Array when member.Value.EnumerateArray().All(
                    item => item.ValueKind == JsonValueKind.String && item.GetString()!.Length > 40):
                    output.WriteLine($"{indent}{member.Name}");
                    foreach (var item in member.Value.EnumerateArray())
                    {
                        WriteWrapped(output, $"{indent}  - ", item.GetString()!);
                    }

                    break;
                case JsonValueKind.Array:
                    WriteWrapped(output, $"{indent}{member.Name}  ", string.Join(", ", member.Value.EnumerateArray()));
                    break;
                default:
                    WriteWrapped(output, $"{indent}{member.Name}  ", member.Value.ToString());
                    break;
            }
        }
    }

    private static void WriteWrapped(TextWriter output, string head, string text)
    {
        var line = head;
        foreach (var word in text.Split(' '))
        {
            if (line.Length + word.Length > Width && line.Trim().Length > 0)
            {
                output.WriteLine(line.TrimEnd());
                line = new string(' ', Math.Min(head.Length, 24));
            }

            line += word + " ";
        }

        output.WriteLine(line.TrimEnd());
    }
}
