// Finds a patient's number by the bytes of the id, without making a string.
using System.Buffers.Binary;

namespace MedAI.Streaming.Pipeline.State;

/// <summary>An open-addressing table from byte keys to the numbers 0, 1, 2, ... in order of addition. Keys are never removed.</summary>
internal sealed class KeyTable
{
    // Slot -> number + 1, or 0. Invariant: at most half full, so that a probe always ends.
    private int[] _slots = new int[64];
    private ulong[] _hashes = new ulong[32];
    private byte[][] _keys = new byte[32][];

    /// <summary>The number of keys.</summary>
    public int Count { get; private set; }

    /// <summary>The number of a key, or -1.</summary>
    public int Find(ReadOnlySpan<byte> key)
    {
        var hash = Hash(key);
        var mask = _slots.Length - 1;
        for (var slot = (int)hash & mask; ; slot = (slot + 1) & mask)
        {
            var number = _slots[slot] - 1;
            if (number < 0 || (_hashes[number] == hash && key.SequenceEqual(_keys[number])))
            {
                return number;
            }
        }
    }

    /// <summary>Adds a key that is not there and returns its number.</summary>
    public int Add(ReadOnlySpan<byte> key)
    {
        if (Count == _keys.Length)
        {
            Array.Resize(ref _keys, Count * 2);
            Array.Resize(ref _hashes, Count * 2);
            _slots = new int[Count * 4];
            for (var i = 0; i < Count; i++)
            {
                Place(i);
            }
        }

        _keys[Count] = key.ToArray();
        _hashes[Count] = Hash(key);
        Place(Count);
        return Count++;
    }

    private void Place(int number)
    {
        var mask = _slots.Length - 1;
        var slot = (int)_hashes[number] & mask;
        while (_slots[slot] != 0)
        {
            slot = (slot + 1) & mask;
        }

        _slots[slot] = number + 1;
    }

    // Multiplies and folds eight bytes at a time; ids are short and not hostile (a gateway checks who may send).
    private static ulong Hash(ReadOnlySpan<byte> key)
    {
        const ulong Prime = 0x9E3779B97F4A7C15;
        var hash = (ulong)key.Length * Prime;
        while (key.Length >= 8)
        {
            hash = Fold((hash ^ BinaryPrimitives.ReadUInt64LittleEndian(key)) * Prime);
            key = key[8..];
        }

        var tail = 0ul;
        foreach (var b in key)
        {
            tail = (tail << 8) | b;
        }

        return Fold((hash ^ tail) * Prime);
    }

    private static ulong Fold(ulong hash) => hash ^ (hash >> 29);
}
