// The parts that a service has, each with the question that tells whether it does its work.
using MedAI.Streaming.Pipeline;
using MedAI.Streaming.Pipeline.Ports;

namespace MedAI.Streaming.Host.Web.Health;

/// <summary>Makes parts.</summary>
internal static class HealthParts
{
    /// <summary>The log answers. The one part of a service that only takes frames in.</summary>
    public static HealthPart Log(IEventLog log) => new("log", () => Answered(() =>
    {
        log.NextOffset(0);
        return null;
    }));

    /// <summary>The flows go on.</summary>
    /// <param name="flows">The flows.</param>
    /// <param name="partitions">How many partitions must be worked on here; null: as many as this process is given, even none.</param>
    public static HealthPart Flows(FlowSupervisor flows, int? partitions) => new("flows", () =>
    {
        if (flows.Failed is { IsFaulted: true } failed)
            return new("A flow has ended, and waiting does not mend it.", failed.Exception.InnerException?.Message);

        var status = flows.Status;
        if (status.Count < (partitions ?? 0))
            return new($"{status.Count} of {partitions} partitions are being worked on.");

        var held = status.Where(flow => flow.Trouble is not null).ToArray();
        return held.Length == 0
            ? null
            : new(
                $"{held.Length} of {status.Count} partitions cannot go on at present; they try again.",
                $"partition {held[0].Partition}: {held[0].Trouble}");
    });

    /// <summary>What flows take in and compute reaches the series. Alarms do not wait for it, so it does not make the service unready.</summary>
    /// <param name="flows">The flows.</param>
    public static HealthPart FlowSeries(FlowSupervisor flows) => new("flow_series", () =>
    {
        var status = flows.Status;
        var held = status.Where(flow => flow.SeriesTrouble is not null).ToArray();
        return held.Length == 0
            ? null
            : new(
                $"Series of {held.Length} of {status.Count} partitions cannot be written at present; alarms go on.",
                $"partition {held[0].Partition}: {held[0].SeriesTrouble}", Hinders: false);
    });

    /// <summary>The flows keep up.</summary>
    /// <param name="flows">The flows.</param>
    /// <param name="most">The most records that may be in the log and not yet applied.</param>
    public static HealthPart Lag(FlowSupervisor flows, long most) => new("lag", () => Answered(() =>
    {
        var lags = flows.KnownLags;
        if (lags.Count(lag => lag.Records is null) is var unread && unread > 0)
            return new($"Of {unread} partitions it is not known yet how many records are in the log.");

        var sum = lags.Sum(lag => lag.Records ?? 0);
        return sum > most ? new($"{sum} records are in the log and not yet applied; {most} may be.") : null;
    }));

    /// <summary>Silence is noticed.</summary>
    public static HealthPart Clock(PartitionClock clock) => new("clock", () =>
        clock.Trouble is { } trouble
            ? new("Clock records cannot be appended: it is not noticed when a device falls silent.", trouble)
            : null);

    private static HealthTrouble? Answered(Func<HealthTrouble?> look)
    {
        try
        {
            return look();
        }
        catch (StoreException failure)
        {
            return new("The log does not answer.", failure.Message);
        }
    }
}
