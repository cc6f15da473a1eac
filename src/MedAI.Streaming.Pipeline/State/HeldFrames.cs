// The frames of a device that are ahead of a gap, in the order in which they will be released.
using MedAI.Streaming.Domain.Stream;

namespace MedAI.Streaming.Pipeline.State;

/// <summary>Lists of held frames, one per device, sorted by epoch and sequence, linked through the slab.</summary>
internal sealed class HeldFrames(FrameSlab frames)
{
    /// <summary>Puts a frame among the held ones of its device. False: it is a repeat of one of them.</summary>
    public bool Add(ref DeviceOrder device, int number)
    {
        ref var frame = ref frames[number];
        int before = -1, at = device.HeldFirst;
        while (at >= 0 && Earlier(in frames[at], in frame))
        {
            before = at;
            at = frames.Next(at);
        }

        if (at >= 0 && frames[at].Epoch == frame.Epoch && frames[at].Sequence == frame.Sequence)
        {
            return false;
        }

        frames.Next(number) = at;
        if (before < 0)
        {
            device.HeldFirst = number;
        }
        else
        {
            frames.Next(before) = number;
        }

        device.Held++;
        return true;
    }

    /// <summary>Takes the first held frame out; there is one.</summary>
    public int RemoveFirst(ref DeviceOrder device)
    {
        var number = device.HeldFirst;
        device.HeldFirst = frames.Next(number);
        device.Held--;
        frames.Next(number) = -1;
        return number;
    }

    /// <summary>Gives back all held frames of a device.</summary>
    public void Clear(ref DeviceOrder device)
    {
        while (device.HeldFirst >= 0)
        {
            frames.Free(RemoveFirst(ref device));
        }
    }

    /// <summary>Begins an epoch, with the held frames of it remembered as seen.</summary>
    public void StartEpoch(ref DeviceOrder device, ulong epoch)
    {
        device.StartEpoch(epoch);
        for (var at = device.HeldFirst; at >= 0; at = frames.Next(at))
        {
            if (frames[at].Epoch == epoch)
            {
                device.Admit(frames[at].Sequence);
            }
        }
    }

    private static bool Earlier(in Frame a, in Frame b) => a.Epoch != b.Epoch ? a.Epoch < b.Epoch : a.Sequence < b.Sequence;
}
