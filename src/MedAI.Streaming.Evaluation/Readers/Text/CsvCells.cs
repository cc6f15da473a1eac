// Cuts a csv line into cells by RFC 4180, but for one thing: a quoted cell ends on the line where it began.
namespace MedAI.Streaming.Evaluation.Readers.Text;

/// <summary>
/// The cells of one line, in a buffer that is reused. A quoted cell may hold commas and doubled quotes; it may not hold a line
/// break, because then one stray quote would swallow all that follows it.
/// </summary>
internal sealed class CsvCells
{
    private byte[] _bytes = new byte[256];
    private int _length;
    private readonly List<int> _ends = [];

    /// <summary>How many cells the line has.</summary>
    public int Count => _ends.Count;

    /// <summary>A cell, without its quotes.</summary>
    public ReadOnlySpan<byte> this[int index]
    {
        get
        {
            var start = index == 0 ? 0 : _ends[index - 1];
            return _bytes.AsSpan(start, _ends[index] - start);
        }
    }

    /// <summary>Cuts a line; false where its quotes do not match.</summary>
    public bool TryCut(ReadOnlySpan<byte> line)
    {
        _ends.Clear();
        _length = 0;
        if (_bytes.Length < line.Length)
            _bytes = new byte[line.Length * 2];

        var rest = line;
        while (true)
        {
            var isSound = rest.StartsWith("\""u8) ? TryTakeQuoted(ref rest) : TryTakeBare(ref rest);
            if (!isSound)
                return false;
            _ends.Add(_length);
            if (rest.IsEmpty)
                return true;
            rest = rest[1..];
            if (!rest.IsEmpty)
                continue;
            _ends.Add(_length);
            return true;
        }
    }

    private bool TryTakeBare(ref ReadOnlySpan<byte> rest)
    {
        var comma = rest.IndexOf((byte)',');
        var cell = comma < 0 ? rest : rest[..comma];
        if (cell.Contains((byte)'"'))
            return false;
        Append(cell);
        rest = rest[cell.Length..];
        return true;
    }

    private bool TryTakeQuoted(ref ReadOnlySpan<byte> rest)
    {
        rest = rest[1..];
        while (true)
        {
            var quote = rest.IndexOf((byte)'"');
            if (quote < 0)
                return false;
            Append(rest[..quote]);
            rest = rest[(quote + 1)..];
            if (!rest.StartsWith("\""u8))
                return rest.IsEmpty || rest[0] == ',';
            Append("\""u8);
            rest = rest[1..];
        }
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_bytes.AsSpan(_length));
        _length += bytes.Length;
    }
}
