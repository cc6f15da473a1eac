// States of a model: known until they are forgotten, whatever room is made, and no memory while none is known.
using MedAI.Streaming.Pipeline.State;
using Xunit;

namespace MedAI.Streaming.Pipeline.Tests.State;

public sealed class ModelSlotTests
{
    [Fact]
    public void Of_WhatWasKept_IsThereUntilItIsForgotten()
    {
        var slot = Slot(patients: 4);
        slot.Keep(2).Fill(0.5f);
        slot.Keep(1).Fill(0.25f);
        slot.Grow(8);

        Assert.Equal([0.5f, 0.5f, 0.5f], slot.Of(2).ToArray());
        Assert.Equal([false, false, true], new[] { 1, 2, 3 }.Select(slot.IsCold));

        slot.Forget(2);
        slot.Forget(2);

        Assert.True(slot.IsCold(2));
        Assert.Empty(slot.Of(2).ToArray());
        Assert.Equal([0.25f, 0.25f, 0.25f], slot.Of(1).ToArray());
    }

    [Fact]
    public void Keep_AfterAllWereForgotten_BeginsAnew()
    {
        var slot = Slot(patients: 4);
        slot.Keep(3).Fill(1);
        slot.Forget(3);

        Assert.Equal([0f, 0, 0], slot.Keep(3).ToArray());
    }

    [Fact]
    public void IsCold_OfAModelWithoutStates_IsNever()
    {
        var slot = new ModelSlot("stateless@1.0.0");
        slot.Grow(4);

        Assert.False(slot.IsCold(1));
        Assert.Empty(slot.Keep(1).ToArray());
        Assert.Empty(slot.Of(1).ToArray());
    }

    // A gigabyte of rows, were they made.
    [Fact]
    public void Grow_WhileNoStateIsKnown_TakesNoRows()
    {
        var slot = Slot(patients: 4, size: 1000);
        slot.Keep(1);
        slot.Forget(1);
        var before = GC.GetAllocatedBytesForCurrentThread();

        slot.Grow(250_000);

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000);
    }

    private static ModelSlot Slot(int patients, int size = 3)
    {
        var slot = new ModelSlot("memory@1.0.0");
        slot.Grow(patients);
        slot.Resize(size);
        return slot;
    }
}
