// Bounds the memory of all bodies that are held at once.
namespace MedAI.Streaming.Host.Web.Frames;

/// <summary>A number of bytes that requests share. Safe for any number of threads.</summary>
internal sealed class ByteBudget(long bytes)
{
    private long _left = bytes;

    /// <summary>Takes bytes, or says that there are not so many left.</summary>
    public bool TryTake(long count)
    {
        if (Interlocked.Add(ref _left, -count) >= 0)
            return true;

        Interlocked.Add(ref _left, count);
        return false;
    }

    /// <summary>Gives bytes back.</summary>
    public void Give(long count) => Interlocked.Add(ref _left, count);
}
