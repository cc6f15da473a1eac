// A patient written and read is the same patient; a blob of another law or a damaged one is refused.
using System.Buffers;
using MedAI.Streaming.Domain;
using MedAI.Streaming.Domain.Alerts;
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Domain.Vitals;
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.Pipeline.Wire;
using Xunit;

namespace MedAI.Streaming.Pipeline.Tests.State;

public sealed class StateCodecTests
{
    private const long Start = 1_750_000_000_000;

    [Fact]
    public void Load_WhatWasCheckpointed_GoesOnAsTheOther()
    {
        var flow = Flow(new MonitorSettings());
        flow.Process(Batch());
        var loaded = Flow(new MonitorSettings());
        foreach (var (patient, blob) in Checkpoint(flow))
        {
            loaded.Load(patient, blob);
        }

        loaded.StartAt(flow.NextOffset);
        Assert.Equal(flow.PatientCount, loaded.PatientCount);
        Assert.Equal(GoOn(flow), GoOn(loaded));
    }

    private static string[] GoOn(PartitionFlow flow)
    {
        flow.Commit.Clear();
        flow.Series.Points.Clear();
        flow.Process(Batch(flow.NextOffset, 200));
        Assert.NotEmpty(flow.Commit.Transitions);
        Assert.Contains(flow.Commit.DeadLetters, d => d.Reason == "patient_discharged");
        Assert.Contains(flow.Commit.DeadLetters, d => d.Reason == "device_not_worn");
        Assert.NotEmpty(flow.Series.Points);
        return
        [
            .. flow.Commit.Transitions.Select(t => t.ToString()),
            .. flow.Commit.DeadLetters.Select(d => d.ToString()),
            .. flow.Series.Points.Select(p =>
                $"{flow.Series.Patients[p.Patient]} {(p.Device < 0 ? "" : flow.Series.Devices[p.Device])} {p with { Patient = 0, Device = 0 }}"),
        ];
    }

    [Fact]
    public void Load_ABlobUnderOtherRules_IsRefused()
    {
        var flow = Flow(new MonitorSettings());
        flow.Process(Batch());
        var (patient, blob) = Checkpoint(flow).Last();
        var other = Flow(new MonitorSettings { Limits = [.. DefaultRules.Limits.Skip(1)] });

        var refused = Assert.Throws<StoreException>(() => other.Load(patient, blob));

        Assert.Equal(StoreFailure.Mismatch, refused.Failure);
    }

    [Fact]
    public void Load_ABlobCutOffAnywhere_IsRefused()
    {
        var flow = Flow(new MonitorSettings());
        flow.Process(Batch());
        var (patient, blob) = Checkpoint(flow).Last();
        for (var length = 0; length < blob.Length; length += 3)
        {
            var refused = Assert.Throws<StoreException>(() => Flow(new MonitorSettings()).Load(patient, blob.AsSpan(0, length)));

            Assert.Equal(length < 4 ? StoreFailure.Mismatch : StoreFailure.Corrupt, refused.Failure);
        }
    }

    private static PartitionFlow Flow(MonitorSettings settings) => new(0, new FlowLaw(new RuleBook(settings), null, null));

    private static (string Patient, byte[] Blob)[] Checkpoint(PartitionFlow flow)
    {
        flow.Commit.Clear();
        flow.Checkpoint(0, 1);
        return [.. flow.Commit.Patients.Select(p => (p.Patient, p.Blob.ToArray()))];
    }

    // Some patients with open episodes, held frames, frames that wait to settle, facts, limits of their own, devices taken away, and
    // one who is discharged.
    private static LogBatch Batch(long firstOffset = 0, int from = 0)
    {
        var buffer = new ArrayBufferWriter<byte>();
        var writer = new RecordWriter();
        var count = 0;
        for (var second = from; second < from + 200; second++)
        {
            for (var patient = 0; patient < 5; patient++)
            {
                if (second == 0)
                {
                    writer.Write(new PatientFactsElement(Start, $"p{patient}", AgeYears: 50 + patient, Ward: "w", Bed: $"{patient}"), buffer);
                    writer.Write(Limits(patient), buffer);
                    count += 2;
                }

                if (second == 150 && patient is 3 or 4)
                {
                    writer.Write(Left(patient), buffer);
                    count++;
                }

                if ((second + patient) % 9 != 0)
                {
                    writer.Write(Frame(patient, second), buffer);
                    count++;
                }
            }
        }

        var batch = new LogBatch();
        batch.Reset(firstOffset);
        buffer.WrittenSpan.CopyTo(batch.Add(buffer.WrittenCount, count));
        return batch;
    }

    private static PatientLimitsElement Limits(int patient) => new(
        Start, $"p{patient}",
        [
            new("limit.heart_rate.high", patient != 1, [new(135 + patient, AlertPriority.Low), new(150, AlertPriority.High)], patient),
            new("limit.temperature.high", false, []),
        ],
        "a doctor");

    private static LogElement Left(int patient) => patient == 3
        ? new DischargeElement(Start + 150_000, "p3", Start + 150_000, "a doctor")
        : new DeviceAssociationElement(Start + 150_000, "p4", "monitor-0", Start, Start + 150_000, "a nurse");

    private static FrameElement Frame(int patient, int second) => new(
        Start + (second * 1000L) + 200, $"p{patient}", $"monitor-{second % 2}", SourceClass.Bedside, 1, (ulong)(second / 2) + 1,
        Start + (second * 1000L),
        [new(VitalSign.HeartRate, 120 + (second / 10)), new(VitalSign.SpO2, patient == 2 ? 84 : 96), new(VitalSign.Temperature, 37)]);
}
