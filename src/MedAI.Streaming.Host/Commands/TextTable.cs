// Writes rows as aligned columns of plain text, or as a JSON array of objects.
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace MedAI.Streaming.Host.Commands;

/// <summary>A column: its heading, its name in JSON, and how to get its value of a row.</summary>
/// <param name="Heading">Heading in the table; null: only in JSON.</param>
/// <param name="Name">Name in JSON, camel case.</param>
/// <param name="Value">A string, number, bool or null.</param>
/// <param name="Right">Whether it is aligned to the right.</param>
internal sealed record TableColumn<T>(string? Heading, string Name, Func<T, object?> Value, bool Right = false);

/// <summary>A table that is written row by row; its widths are those of the first rows.</summary>
internal sealed class TextTable<T>(params IReadOnlyList<TableColumn<T>> columns)
{
    private const int RowsMeasured = 200;

    // Names with letters beyond ASCII stay readable; nothing of this goes into a web page.
    private static readonly JsonWriterOptions JsonStyle = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes the rows as a table or as a JSON array with one object a line.</summary>
    /// <returns>How many rows there were.</returns>
    public long Write(TextWriter output, IEnumerable<T> rows, bool json) =>
        json ? WriteJson(output, rows) : WriteText(output, rows);

    private long WriteText(TextWriter output, IEnumerable<T> rows)
    {
        var shown = columns.Where(column => column.Heading is not null).ToArray();
        var waiting = new List<string[]> { shown.Select(column => column.Heading!).ToArray() };
        int[]? widths = null;
        var count = 0L;
        foreach (var row in rows)
        {
            count++;
            waiting.Add(shown.Select(column => Text(column.Value(row))).ToArray());
            if (widths is null && waiting.Count <= RowsMeasured)
                continue;

            widths ??= Widths(waiting);
            WriteLines(output, waiting, shown, widths);
        }

        WriteLines(output, waiting, shown, widths ?? Widths(waiting));
        return count;
    }

    private static int[] Widths(List<string[]> lines) => [.. lines[0].Select((_, i) => lines.Max(line => line[i].Length))];

    private static void WriteLines(TextWriter output, List<string[]> lines, TableColumn<T>[] shown, int[] widths)
    {
        var text = new StringBuilder();
        foreach (var line in lines)
        {
            text.Clear();
            for (var i = 0; i < line.Length; i++)
            {
                text.Append(shown[i].Right ? line[i].PadLeft(widths[i]) : line[i].PadRight(widths[i])).Append("  ");
            }

            output.WriteLine(text.ToString().TrimEnd());
        }

        lines.Clear();
    }

    private long WriteJson(TextWriter output, IEnumerable<T> rows)
    {
        using var buffer = new MemoryStream();
        using var writer = new Utf8JsonWriter(buffer, JsonStyle);
        var count = 0L;
        output.Write('[');
        foreach (var row in rows)
        {
            output.WriteLine(count++ == 0 ? "" : ",");
            buffer.SetLength(0);
            writer.Reset(buffer);
            writer.WriteStartObject();
            foreach (var column in columns)
            {
                writer.WritePropertyName(column.Name);
                WriteValue(writer, column.Value(row));
            }

            writer.WriteEndObject();
            writer.Flush();
            output.Write(Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length));
        }

        output.WriteLine(count == 0 ? "]" : $"{Environment.NewLine}]");
        return count;
    }

    private static void WriteValue(Utf8JsonWriter writer, object? value)
    {
        switch (value)
        {
            case null:
            case double number when !double.IsFinite(number):
                writer.WriteNullValue();
                break;
            case bool flag:
                writer.WriteBooleanValue(flag);
                break;
            case int or long:
                writer.WriteNumberValue(Convert.ToInt64(value, CultureInfo.InvariantCulture));
                break;
            case double number:
                writer.WriteNumberValue(number);
                break;
            default:
                writer.WriteStringValue(value.ToString());
                break;
        }
    }

    // Names come from outside: an escape sequence in one must not reach the terminal.
    private static string Text(object? value)
    {
        var text = value switch
        {
            null => "",
            double number when double.IsNaN(number) => "",
            double number => number.ToString("0.####", CultureInfo.InvariantCulture),
            IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
            _ => value.ToString()!,
        };
        return text.Any(char.IsControl) ? string.Concat(text.Select(c => char.IsControl(c) ? '\uFFFD' : c)) : text;
    }
}
