// Numbers names (patients, devices, vital signs), so that rows hold four bytes instead of a string each.
using System.Text;

namespace MedAI.Streaming.Evaluation.Readers;

/// <summary>The names met so far, numbered from 0 in the order in which they were first met.</summary>
internal sealed class NameTable
{
    private const int LongestRemembered = 256;
    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);
    private readonly List<string> _names = [];
    private readonly byte[] _last = new byte[LongestRemembered];
    private int _lastLength = -1;
    private int _lastNumber;

    /// <summary>How many different names there are.</summary>
    public int Count => _names.Count;

    /// <summary>The name with a number.</summary>
    public string this[int number] => _names[number];

    /// <summary>The number of a name in UTF-8, which is added if it is new.</summary>
    public int Number(ReadOnlySpan<byte> name)
    {
        // Rows of one patient mostly stand together, so the last name is the likeliest.
        if (IsLast(name))
            return _lastNumber;

        Span<char> text = name.Length <= LongestRemembered ? stackalloc char[LongestRemembered] : new char[name.Length];
        var number = Number(text[..Encoding.UTF8.GetChars(name, text)]);
        Remember(name, number);
        return number;
    }

    /// <summary>The number of a name, which is added if it is new.</summary>
    public int Number(ReadOnlySpan<char> name)
    {
        var lookup = _numbers.GetAlternateLookup<ReadOnlySpan<char>>();
        if (lookup.TryGetValue(name, out var number))
            return number;

        number = _names.Count;
        _names.Add(name.ToString());
        _numbers.Add(_names[number], number);
        return number;
    }

    /// <summary>The number of a name, or -1 where it has not been met.</summary>
    public int Find(string name) => _numbers.GetValueOrDefault(name, -1);

    /// <summary>The number of a name in UTF-8, or -1 where it has not been met.</summary>
    public int Find(ReadOnlySpan<byte> name)
    {
        if (IsLast(name))
            return _lastNumber;

        Span<char> text = name.Length <= LongestRemembered ? stackalloc char[LongestRemembered] : new char[name.Length];
        var lookup = _numbers.GetAlternateLookup<ReadOnlySpan<char>>();
        if (!lookup.TryGetValue(text[..Encoding.UTF8.GetChars(name, text)], out var number))
            return -1;
        Remember(name, number);
        return number;
    }

    private bool IsLast(ReadOnlySpan<byte> name) =>
        name.Length == _lastLength && name.SequenceEqual(_last.AsSpan(0, _lastLength));

    private void Remember(ReadOnlySpan<byte> name, int number)
    {
        if (name.Length > LongestRemembered)
            return;
        name.CopyTo(_last);
        _lastLength = name.Length;
        _lastNumber = number;
    }
}
