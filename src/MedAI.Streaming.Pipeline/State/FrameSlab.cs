// The pool of decoded frames: those of the batch, those held at a gap, those that wait for their time to settle.
using MedAI.Streaming.Domain.Stream;

namespace MedAI.Streaming.Pipeline.State;

/// <summary>Frames by number, with a free list and one link each, so that lists of frames need no memory of their own.</summary>
internal sealed class FrameSlab
{
    private Frame[] _frames = new Frame[64];
    private int[] _next = new int[64];
    private int _free = -1;
    private int _used;

    /// <summary>How many frames are taken.</summary>
    public int Taken { get; private set; }

    /// <summary>The frame of a number. The reference is valid until the next <see cref="Take"/>.</summary>
    public ref Frame this[int number] => ref _frames[number];

    /// <summary>The number that follows in whatever list the frame is in; -1: none.</summary>
    public ref int Next(int number) => ref _next[number];

    /// <summary>Takes a frame; its content is whatever was there.</summary>
    public int Take()
    {
        Taken++;
        if (_free >= 0)
        {
            var number = _free;
            _free = _next[number];
            _next[number] = -1;
            return number;
        }

        if (_used == _frames.Length)
        {
            Array.Resize(ref _frames, _used * 2);
            Array.Resize(ref _next, _used * 2);
        }

        _next[_used] = -1;
        return _used++;
    }

    /// <summary>Gives a frame back.</summary>
    public void Free(int number)
    {
        Taken--;
        _next[number] = _free;
        _free = number;
    }
}
