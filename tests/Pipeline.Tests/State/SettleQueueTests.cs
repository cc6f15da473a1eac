// Frames that wait to settle come out by time, whatever the order they came in, and a device's can be taken out of the middle.
using MedAI.Streaming.Domain.Patients;
using MedAI.Streaming.Pipeline.State;
using Xunit;

namespace MedAI.Streaming.Pipeline.Tests.State;

public sealed class SettleQueueTests
{
    [Fact]
    public void AddAndRemove_AtRandom_IsASortedList()
    {
        var random = new Random(1);
        for (var round = 0; round < 500; round++)
        {
            var frames = new FrameSlab();
            var queue = new SettleQueue(frames);
            var p = PatientState.New();
            var model = new List<(long Time, byte Device, ulong Sequence)>();
            for (var i = 0; i < 40; i++)
            {
                switch (random.Next(8))
                {
                    case 0 when model.Count > 0:
                        var first = queue.RemoveFirst(ref p);
                        Assert.Equal(model[0], Key(frames, first));
                        frames.Free(first);
                        model.RemoveAt(0);
                        break;
                    case 1:
                        var device = (byte)random.Next(3);
                        queue.Remove(ref p, device);
                        model.RemoveAll(m => m.Device == device);
                        break;
                    default:
                        var number = frames.Take();

                        // Repeats too: of an epoch that is over, nobody remembers which frames were here.
                        frames[number] = new()
                        {
                            EventTime = random.Next(10),
                            Device = (byte)random.Next(3),
                            Epoch = 1,
                            Sequence = (ulong)random.Next(4),
                        };
                        queue.Add(ref p, number);
                        model.Add(Key(frames, number));
                        model.Sort();
                        break;
                }

                Assert.Equal(model, All(frames, p));
                Assert.Equal(model.Count, frames.Taken);
            }
        }
    }

    private static (long Time, byte Device, ulong Sequence) Key(FrameSlab frames, int number) =>
        (frames[number].EventTime, frames[number].Device, frames[number].Sequence);

    private static List<(long Time, byte Device, ulong Sequence)> All(FrameSlab frames, PatientState p)
    {
        var all = new List<(long, byte, ulong)>();
        var last = -1;
        for (var at = p.QueueFirst; at >= 0; at = frames.Next(at))
        {
            all.Add(Key(frames, at));
            last = at;
        }

        Assert.Equal(last, p.QueueLast);
        return all;
    }
}
