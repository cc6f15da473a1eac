// Arrival times go on, whatever is done to the machine's clock.
using Xunit;

namespace MedAI.Streaming.Pipeline.Tests.Live;

public sealed class ArrivalClockTests
{
    private readonly SetClock _machine = new() { Wall = 1_000_000 };

    [Fact]
    public void Now_ClockRuns_IsTheMachines()
    {
        var clock = new ArrivalClock(_machine, long.MinValue);
        Assert.Equal(1_000_000, clock.Now());
        _machine.Pass(250);
        Assert.Equal(1_000_250, clock.Now());
        Assert.Null(clock.Trouble);
    }

    [Fact]
    public void Now_ClockIsSetBack_GoesOnByElapsedTimeAndSaysSo()
    {
        var clock = new ArrivalClock(_machine, long.MinValue);
        clock.Now();
        _machine.Wall -= 3_600_000;
        for (var second = 1; second <= 100; second++)
        {
            _machine.Pass(1000);
            Assert.Equal(1_000_000 + (1000 * second), clock.Now());
        }

        Assert.Contains("3600 s behind", clock.Trouble);
        _machine.Wall += 3_600_000;
        Assert.Equal(1_100_000, clock.Now());
        Assert.Null(clock.Trouble);
    }

    [Fact]
    public void Now_AskedOften_LosesNoTime()
    {
        var clock = new ArrivalClock(_machine, 5_000_000);
        for (var i = 0; i < 10_000; i++)
        {
            _machine.PassTicks(TimeSpan.TicksPerMillisecond / 10);
            clock.Now();
        }

        Assert.Equal(5_001_000, clock.Now());
    }

    [Fact]
    public void Now_LogIsAhead_GoesOnFromTheLog()
    {
        var clock = new ArrivalClock(_machine, 1_060_000);
        _machine.Pass(2000);
        Assert.Equal(1_062_000, clock.Now());
        Assert.Contains("60 s behind", clock.Trouble);
    }

    private sealed class SetClock : TimeProvider
    {
        private long _ticks;

        public long Wall { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _ticks;

        public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeMilliseconds(Wall);

        public void Pass(long milliseconds)
        {
            PassTicks(milliseconds * TimeSpan.TicksPerMillisecond);
            Wall += milliseconds;
        }

        public void PassTicks(long ticks) => _ticks += ticks;
    }
}
