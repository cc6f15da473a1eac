// The part of a patient's blob that is about models.
using System.Buffers;
using System.Runtime.InteropServices;

namespace MedAI.Streaming.Pipeline.State;

/// <content>States of models, and what was elected.</content>
internal sealed partial class StateCodec
{
    // The states that are known, and first of them that of the model that decided last.
    private void Models(int patient, ArrayBufferWriter<byte> into)
    {
        var active = state.Models.Active(patient);
        Put(into, Enumerable.Range(0, state.Models.Count).Count(number => number == active || IsKnown(number, patient)));
        Model(active, patient, into);
        for (var number = 0; number < state.Models.Count; number++)
        {
            if (number != active && IsKnown(number, patient))
            {
                Model(number, patient, into);
            }
        }
    }

    private bool IsKnown(int number, int patient) => !state.Models[number].Of(patient).IsEmpty;

    private void Model(int number, int patient, ArrayBufferWriter<byte> into)
    {
        var row = state.Models[number].Of(patient);
        Text(into, state.Models[number].Id);
        Put(into, row.Length);
        into.Write(MemoryMarshal.AsBytes(row));
    }

    // By name and version, of the model that decides and of shadows: any other state is to be made from what was kept of the patient's steps.
    private void Models(int patient, ref ReadOnlySpan<byte> blob)
    {
        var count = Get<int>(ref blob);
        for (var i = 0; i < count; i++)
        {
            var id = Text(ref blob);
            var size = Get<int>(ref blob);
            if (i == 0)
            {
                state.Models.Active(patient) = state.Models.NumberOf(id);
            }

            var row = blob[..(size * sizeof(float))];
            if (size > 0 && state.Models.Find(id) is { } model && (i == 0 || model.IsShadow))
            {
                Model(model, size, patient, row);
            }

            blob = blob[row.Length..];
        }
    }

    private static void Model(ModelSlot model, int size, int patient, ReadOnlySpan<byte> row)
    {
        if (model.Size == 0 && model.Model is null)
        {
            model.Resize(size);
        }

        if (model.Size == size)
        {
            row.CopyTo(MemoryMarshal.AsBytes(model.Keep(patient)));
        }
    }

    private void Steps(int patient, ref ReadOnlySpan<byte> blob)
    {
        var count = Get<int>(ref blob);
        var length = Get<int>(ref blob);
        state.Steps.Load(patient, count, blob[..length]);
        blob = blob[length..];
    }

    private void Elections(ArrayBufferWriter<byte> into)
    {
        Put(into, state.Models.Elections.Count);
        foreach (var (offset, arrivalTime, election, _, _) in state.Models.Elections)
        {
            Put(into, offset);
            Put(into, arrivalTime);
            Text(into, election.Model);
            Text(into, election.Sha256);
            Put(into, election.AlertThreshold);
            Put(into, election.ClearThreshold);
            Put(into, election.Pages);
            Text(into, election.By);
        }

        Put(into, state.Models.Changes.Count);
        foreach (var (offset, arrivalTime, available) in state.Models.Changes)
        {
            Put(into, offset);
            Put(into, arrivalTime);
            Put(into, available);
        }
    }

    private void Elections(ref ReadOnlySpan<byte> blob)
    {
        for (var left = Get<int>(ref blob); left > 0; left--)
        {
            state.Models.Elect(
                Get<long>(ref blob), Get<long>(ref blob),
                new(Text(ref blob), Text(ref blob), Get<double>(ref blob), Get<double>(ref blob), Get<bool>(ref blob), Text(ref blob)));
        }

        state.Models.Changes.Clear();
        for (var left = Get<int>(ref blob); left > 0; left--)
        {
            state.Models.Changes.Add((Get<long>(ref blob), Get<long>(ref blob), Get<bool>(ref blob)));
        }
    }
}
