// Writes a message as another writer of the same schema might: any field order, repeats, written defaults, fields of a later version.
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace MedAI.Streaming.Pipeline.Tests.Wire;

/// <summary>
/// Bytes that mean the same message. Of a repeated scalar the last one counts; fields of a later version are passed over; readings
/// keep their order among themselves.
/// </summary>
internal static class Scrambled
{
    // Above every field number of schemas/, with one, two and three bytes of tag.
    private static readonly int[] UnknownFields = [15, 16, 2000, 536_870_911];

    /// <summary>Writes the message.</summary>
    public static byte[] Write(IMessage message, Random random)
    {
        var parts = new List<(int Field, bool Counts, byte[] Bytes)>();
        foreach (var field in message.Descriptor.Fields.InDeclarationOrder())
        {
            Add(message, field, random, parts);
        }

        for (var extra = random.Next(4); extra > 0; extra--)
        {
            parts.Add((0, true, Unknown(random)));
        }

        var order = parts.ToArray();
        random.Shuffle(order);
        foreach (var field in order.Select(p => p.Field).Distinct().Where(f => f > 0).ToArray())
        {
            // What counts comes after what does not, and readings come in their own order.
            var places = Enumerable.Range(0, order.Length).Where(i => order[i].Field == field).ToArray();
            var inOrder = parts.Where(p => p.Field == field).OrderBy(p => p.Counts).ToArray();
            for (var i = 0; i < places.Length; i++)
            {
                order[places[i]] = inOrder[i];
            }
        }

        return [.. order.SelectMany(p => p.Bytes)];
    }

    private static void Add(IMessage message, FieldDescriptor field, Random random, List<(int Field, bool Counts, byte[] Bytes)> parts)
    {
        var value = field.Accessor.GetValue(message);
        if (field.IsRepeated)
        {
            foreach (var item in (System.Collections.IEnumerable)value)
            {
                parts.Add((field.FieldNumber, true, Encode(field, Write((IMessage)item, random))));
            }
        }
        else if (field.HasPresence ? field.Accessor.HasValue(message) : !IsDefault(value) || random.Next(2) == 0)
        {
            parts.Add((field.FieldNumber, true, Encode(field, value)));
            if (random.Next(4) == 0)
            {
                parts.Add((field.FieldNumber, false, Encode(field, Decoy(field, random))));
            }
        }
    }

    private static bool IsDefault(object value) => value switch
    {
        string text => text.Length == 0,
        // A negative zero is written, and reads as one.
        double number => BitConverter.DoubleToInt64Bits(number) == 0,
        ulong number => number == 0,
        uint number => number == 0,
        long number => number == 0,
        bool flag => !flag,
        _ => Convert.ToInt32(value, null) == 0,
    };

    private static object Decoy(FieldDescriptor field, Random random) => field.FieldType switch
    {
        FieldType.String => "another",
        FieldType.Double => random.NextDouble(),
        FieldType.UInt64 => (ulong)random.NextInt64(),
        FieldType.UInt32 => (uint)random.Next(),
        FieldType.SFixed64 => random.NextInt64(),
        FieldType.Bool => random.Next(2) == 0,
        _ => random.Next(-3, 300),
    };

    private static byte[] Encode(FieldDescriptor field, object value) => Encode(field.FieldNumber, Type(field.FieldType), output =>
    {
        switch (value)
        {
            case byte[] bytes:
                output.WriteBytes(ByteString.CopyFrom(bytes));
                break;
            case string text:
                output.WriteString(text);
                break;
            case double number:
                output.WriteDouble(number);
                break;
            case ulong number:
                output.WriteUInt64(number);
                break;
            case uint number:
                output.WriteUInt32(number);
                break;
            case long number:
                output.WriteSFixed64(number);
                break;
            case bool flag:
                output.WriteBool(flag);
                break;
            default:
                output.WriteEnum(Convert.ToInt32(value, null));
                break;
        }
    });

    private static WireFormat.WireType Type(FieldType type) => type switch
    {
        FieldType.String or FieldType.Message => WireFormat.WireType.LengthDelimited,
        FieldType.Double or FieldType.SFixed64 => WireFormat.WireType.Fixed64,
        _ => WireFormat.WireType.Varint,
    };

    private static byte[] Unknown(Random random)
    {
        var field = UnknownFields[random.Next(UnknownFields.Length)];
        return random.Next(4) switch
        {
            0 => Encode(field, WireFormat.WireType.Varint, output => output.WriteUInt64((ulong)random.NextInt64())),
            1 => Encode(field, WireFormat.WireType.Fixed64, output => output.WriteFixed64((ulong)random.NextInt64())),
            2 => Encode(field, WireFormat.WireType.Fixed32, output => output.WriteFixed32((uint)random.Next())),
            _ => Encode(field, WireFormat.WireType.LengthDelimited, output => output.WriteString(new string('u', random.Next(300)))),
        };
    }

    private static byte[] Encode(int field, WireFormat.WireType type, Action<CodedOutputStream> write)
    {
        using var stream = new MemoryStream();
        using (var output = new CodedOutputStream(stream, leaveOpen: true))
        {
            output.WriteTag(field, type);
            write(output);
        }

        return stream.ToArray();
    }
}
