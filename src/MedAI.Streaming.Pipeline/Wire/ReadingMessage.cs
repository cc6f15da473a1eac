// The fields of one reading in protobuf, as they stand: what they mean is for the two decoders of frames to say.
using MedAI.Streaming.Domain.Vitals;

namespace MedAI.Streaming.Pipeline.Wire;

/// <summary>A message Reading (schemas/vitals.proto); it lives as long as the bytes it was read from.</summary>
internal ref struct ReadingMessage
{
    /// <summary>Number of the vital sign; 0: not one of the list.</summary>
    public uint Vital;

    /// <summary>The value in the unit.</summary>
    public double Value;

    /// <summary>The name of a vital sign that is not listed, in UTF-8.</summary>
    public ReadOnlySpan<byte> Name;

    /// <summary>The source itself marked the reading as an error.</summary>
    public bool MarkedAsError;

    private uint _unit;
    private uint _validity;

    /// <summary>The unit; one that is not known here is <see cref="Domain.Vitals.Unit.Unknown"/>.</summary>
    public readonly Unit Unit => _unit <= (uint)Unit.GramPerLitre ? (Unit)_unit : Unit.Unknown;

    /// <summary>The validity; one that is not known here keeps its number, up to 255.</summary>
    public readonly Validity Validity => (Validity)Math.Min(_validity, 255);

    /// <summary>Whether the vital sign is one of the list.</summary>
    public readonly bool IsListed => Vital is > 0 and <= VitalSignCatalogue.Count;

    /// <summary>Reads a message; false: the bytes are none.</summary>
    public static bool TryRead(ReadOnlySpan<byte> message, out ReadingMessage reading)
    {
        reading = default;
        var reader = new ProtoReader(message);
        while (reader.Next(out var field))
        {
            switch (field)
            {
                case 1:
                    reading.Vital = (uint)reader.ReadVarint();
                    break;
                case 2:
                    reading.Value = BitConverter.UInt64BitsToDouble(reader.ReadFixed64());
                    break;
                case 3:
                    reading._unit = (uint)reader.ReadVarint();
                    break;
                case 4:
                    reading._validity = (uint)reader.ReadVarint();
                    break;
                case 5:
                    reading.Name = reader.ReadBytes();
                    break;
                case 6:
                    reading.MarkedAsError = reader.ReadVarint() != 0;
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return !reader.Failed;
    }
}
