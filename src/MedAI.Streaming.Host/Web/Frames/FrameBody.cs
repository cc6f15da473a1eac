// Reads the body of one request as it comes in: unpacks it, holds it to its limits, and hands it to a splitter.
using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Pipelines;

namespace MedAI.Streaming.Host.Web.Frames;

/// <summary>How the reading of a body ended.</summary>
internal enum BodyEnd
{
    /// <summary>It was read, up to its end or to where the intake was over.</summary>
    Read,

    /// <summary>It is longer than a body may be.</summary>
    TooLong,

    /// <summary>There is no room for it at present.</summary>
    NoRoom,

    /// <summary>It says that it is gzip, and is not, or not whole.</summary>
    NotGzip,
}

/// <summary>The body of one request. Its bytes count against the budget until it is disposed.</summary>
/// <param name="body">As it comes in.</param>
/// <param name="isGzip">Whether it is packed.</param>
/// <param name="maxBytes">The most bytes, packed and unpacked alike.</param>
/// <param name="budget">What all bodies may hold together.</param>
internal sealed class FrameBody(Stream body, bool isGzip, int maxBytes, ByteBudget budget) : IDisposable
{
    private const int BufferBytes = 16 << 10;

    // A header of ten bytes, at least two of data, and checksum and length behind them (RFC 1952).
    private const int ShortestGzip = 20;

    private long _taken;

    /// <summary>Reads it to its end, or to where there is no use in more.</summary>
    /// <exception cref="IOException">The sender went away.</exception>
    public async Task<BodyEnd> ReadAsync(IFrameSplitter splitter, FrameIntake intake, CancellationToken stop)
    {
        var packed = new MeteredStream(body, maxBytes);
        await using var gzip = isGzip ? new GZipStream(packed, CompressionMode.Decompress, leaveOpen: true) : null;
        var plain = gzip is null ? packed : new MeteredStream(gzip, maxBytes);
        var reader = PipeReader.Create(plain, new StreamPipeReaderOptions(bufferSize: BufferBytes, leaveOpen: true));
        try
        {
            if (!await ReadAsync(reader, plain, splitter, intake, stop))
                return BodyEnd.NoRoom;
            if (intake.IsOver)
                return BodyEnd.Read;
            if (plain.IsExceeded || packed.IsExceeded)
                return BodyEnd.TooLong;

            return gzip is null || IsWhole(packed, plain.Count) ? BodyEnd.Read : BodyEnd.NotGzip;
        }
        catch (InvalidDataException)
        {
            // How GZipStream says that it cannot unpack.
            return BodyEnd.NotGzip;
        }
        finally
        {
            await reader.CompleteAsync();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => budget.Give(_taken);

    private async Task<bool> ReadAsync(
        PipeReader reader, MeteredStream plain, IFrameSplitter splitter, FrameIntake intake, CancellationToken stop)
    {
        while (true)
        {
            var result = await reader.ReadAsync(stop);
            var more = plain.Count - _taken;
            if (!budget.TryTake(more))
                return false;

            _taken += more;

            // Where a limit cut the body, its end is not the end of what was sent: nothing may be concluded from it.
            var isEnd = result.IsCompleted && !plain.IsExceeded;
            var consumed = splitter.Push(result.Buffer, isEnd, intake);
            if (result.IsCompleted || intake.IsOver)
                return true;

            reader.AdvanceTo(consumed, result.Buffer.End);
        }
    }

    // The runtime's GZipStream takes a stream that was cut off for one that ended. What its last member says of its length must be what came
    // out of it, so a body is one member. Nothing at all is how many packers pack nothing.
    private static bool IsWhole(MeteredStream packed, long count) =>
        packed.Count == 0 || (packed.Count >= ShortestGzip && BinaryPrimitives.ReadUInt32LittleEndian(packed.Tail[4..]) == (uint)count);
}
