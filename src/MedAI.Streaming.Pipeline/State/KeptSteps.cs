// What the last committed steps of each patient looked like, so that any model can be led through them again.
using MedAI.Streaming.Domain.Features;

namespace MedAI.Streaming.Pipeline.State;

/// <summary>Where a reader of one patient's kept steps stands, and the step that it read last.</summary>
internal struct KeptCursor
{
    /// <summary>The step that was read last.</summary>
    public KeptStep Step;

    /// <summary>Bytes read.</summary>
    public int Position;
}

/// <summary>
/// The last <see cref="Limit"/> committed steps by patient number, each as its difference from the one before it
/// (<see cref="StepBytes"/>): what is measured all the time costs about ten bytes a step, what is not costs nothing. No model decides
/// what is kept. A patient without steps takes no memory.
/// </summary>
internal sealed class KeptSteps
{
    /// <summary>The most steps that are kept of a patient: two days of hourly ones.</summary>
    public const int Limit = 48;

    private Kept[] _patients = [];

    /// <summary>How many steps of a patient are kept.</summary>
    public int Count(int patient) => _patients[patient].Count;

    /// <summary>The steps of a patient as checkpoints keep them.</summary>
    public ReadOnlySpan<byte> Bytes(int patient) => _patients[patient].Bytes.AsSpan(0, _patients[patient].Length);

    /// <summary>Makes room for patients.</summary>
    public void Grow(int patients)
    {
        var from = _patients.Length;
        Array.Resize(ref _patients, patients);
        _patients.AsSpan(from).Fill(new Kept { Bytes = [] });
    }

    /// <summary>Forgets all steps of a patient.</summary>
    public void Forget(int patient) => (_patients[patient].Count, _patients[patient].Length) = (0, 0);

    /// <summary>Reads the next step of a patient, oldest first; a new cursor stands before the first.</summary>
    /// <returns>False behind the last one.</returns>
    public bool Next(int patient, ref KeptCursor cursor)
    {
        var bytes = Bytes(patient);
        if (cursor.Position == bytes.Length)
        {
            return false;
        }

        StepBytes.Read(bytes, ref cursor.Position, ref cursor.Step);
        return true;
    }

    /// <summary>Keeps a step behind the others; where there are too many, the oldest is forgotten.</summary>
    public void Keep(int patient, ref readonly KeptStep step)
    {
        ref var kept = ref _patients[patient];
        var cursor = default(KeptCursor);
        Span<byte> entry = stackalloc byte[StepBytes.MaxLength];
        for (var number = 0; Next(patient, ref cursor); number++)
        {
            if (number == 1 && kept.Count == Limit)
            {
                // The second step becomes the first: it no longer leans on another.
                var length = StepBytes.Write(default, in cursor.Step, entry);
                kept.Replace(cursor.Position, entry[..length]);
                kept.Count--;
                cursor.Position = length;
            }
        }

        kept.Append(entry[..StepBytes.Write(in cursor.Step, in step, entry)]);
        kept.Count++;
    }

    /// <summary>Sets a patient's steps to those of a checkpoint.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The bytes are damaged.</exception>
    /// <exception cref="IndexOutOfRangeException">The bytes are damaged.</exception>
    public void Load(int patient, int count, ReadOnlySpan<byte> bytes)
    {
        ref var kept = ref _patients[patient];
        kept = new Kept { Bytes = bytes.ToArray(), Length = bytes.Length };
        for (var cursor = default(KeptCursor); Next(patient, ref cursor); kept.Count++)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(kept.Count, Limit);
        }

        ArgumentOutOfRangeException.ThrowIfNotEqual(count, kept.Count);
    }

    private struct Kept
    {
        public byte[] Bytes;
        public int Length;
        public int Count;

        public void Append(ReadOnlySpan<byte> entry)
        {
            Reserve(Length + entry.Length);
            entry.CopyTo(Bytes.AsSpan(Length));
            Length += entry.Length;
        }

        public void Replace(int until, ReadOnlySpan<byte> entry)
        {
            var rest = Length - until;
            Reserve(entry.Length + rest);
            Bytes.AsSpan(until, rest).CopyTo(Bytes.AsSpan(entry.Length));
            entry.CopyTo(Bytes);
            Length = entry.Length + rest;
        }

        // By an eighth and some, so that it soon fits and little is left over.
        private void Reserve(int length)
        {
            if (length > Bytes.Length)
            {
                Array.Resize(ref Bytes, length + (length / 8) + 64);
            }
        }
    }
}
