// Holds the 1,024-bit window against a plain set of everything seen, over thousands of seeded random sequences.
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Domain.Vitals;
using Xunit;

namespace MedAI.Streaming.Domain.Tests.Stream;

public class DeviceOrderModelTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1_000)]
    [InlineData(2_000)]
    [InlineData(3_000)]
    public void Arrive_RandomSequences_AgreesWithAPlainSet(int firstSeed)
    {
        for (var seed = firstSeed; seed < firstSeed + 1_000; seed++)
        {
            var random = new Random(seed);
            var ordered = random.Next(4) > 0;
            var order = DeviceOrder.New(SourceClass.Bedside);
            var model = new PlainOrder(ordered);
            for (var i = 0; i < 250; i++)
            {
                Step(random, ref order, model, $"seed {seed}, step {i}");
            }
        }
    }

    private static void Step(Random random, ref DeviceOrder order, PlainOrder model, string where)
    {
        var (epoch, sequence) = Draw(random, model);

        var arrival = order.Arrive(epoch, sequence, model.Ordered);

        var expected = model.Arrive(epoch, sequence);
        Assert.True(expected == arrival, $"{where}: {epoch}/{sequence} is {arrival}, and not {expected}");
        if (arrival == Arrival.Release || (arrival == Arrival.Hold && epoch == order.Epoch && random.Next(3) == 0))
        {
            // A held frame goes on as well, some time: its gap was given up.
            order.Released(new Frame { Sequence = sequence });
            model.Next = Math.Max(model.Next, sequence + 1);
        }
        else if (arrival == Arrival.Hold && epoch > order.Epoch && random.Next(2) == 0)
        {
            order.StartEpoch(epoch);
            model.Start(epoch);
            Assert.Equal(model.Remember(sequence), order.Admit(sequence));
        }

        Assert.True((model.Epoch, model.High, model.Next) == (order.Epoch, order.HighWater, order.Next), where);
        Assert.True(model.InWindow() == order.SeenCount(), where);
    }

    private static (ulong Epoch, ulong Sequence) Draw(Random random, PlainOrder model)
    {
        var epoch = Math.Max(1, model.Epoch);
        if (random.Next(60) == 0)
        {
            epoch = random.Next(3) == 0 ? Math.Max(1, epoch - 1) : epoch + (ulong)random.Next(1, 3);
        }

        var high = (long)model.High;
        var sequence = random.Next(12) switch
        {
            < 4 => (long)model.Next,
            < 6 => high + 1 + random.Next(5),
            < 8 => high - random.Next(1_100),
            8 => high - random.Next(1_020, 1_030),
            9 => high + random.Next(1_018, 1_030),
            10 => high + random.Next(3_000),
            _ => high - random.Next(70),
        };
        return (epoch, (ulong)Math.Max(1, sequence));
    }

    // The same law with no window of bits: it remembers everything, and looks back over the last 1,024 numbers only.
    private sealed class PlainOrder(bool ordered)
    {
        private readonly HashSet<ulong> _seen = [];

        public bool Ordered { get; } = ordered;

        public ulong Epoch { get; private set; }

        public ulong Next { get; set; }

        public ulong High { get; private set; }

        public Arrival Arrive(ulong epoch, ulong sequence)
        {
            if (Epoch == 0 || (epoch > Epoch && !Ordered))
            {
                Start(epoch);
            }

            if (epoch != Epoch)
            {
                return epoch > Epoch ? Arrival.Hold : Arrival.Filler;
            }

            if (!Remember(sequence))
            {
                return Arrival.Duplicate;
            }

            return sequence < Next ? Arrival.Filler : sequence == Next || !Ordered ? Arrival.Release : Arrival.Hold;
        }

        public void Start(ulong epoch)
        {
            (Epoch, Next, High) = (epoch, 1, 0);
            _seen.Clear();
        }

        public bool Remember(ulong sequence)
        {
            High = Math.Max(High, sequence);
            return _seen.Add(sequence) || High - sequence >= DeviceOrder.WindowBits;
        }

        public int InWindow() => _seen.Count(sequence => High - sequence < DeviceOrder.WindowBits);
    }
}
