// Reads a plain or gzip file line by line as bytes, and says of each line whether it can be trusted to be whole.
using System.IO.Compression;

namespace MedAI.Streaming.Evaluation.Readers.Text;

/// <summary>How a line ended.</summary>
internal enum LineEnd : byte
{
    /// <summary>With a line feed.</summary>
    Whole,

    /// <summary>It is longer than the limit; only its beginning was kept.</summary>
    TooLong,

    /// <summary>With the file, without a line feed; it may be whole or cut.</summary>
    Unterminated,

    /// <summary>With a gzip stream that stops before its end; always the last line, possibly empty.</summary>
    Cut,

    /// <summary>With gzip data that cannot be decoded; always the last line, possibly empty.</summary>
    Corrupt,
}

/// <summary>
/// The lines of a file, one at a time, in a buffer that is reused. A line longer than <see cref="LongestLine"/> is skipped in
/// passing, without being loaded. Line feeds, a carriage return before them and a byte order mark are not part of a line.
/// </summary>
internal sealed class LineReader : IDisposable
{
    /// <summary>The longest line that is read, in bytes: 1 MiB.</summary>
    public const int LongestLine = 1 << 20;

    private const int KeptOfTooLong = 1024;
    private readonly FileStream _file;
    private readonly Stream _stream;
    private readonly bool _isGzip;
    private readonly long _fileLength;
    private byte[] _buffer = new byte[128 * 1024];
    private int _start;
    private int _end;
    private int _lineStart;
    private int _lineLength;
    private long _totalBytes;
    private bool _isAtEnd;
    private LineEnd _fileEnd = LineEnd.Unterminated;

    /// <summary>Opens a file.</summary>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    public LineReader(string path)
    {
        FileName = Path.GetFileName(path);
        _file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1, FileOptions.SequentialScan);
        _isGzip = _file.ReadByte() == 0x1f && _file.ReadByte() == 0x8b;
        _file.Position = 0;
        _fileLength = _file.Length;
        _stream = _isGzip ? new GZipStream(_file, CompressionMode.Decompress) : _file;
    }

    /// <summary>The name of the file, without folders.</summary>
    public string FileName { get; }

    /// <summary>The number of the current line, from 1.</summary>
    public long LineNumber { get; private set; }

    /// <summary>How the current line ended.</summary>
    public LineEnd End { get; private set; }

    /// <summary>Where the current line stands, for example <c>vitals.csv:17</c>.</summary>
    public string Where => $"{FileName}:{LineNumber}";

    /// <summary>How much of the file has been read, 0 to 1.</summary>
    public double Fraction => _fileLength == 0 ? 1 : (double)_file.Position / _fileLength;

    /// <summary>The current line; valid until the next call of <see cref="Read"/>.</summary>
    public ReadOnlySpan<byte> Line => _buffer.AsSpan(_lineStart, _lineLength);

    /// <inheritdoc/>
    public void Dispose()
    {
        _stream.Dispose();
        _file.Dispose();
    }

    /// <summary>Goes to the next line.</summary>
    /// <returns>False when there is none.</returns>
    public bool Read()
    {
        var scanned = 0;
        while (true)
        {
            var found = _buffer.AsSpan(_start + scanned, _end - _start - scanned).IndexOf((byte)'\n');
            var length = found < 0 ? _end - _start : scanned + found;
            if (length > LongestLine)
                return SkipTooLong();
            if (found >= 0)
                return Take(length, 1, LineEnd.Whole);

            scanned = length;
            if (!Fill())
                return TakeRest();
        }
    }

    private bool TakeRest()
    {
        var brokeOff = _fileEnd != LineEnd.Unterminated;
        if (_end == _start && !brokeOff)
            return false;

        var end = _fileEnd;
        // The broken end is told once; a further call finds nothing left.
        _fileEnd = LineEnd.Unterminated;
        return Take(_end - _start, 0, end);
    }

    private bool Take(int length, int terminator, LineEnd end)
    {
        _lineStart = _start;
        _lineLength = length;
        _start += length + terminator;
        End = end;
        LineNumber++;

        if (LineNumber == 1 && Line.StartsWith("\uFEFF"u8))
        {
            _lineStart += 3;
            _lineLength -= 3;
        }

        if (Line.EndsWith("\r"u8))
            _lineLength--;
        return true;
    }

    private bool SkipTooLong()
    {
        var kept = _buffer.AsSpan(_start, KeptOfTooLong).ToArray();
        while (true)
        {
            var found = _buffer.AsSpan(_start, _end - _start).IndexOf((byte)'\n');
            _start = found < 0 ? _end : _start + found + 1;
            if (found >= 0 || !Fill())
                break;
        }

        // The kept beginning goes to the front of the buffer; what follows the line is moved behind it.
        var rest = _end - _start;
        if (_start < KeptOfTooLong)
        {
            Array.Resize(ref _buffer, Math.Max(_buffer.Length, KeptOfTooLong + rest));
            Buffer.BlockCopy(_buffer, _start, _buffer, KeptOfTooLong, rest);
            _start = KeptOfTooLong;
            _end = KeptOfTooLong + rest;
        }

        kept.CopyTo(_buffer, _start - KeptOfTooLong);
        _lineStart = _start - KeptOfTooLong;
        _lineLength = KeptOfTooLong;
        End = LineEnd.TooLong;
        LineNumber++;
        return true;
    }

    private bool Fill()
    {
        if (_isAtEnd)
            return false;

        if (_start > 0)
        {
            Buffer.BlockCopy(_buffer, _start, _buffer, 0, _end - _start);
            _end -= _start;
            _start = 0;
        }

        if (_end == _buffer.Length)
            Array.Resize(ref _buffer, _buffer.Length * 2);

        var read = ReadStream();
        _end += read;
        _totalBytes += read;
        _isAtEnd = read == 0;
        return read > 0;
    }

    private int ReadStream()
    {
        try
        {
            var read = _stream.Read(_buffer, _end, _buffer.Length - _end);
            // The runtime ends a gzip stream that was cut off as if it were whole, so the end is checked here.
            if (read == 0 && _isGzip && !GzipTrailer.Closes(_file.Name, _totalBytes))
                _fileEnd = LineEnd.Cut;
            return read;
        }
        catch (InvalidDataException)
        {
            _fileEnd = LineEnd.Corrupt;
            return 0;
        }
    }
}
