// Stories in which the patient is well and a device is not.
namespace MedAI.Streaming.Simulation;

/// <summary>A stretch of a story, in minutes since the start of the simulation.</summary>
internal readonly record struct Stretch(double Start, double Minutes)
{
    public bool Holds(double minute) => Course.Within(minute, Start, Minutes);

    public string Tell(StoryClock clock) => FormattableString.Invariant($"from {clock.At(Start)} for {Minutes:0.#} min");
}

/// <summary>Motion, again and again.</summary>
internal sealed class MotionStory(double first, double every, double minutes) : WardStory
{
    public override WardStoryKind Kind => WardStoryKind.Motion;

    public override string Tell(StoryClock clock) => FormattableString.Invariant(
        $"stays well, but motion spoils the signals for {minutes:0.#} min every {every:0} min from {clock.At(first)} on");

    public override void Disturb(double minute, ref DeviceCondition device) =>
        device.Motion = minute >= first && (minute - first) % every < minutes;
}

/// <summary>The oximeter's sensor comes off.</summary>
internal sealed class LooseSensorStory(params Stretch[] off) : WardStory
{
    public override WardStoryKind Kind => WardStoryKind.LooseSensor;

    public override string Tell(StoryClock clock) =>
        "stays well, but the oximeter's sensor is off " + string.Join(" and ", off.Select(s => s.Tell(clock)));

    public override void Disturb(double minute, ref DeviceCondition device) => device.SensorOff = off.Any(s => s.Holds(minute));
}

/// <summary>The link to the monitor is lost, with or without a delivery afterwards.</summary>
internal sealed class LostLinkStory(bool keeps, params Stretch[] down) : WardStory
{
    public override WardStoryKind Kind => keeps ? WardStoryKind.DelayedLink : WardStoryKind.LostLink;

    public override string Tell(StoryClock clock) =>
        "stays well, but the link to the monitor is lost " + string.Join(" and ", down.Select(s => s.Tell(clock)))
        + (keeps ? "; what was measured comes afterwards" : "; what was measured is lost");

    public override void Disturb(double minute, ref DeviceCondition device)
    {
        device.LinkDown = down.Any(s => s.Holds(minute));
        device.LinkKeeps = keeps;
    }
}

/// <summary>The monitor's clock is 5 minutes ahead.</summary>
internal sealed class WrongClockStory(Stretch ahead) : WardStory
{
    public override WardStoryKind Kind => WardStoryKind.WrongClock;

    public override string Tell(StoryClock clock) => $"stays well, but the monitor's clock is 5 min ahead {ahead.Tell(clock)}";

    public override void Disturb(double minute, ref DeviceCondition device) =>
        device.ClockAheadMs = ahead.Holds(minute) ? 5 * 60_000 : 0;
}

/// <summary>The monitor restarts, which takes it some 25 seconds.</summary>
internal sealed class RestartStory(params double[] restarts) : WardStory
{
    private const double MinutesOff = 25.0 / 60;

    public override WardStoryKind Kind => WardStoryKind.Restart;

    public override string Tell(StoryClock clock) => $"stays well, but the monitor restarts at {clock.At(restarts)}";

    public override void Disturb(double minute, ref DeviceCondition device)
    {
        device.Off = restarts.Any(r => Course.Within(minute, r, MinutesOff));
        device.Restarts = restarts.Count(r => minute >= r + MinutesOff);
    }
}

/// <summary>The monitor now and then sends what cannot be taken.</summary>
internal sealed class OddValuesStory(double first) : WardStory
{
    public override WardStoryKind Kind => WardStoryKind.OddValues;

    public override string Tell(StoryClock clock) =>
        "stays well, but the monitor now and then sends an unknown vital sign, a value out of range or a wrong unit from "
        + $"{clock.At(first)} on";

    public override void Disturb(double minute, ref DeviceCondition device) => device.OddValues = minute >= first;
}
