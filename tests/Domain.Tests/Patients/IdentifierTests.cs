// Which texts can be ids.
using MedAI.Streaming.Domain.Patients;
using Xunit;

namespace MedAI.Streaming.Domain.Tests.Patients;

public sealed class IdentifierTests
{
    [Theory]
    [InlineData("p")]
    [InlineData("Müller, 7 / bed #3|x")]
    [InlineData("\ud83d\ude00")]
    public void IsValid_AText_IsAnId(string id) => Assert.True(Identifier.IsValid(id));

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("p ")]
    [InlineData("\u00a0p")]
    [InlineData("p\n1")]
    [InlineData("p\0")]
    [InlineData("p\u0085q")]
    public void IsValid_WhatAPersonCouldNotTellApart_IsNone(string id) => Assert.False(Identifier.IsValid(id));

    // Not as inline data: half a pair does not survive being written down.
    [Fact]
    public void IsValid_HalfAPair_IsNone()
    {
        Assert.False(Identifier.IsValid(['\ud83d']));
        Assert.False(Identifier.IsValid(['\ude00', '\ud83d']));
        Assert.False(Identifier.IsValid(['\ud83d', 'x']));
    }

    [Theory]
    [InlineData(Identifier.MaxLength, true)]
    [InlineData(Identifier.MaxLength + 1, false)]
    public void IsValid_ALongText_IsOneUpToTheLimit(int length, bool expected) =>
        Assert.Equal(expected, Identifier.IsValid(new string('x', length)));
}
