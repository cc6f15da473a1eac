// The released frames of a patient that wait for their time to settle into windows.
using MedAI.Streaming.Domain.Patients;

namespace MedAI.Streaming.Pipeline.State;

/// <summary>
/// One list of frames per patient, over all devices, sorted by (event time, device, epoch, sequence), linked through the slab.
/// </summary>
internal sealed class SettleQueue(FrameSlab frames)
{
    /// <summary>Puts a frame into its place: nearly always at the end.</summary>
    public void Add(ref PatientState p, int frame)
    {
        if (p.QueueLast < 0)
        {
            p.QueueFirst = p.QueueLast = frame;
            return;
        }

        // A repeat of the last one goes behind it: of an epoch that is over, nobody remembers which frames were here.
        if (!Before(frame, p.QueueLast))
        {
            frames.Next(p.QueueLast) = frame;
            p.QueueLast = frame;
            return;
        }

        if (Before(frame, p.QueueFirst))
        {
            frames.Next(frame) = p.QueueFirst;
            p.QueueFirst = frame;
            return;
        }

        var at = p.QueueFirst;
        while (Before(frames.Next(at), frame))
        {
            at = frames.Next(at);
        }

        frames.Next(frame) = frames.Next(at);
        frames.Next(at) = frame;
    }

    /// <summary>Takes the first frame out; there is one. It still has to be given back to the slab.</summary>
    public int RemoveFirst(ref PatientState p)
    {
        var first = p.QueueFirst;
        p.QueueFirst = frames.Next(first);
        p.QueueLast = p.QueueFirst < 0 ? -1 : p.QueueLast;
        return first;
    }

    /// <summary>Gives back the frames of one device.</summary>
    public void Remove(ref PatientState p, int device)
    {
        int next, last = -1;
        for (var at = p.QueueFirst; at >= 0; at = next)
        {
            next = frames.Next(at);
            if (frames[at].Device != device)
            {
                last = at;
                continue;
            }

            if (last < 0)
            {
                p.QueueFirst = next;
            }
            else
            {
                frames.Next(last) = next;
            }

            frames.Free(at);
        }

        p.QueueLast = last;
    }

    private bool Before(int a, int b)
    {
        ref readonly var x = ref frames[a];
        ref readonly var y = ref frames[b];
        return x.EventTime != y.EventTime ? x.EventTime < y.EventTime
            : x.Device != y.Device ? x.Device < y.Device
            : x.Epoch != y.Epoch ? x.Epoch < y.Epoch
            : x.Sequence < y.Sequence;
    }
}
