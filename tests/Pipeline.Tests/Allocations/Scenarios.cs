// The scenarios of the allocation budget.
using MedAI.Streaming.Domain;
using MedAI.Streaming.Domain.Alerts;
using MedAI.Streaming.Domain.Features;
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Domain.Vitals;
using MedAI.Streaming.Pipeline.Scoring;
using MedAI.Streaming.TestKit.InMemory;

namespace MedAI.Streaming.Pipeline.Tests.Allocations;

/// <summary>Bedside monitors at 1 Hz with eight quiet vital signs.</summary>
internal class BedsideScenario(int patients) : Scenario
{
    /// <summary>All scenarios by name.</summary>
    public static IReadOnlyDictionary<string, Func<Scenario>> All { get; } = new Dictionary<string, Func<Scenario>>
    {
        ["bedside-1hz-8-vitals"] = () => new BedsideScenario(20),
        ["bedside-with-model"] = () => new ModelScenario(),
        ["bedside-disorder-within-gap-wait"] = () => new DisorderScenario(0),
        ["bedside-disorder-and-lost-frames"] = () => new DisorderScenario(20),
        ["bedside-beyond-limits"] = () => new BeyondLimitsScenario(),
        ["bedside-loose-sensor"] = () => new LooseSensorScenario(),
        ["wearable-batches-of-5-min"] = () => new WearableScenario(),
        ["16-devices-of-all-classes"] = () => new ManyDevicesScenario(),
    };

    /// <inheritdoc/>
    protected override void Second(int second)
    {
        for (var patient = 0; patient < patients; patient++)
        {
            Add(Frame(patient, second));
        }
    }

    /// <summary>A patient's frame of a second; it arrives 200 ms later.</summary>
    protected static FrameElement Frame(int patient, int second, long arrivesAfter = 200) => new(
        Start + (second * 1000L) + arrivesAfter, $"patient-{patient}", "monitor", SourceClass.Bedside, 1, (ulong)second + 1,
        Start + (second * 1000L), Quiet(patient, second));

    /// <summary>Eight values that no limit and no score minds.</summary>
    protected static RecordedReading[] Quiet(int patient, int second) =>
    [
        new(VitalSign.HeartRate, 70 + Wave(patient, second, 8)),
        new(VitalSign.PulseRate, 70 + Wave(patient, second, 8)),
        new(VitalSign.SpO2, 97 + Wave(patient, second, 1)),
        new(VitalSign.RespiratoryRate, 15 + Wave(patient, second, 2)),
        new(VitalSign.Temperature, 37 + Wave(patient, second, 0.3)),
        new(VitalSign.SystolicPressure, 125 + Wave(patient, second, 6)),
        new(VitalSign.DiastolicPressure, 75 + Wave(patient, second, 5)),
        new(VitalSign.MeanPressure, 92 + Wave(patient, second, 5)),
    ];

    private static double Wave(int patient, int second, double height) => Math.Round(height * Math.Sin((second / 17.0) + patient), 1);
}

/// <summary>As above, with a recurrent model that scores every tick.</summary>
internal sealed class ModelScenario : BedsideScenario
{
    private static readonly string[] Inputs =
        ["heart_rate.value", "heart_rate.observed", "spo2.value", "spo2.hours_since_last", "age_years", "hours_since_admission"];

    public ModelScenario()
        : base(20)
    {
    }

    /// <inheritdoc/>
    protected override FlowLaw Law
    {
        get
        {
            var constants = Inputs.ToDictionary(i => i, _ => 50.0);
            var features = FeatureSpec.Create(Inputs, new Normalisation(constants, constants, 5, 24, 240), 3600, out _)!;
            var model = new InMemoryModel(InMemoryModel.MakeCard(Inputs.Length, recurrent: true) with { Inputs = Inputs }, 256);
            var rule = new ScoreRule { Id = "model.memory", Levels = [new(0.999, AlertPriority.Medium)] };
            return new FlowLaw(new RuleBook(new MonitorSettings { Model = rule }), features, new ModelScorer(model));
        }
    }
}

/// <summary>Every other pair of frames swapped, and every so many seconds one that never comes.</summary>
internal sealed class DisorderScenario(int lostEvery) : BedsideScenario(20)
{
    /// <inheritdoc/>
    protected override void Second(int second)
    {
        // Seconds 4n+1 and 4n+2 change places; the earlier one arrives 1.3 s late.
        if (second % 4 != 1 && !Lost(second))
        {
            AddAll(second, 200);
        }

        if (second % 4 == 2)
        {
            AddAll(second - 1, 1300);
        }
    }

    private void AddAll(int second, long arrivesAfter)
    {
        for (var patient = 0; patient < 20; patient++)
        {
            Add(Frame(patient, second, arrivesAfter));
        }
    }

    private bool Lost(int second) => lostEvery > 0 && second % lostEvery == 3;
}

/// <summary>Values that stay beyond a limit: episodes are open, and nothing changes any more.</summary>
internal sealed class BeyondLimitsScenario() : BedsideScenario(20)
{
    /// <inheritdoc/>
    protected override void Second(int second)
    {
        for (var patient = 0; patient < 20; patient++)
        {
            var frame = Frame(patient, second);
            Add(frame with { Readings = [new(VitalSign.HeartRate, 140 + (second % 3)), .. frame.Readings.Skip(1)] });
        }
    }
}

/// <summary>A signal that stays invalid: its technical alert is open, and nothing changes any more.</summary>
internal sealed class LooseSensorScenario() : BedsideScenario(20)
{
    /// <inheritdoc/>
    protected override void Second(int second)
    {
        for (var patient = 0; patient < 20; patient++)
        {
            var frame = Frame(patient, second);
            Add(frame with { Readings = [.. frame.Readings.Skip(1), new(VitalSign.HeartRate, 0, Validity: Validity.Invalid)] });
        }
    }
}

/// <summary>Wearables that measure every 10 s and send every 5 min, the newest frame first.</summary>
internal sealed class WearableScenario : Scenario
{
    /// <inheritdoc/>
    protected override void Second(int second)
    {
        for (var patient = 0; patient < 20; patient++)
        {
            if (second % 300 != patient * 10)
            {
                continue;
            }

            for (var at = second / 10; at > (second / 10) - 30; at--)
            {
                Add(new FrameElement(
                    Start + (second * 1000L) + 500, $"patient-{patient}", "wristband", SourceClass.Wearable, 1,
                    (ulong)(at - patient + 30), Start + (at * 10_000L),
                    [new(VitalSign.PulseRate, 72), new(VitalSign.SpO2, 97), new(VitalSign.Temperature, 36.8)]));
            }
        }
    }
}

/// <summary>As many devices as a patient may have: bedside monitors, wearables and charted values.</summary>
internal sealed class ManyDevicesScenario : Scenario
{
    private const int Devices = 16;

    /// <inheritdoc/>
    protected override void Second(int second)
    {
        for (var patient = 0; patient < 5; patient++)
        {
            for (var device = 0; device < Devices; device++)
            {
                var source = device < 8 ? SourceClass.Bedside : device < 14 ? SourceClass.Wearable : SourceClass.Charted;
                var period = source switch { SourceClass.Bedside => 1, SourceClass.Wearable => 10, _ => 600 };
                if (second % period == 0)
                {
                    Add(new FrameElement(
                        Start + (second * 1000L) + 300, $"patient-{patient}", $"device-{device}", source, 1, (ulong)((second / period) + 1),
                        Start + (second * 1000L), Readings(device, source)));
                }
            }
        }
    }

    private static RecordedReading[] Readings(int device, SourceClass source) => source switch
    {
        SourceClass.Charted => [new(VitalSign.Temperature, 36.9), new(VitalSign.Consciousness, 0), new(VitalSign.OxygenFlow, 0)],
        SourceClass.Wearable => [new(VitalSign.PulseRate, 70), new(VitalSign.SpO2, 97)],
        _ => [new((VitalSign)(device % 4), device % 4 == 2 ? 97 : device % 4 == 3 ? 15 : 75), new(VitalSign.SystolicPressure, 120)],
    };
}
