// Devices that start anew: the next epoch, and sequences from 1 again.
using MedAI.Streaming.Domain.Stream;

namespace MedAI.Streaming.Simulation;

/// <summary>See <see cref="Fault.Restart"/>.</summary>
internal sealed class Restart(double rate) : Fault
{
    private readonly double _rate = CheckedRate(rate);

    public override string ToString() => FormattableString.Invariant($"restart {_rate:0.###}");

    internal override IReadOnlyList<LogElement> Apply(IReadOnlyList<LogElement> elements, SeededRandom random)
    {
        // Renumbering goes by what was sent, not by how it arrived, so that it may follow duplicates and disorder.
        var renumbered = new Dictionary<(string, string, ulong, ulong), (ulong Epoch, ulong Sequence)>();
        var devices = elements.OfType<FrameElement>().GroupBy(f => (f.Patient, f.Device));
        foreach (var device in devices)
        {
            var sent = device.Select(f => (f.Epoch, f.Sequence)).Distinct().Order().ToList();
            var (restarts, before, epoch) = (0UL, 0UL, sent[0].Epoch);
            for (var i = 0; i < sent.Count; i++)
            {
                if (sent[i].Epoch != epoch) (epoch, before) = (sent[i].Epoch, 0);
                if (i > 0 && random.Chance(_rate)) (restarts, before) = (restarts + 1, sent[i].Sequence - 1);
                renumbered[(device.Key.Patient, device.Key.Device, sent[i].Epoch, sent[i].Sequence)] =
                    (sent[i].Epoch + restarts, sent[i].Sequence - before);
            }
        }

        return [.. elements.Select(e => e is FrameElement f ? Renumber(f) : e)];

        FrameElement Renumber(FrameElement f)
        {
            var (epoch, sequence) = renumbered[(f.Patient, f.Device, f.Epoch, f.Sequence)];
            return f with { Epoch = epoch, Sequence = sequence };
        }
    }
}
