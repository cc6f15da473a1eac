// Counts what is read through it, stops at a limit, and remembers how it ended.
namespace MedAI.Streaming.Host.Web.Frames;

/// <summary>
/// A stream of at most so many bytes: behind them it is at its end, and says whether there was more. It is read asynchronously only, by
/// one reader.
/// </summary>
/// <param name="inner">What is read.</param>
/// <param name="limit">The most bytes.</param>
internal sealed class MeteredStream(Stream inner, long limit) : Stream
{
    private const int TailBytes = 8;

    private readonly byte[] _tail = new byte[TailBytes];

    /// <summary>How many bytes were read.</summary>
    public long Count { get; private set; }

    /// <summary>Whether there was more than the limit.</summary>
    public bool IsExceeded { get; private set; }

    /// <summary>The last eight bytes that were read; fewer bytes have zeros before them.</summary>
    public ReadOnlySpan<byte> Tail => _tail;

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (IsExceeded || buffer.Length == 0)
            return 0;

        // One more than is allowed tells a body of just the limit from a longer one.
        var room = (int)Math.Min(buffer.Length, limit - Count + 1);
        var read = await inner.ReadAsync(buffer[..room], cancellationToken);
        if (Count + read > limit)
        {
            IsExceeded = true;
            read = (int)(limit - Count);
        }

        Count += read;
        Remember(buffer.Span[..read]);
        return read;
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private void Remember(ReadOnlySpan<byte> read)
    {
        var kept = Math.Max(0, TailBytes - read.Length);
        _tail.AsSpan(TailBytes - kept).CopyTo(_tail);
        read[Math.Max(0, read.Length - TailBytes)..].CopyTo(_tail.AsSpan(kept));
    }
}
