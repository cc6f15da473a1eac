// Times as text: RFC 3339 and nothing that leaves a doubt about the hour.
using MedAI.Streaming.Adapters.Json;
using Xunit;

namespace Adapters.Tests.Json;

public sealed class JsonTimeTests
{
    [Theory]
    [InlineData("1970-01-01T00:00:00Z", 0)]
    [InlineData("2024-05-01T08:00:00.5Z", 1714550400500)]
    [InlineData("2024-05-01t08:00:00.123456789z", 1714550400123)]
    [InlineData("2024-05-01T10:30:00+02:30", 1714550400000)]
    [InlineData("2024-04-30T23:00:00.000-09:00", 1714550400000)]
    [InlineData("1969-12-31T23:59:59.999Z", -1)]
    [InlineData("0001-01-01T00:00:00Z", -62_135_596_800_000)]
    [InlineData("9999-12-31T23:59:59.999Z", 253_402_300_799_999)]
    public void TryParse_ATime_IsMilliseconds(string text, long expected)
    {
        Assert.True(JsonTime.TryParse(text, out var time));
        Assert.Equal(expected, time);
    }

    [Theory]
    [InlineData("")]
    [InlineData("2024-05-01")]
    [InlineData("2024-05-01T08:00Z")]
    [InlineData("2024-05-01 08:00:00Z")]
    [InlineData("2024-05-01T08:00:00")]
    [InlineData("2024-05-01T08:00:00.Z")]
    [InlineData("2024-05-01T08:00:00,5Z")]
    [InlineData("2024-05-01T08:00:60Z")]
    [InlineData("2024-05-01T24:00:00Z")]
    [InlineData("2024-13-01T08:00:00Z")]
    [InlineData("2023-02-29T08:00:00Z")]
    [InlineData("0000-05-01T08:00:00Z")]
    [InlineData("2024-05-01T08:00:00+0200")]
    [InlineData("2024-05-01T08:00:00+24:00")]
    [InlineData("2024-05-01T08:00:00Z ")]
    [InlineData("+024-05-01T08:00:00Z")]
    [InlineData("٢٠٢٤-05-01T08:00:00Z")]
    [InlineData("0001-01-01T00:00:00+01:00")]
    [InlineData("9999-12-31T23:59:59-01:00")]
    public void TryParse_WhatIsNoTime_IsRefused(string text) => Assert.False(JsonTime.TryParse(text, out _));

    [Theory]
    [InlineData(0, "1970-01-01T00:00:00.000Z")]
    [InlineData(-1, "1969-12-31T23:59:59.999Z")]
    [InlineData(-62_135_596_800_000, "0001-01-01T00:00:00.000Z")]
    [InlineData(253_402_300_799_999, "9999-12-31T23:59:59.999Z")]
    public void Format_ATime_IsReadBackAsIt(long time, string expected)
    {
        Assert.Equal(expected, JsonTime.Format(time));
        Assert.True(JsonTime.TryParse(expected, out var again));
        Assert.Equal(time, again);
    }
}
