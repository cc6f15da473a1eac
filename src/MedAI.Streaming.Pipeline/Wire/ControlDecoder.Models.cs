// Decodes control records about the model of a partition.
using MedAI.Streaming.Domain.Stream;

namespace MedAI.Streaming.Pipeline.Wire;

/// <content>Records about models.</content>
public static partial class ControlDecoder
{
    private static ModelAvailabilityElement? Model(long arrivalTime, int partition, ReadOnlySpan<byte> payload)
    {
        var available = false;
        var detail = "";
        var reader = new ProtoReader(payload);
        while (reader.Next(out var field))
        {
            switch (field)
            {
                case 1:
                    available = reader.ReadVarint() != 0;
                    break;
                case 2:
                    detail = Text(reader.ReadBytes());
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return reader.Failed ? null : new(arrivalTime, partition, available, detail);
    }

    private static ModelElectedElement? Elected(long arrivalTime, int partition, ReadOnlySpan<byte> payload)
    {
        var election = new ModelElection("", "", double.NaN, 0, false, "");
        var reader = new ProtoReader(payload);
        while (reader.Next(out var field))
        {
            switch (field)
            {
                case 1:
                    election = election with { Model = Text(reader.ReadBytes()) };
                    break;
                case 2:
                    election = election with { Sha256 = Text(reader.ReadBytes()) };
                    break;
                case 3:
                    election = election with { AlertThreshold = BitConverter.UInt64BitsToDouble(reader.ReadFixed64()) };
                    break;
                case 4:
                    election = election with { ClearThreshold = BitConverter.UInt64BitsToDouble(reader.ReadFixed64()) };
                    break;
                case 5:
                    election = election with { Pages = reader.ReadVarint() != 0 };
                    break;
                case 6:
                    election = election with { By = Text(reader.ReadBytes()) };
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        var sound = election is { AlertThreshold: > 0 and <= 1, ClearThreshold: >= 0 } && election.ClearThreshold <= election.AlertThreshold;
        return reader.Failed || election.Model.Length == 0 || !sound ? null : new(arrivalTime, partition, election);
    }
}
