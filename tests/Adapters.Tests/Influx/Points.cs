// Makes batches of points for tests.
using MedAI.Streaming.Domain.Alerts;
using MedAI.Streaming.Pipeline.Ports;

namespace MedAI.Streaming.Adapters.Tests.Influx;

internal static class Points
{
    /// <summary>2026-03-02T06:00:00Z.</summary>
    public const long Morning = 1_772_431_200_000;

    /// <summary>Adds a point by names; no device: a score.</summary>
    public static SeriesBatch Add(
        this SeriesBatch batch, string patient, string series, long time, double value, PointFlags flags = PointFlags.None,
        string? device = "d1")
    {
        batch.Points.Add(new SeriesPoint(
            Number(batch.Patients, patient), (ushort)Number(batch.Names, series), time, value, flags,
            device is null ? -1 : Number(batch.Devices, device)));
        return batch;
    }

    /// <summary>A batch of one-second points of one patient.</summary>
    public static SeriesBatch Seconds(int from, int count, string patient = "p1", string series = "heart_rate")
    {
        var batch = new SeriesBatch();
        for (var second = from; second < from + count; second++)
            batch.Add(patient, series, Morning + (second * 1000L), 60 + (second % 40));
        return batch;
    }

    public static TransitionRecord Transition(
        string patient, string rule, long opened, int ordinal, long at, TransitionKind kind = TransitionKind.Opened, double value = 131,
        string text = "heart rate 131 /min is above 130") => new(
            patient, rule, opened, ordinal, kind, AlertKind.Physiological, AlertPriority.High, TransitionReason.AboveLimit, at, at + 250, value,
            130, "d1/1/7/heart_rate", "", "", text);

    private static int Number(List<string> names, string name)
    {
        var number = names.IndexOf(name);
        if (number >= 0) return number;
        names.Add(name);
        return names.Count - 1;
    }
}
