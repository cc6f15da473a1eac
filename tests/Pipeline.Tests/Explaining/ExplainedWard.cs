// A small ward whose model raises alerts, run through the flow in batches of any size.
using System.Buffers;
using MedAI.Streaming.Domain.Alerts;
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Domain.Vitals;
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.Pipeline.Scoring;
using MedAI.Streaming.Pipeline.Wire;
using MedAI.Streaming.Simulation;
using MedAI.Streaming.TestKit.InMemory;
using MedAI.Streaming.TestKit.Worlds;

namespace MedAI.Streaming.Pipeline.Tests.Explaining;

/// <summary>Patients whose heart rates rise at different times, under a model whose logit is a weighted sum of its inputs.</summary>
internal static class ExplainedWard
{
    public const long Start = 1_772_431_200_000;

    private static readonly string[] Inputs =
    [
        "heart_rate.value", "heart_rate.observed", "spo2.value", "respiratory_rate.value", "age_years", "sex_male", "hours_since_admission",
    ];

    /// <summary>The model: a step is ten minutes, the state a running mean where it has one.</summary>
    public static ModelCard Card(bool recurrent) => InMemoryModel.MakeCard(Inputs.Length, recurrent, stepSeconds: 600) with
    {
        Inputs = Inputs,
        Mean = new Dictionary<string, double>
        {
            ["heart_rate.value"] = 80,
            ["spo2.value"] = 97,
            ["respiratory_rate.value"] = 16,
            ["age_years"] = 60,
        },
        StandardDeviation = new Dictionary<string, double>
        {
            ["heart_rate.value"] = 20,
            ["spo2.value"] = 4,
            ["respiratory_rate.value"] = 8,
            ["age_years"] = 20,
        },
    };

    /// <summary>A law of that model.</summary>
    public static FlowLaw Law(bool recurrent, int maxRows = 64, Action<int>? beforeRun = null)
    {
        var settings = TestLaw.Settings with
        {
            Model = new ScoreRule
            {
                Id = "model.memory",
                Levels = [new(0.9, AlertPriority.Low), new(0.95, AlertPriority.Medium)],
                Hysteresis = 0.05,
                ClearSeconds = 60,
            },
        };
        return TestLaw.Create(settings, new InMemoryModel(Card(recurrent), maxRows) { BeforeRun = beforeRun });
    }

    /// <summary>What happens, in the order of arrival.</summary>
    public static List<LogElement> Elements(ulong seed, int patients, int minutes)
    {
        var random = new SeededRandom(seed);
        var elements = new List<LogElement>();
        for (var p = 0; p < patients; p++)
        {
            var (from, rises) = (random.Between(0, 3), random.Between(10, minutes - 20));
            elements.Add(new PatientFactsElement(At(from), $"p{p}", random.Chance(0.3) ? null : 40 + p, p % 2 == 0, At(from)));
            for (var minute = from + 1; minute < minutes; minute++)
            {
                RecordedReading[] readings =
                [
                    new(VitalSign.HeartRate, 70 + (minute > rises ? Math.Min(90, 6 * (minute - rises)) : 0) + random.Between(-3.0, 3)),
                    new(VitalSign.SpO2, random.Between(95, 99)), new(VitalSign.RespiratoryRate, random.Between(12.0, 18)),
                ];
                elements.Add(new FrameElement(
                    At(minute), $"p{p}", "monitor", SourceClass.Bedside, 1, (ulong)(minute - from), At(minute),
                    [.. readings.Where(_ => random.Chance(0.9)).DefaultIfEmpty(readings[0])]));
            }
        }

        elements.Add(new ClockElement(At(minutes) + 40_000));
        return [.. elements.OrderBy(e => e.ArrivalTime)];
    }

    /// <summary>What the model raised, in canonical order.</summary>
    /// <param name="law">The law; a new one for each part of the run.</param>
    /// <param name="elements">What happens.</param>
    /// <param name="batch">Records of a batch.</param>
    /// <param name="restartEvery">After so many batches the flow is made anew from a checkpoint; 0: never.</param>
    public static TransitionRecord[] Run(Func<FlowLaw> law, List<LogElement> elements, int batch, int restartEvery = 0)
    {
        var flow = new PartitionFlow(0, law());
        var writer = new RecordWriter();
        var buffer = new ArrayBufferWriter<byte>();
        var records = new LogBatch();
        var transitions = new List<TransitionRecord>();
        var kept = new Dictionary<string, ReadOnlyMemory<byte>>();
        var batches = 0;
        foreach (var chunk in elements.Chunk(batch))
        {
            buffer.ResetWrittenCount();
            foreach (var element in chunk)
            {
                writer.Write(element, buffer);
            }

            records.Reset(flow.NextOffset);
            buffer.WrittenSpan.CopyTo(records.Add(buffer.WrittenCount, chunk.Length));
            flow.Process(records);
            transitions.AddRange(flow.Commit.Transitions);
            flow.Commit.Clear();
            flow.Series.Points.Clear();
            if (restartEvery > 0 && ++batches % restartEvery == 0)
            {
                flow = Restarted(flow, law(), kept);
            }
        }

        return
        [
            .. transitions.Where(t => t.Rule == "model.memory").OrderBy(t => t.Patient, StringComparer.Ordinal).ThenBy(t => t.OpenedEventTime)
                .ThenBy(t => t.Ordinal),
        ];
    }

    // Only patients with news are in a checkpoint: the others are as they were kept before.
    private static PartitionFlow Restarted(PartitionFlow flow, FlowLaw law, Dictionary<string, ReadOnlyMemory<byte>> kept)
    {
        flow.Checkpoint(0, 1);
        foreach (var (patient, blob) in flow.Commit.Patients)
        {
            kept[patient] = blob.ToArray();
        }

        var next = new PartitionFlow(0, law);
        foreach (var (patient, blob) in kept)
        {
            next.Load(patient, blob.Span);
        }

        next.StartAt(flow.NextOffset);
        return next;
    }

    /// <summary>A minute as ms since 1970.</summary>
    public static long At(int minute) => Start + (minute * 60_000L);
}
