// Rows filled from kept steps are, to the bit, those that were filled when the steps ended, whatever happened between.
using MedAI.Streaming.Domain.Features;
using MedAI.Streaming.Domain.Patients;
using MedAI.Streaming.Domain.Vitals;
using MedAI.Streaming.Domain.Windows;
using MedAI.Streaming.Pipeline.State;
using MedAI.Streaming.Simulation;
using Xunit;

namespace MedAI.Streaming.Pipeline.Tests.State;

public sealed class KeptStepsTests
{
    private const long Admission = 1_772_431_200_000;
    private const long Hour = 3_600_000;
    private static readonly FeatureSpec Features = AllInputs();

    [Fact]
    public void Fill_FromKeptSteps_MakesTheBitsThatWereFilled()
    {
        for (var seed = 1ul; seed <= 150; seed++)
        {
            var stay = new RandomStay(seed);
            var kept = One();
            var filled = new List<float[]>();
            var steps = stay.Random.Between(1, 130);
            for (var step = 0; step < steps; step++)
            {
                stay.Live();
                filled.Add(stay.Row());
                stay.Commit(kept);
                if (stay.Random.Chance(0.05))
                {
                    var loaded = One();
                    loaded.Load(0, kept.Count(0), kept.Bytes(0).ToArray());
                    kept = loaded;
                }
            }

            Assert.Equal(Math.Min(filled.Count, KeptSteps.Limit), kept.Count(0));
            Assert.Equal(filled.TakeLast(KeptSteps.Limit).Select(Bits), Rows(kept, stay.Patient).Select(Bits));
        }
    }

    // Seven signals of a bedside monitor, whose means are no round numbers.
    [Fact]
    public void Bytes_OfABedsidePatient_AreFewerThan4KiB()
    {
        var random = new SeededRandom(1);
        var kept = One();
        var patient = RandomStay.New();
        for (var step = 0; step < 100; step++)
        {
            for (var vital = 0; vital < 7; vital++)
            {
                for (var minute = 0; minute < 60; minute++)
                {
                    Take(ref patient, vital, patient.StepStart + (minute * 60_000) + 59_000, random.Between(50, 51.0));
                }
            }

            Commit(ref patient, kept, patient.StepStart + Hour);
        }

        Assert.InRange(kept.Bytes(0).Length, 2500, 4096);
    }

    [Fact]
    public void Bytes_OfChartedValuesAndSilence_AreFew()
    {
        var kept = One();
        var patient = RandomStay.New();
        for (var step = 0; step < 48; step++)
        {
            if (step % 4 == 0)
            {
                for (var vital = 0; vital < 7; vital++)
                {
                    Take(ref patient, vital, patient.StepStart + Hour, 80 + vital);
                }
            }

            Commit(ref patient, kept, patient.StepStart + Hour);
        }

        Assert.InRange(kept.Bytes(0).Length, 300, 800);
    }

    [Fact]
    public void Keep_InSteadyState_AllocatesNothing()
    {
        var kept = One();
        var patient = RandomStay.New();
        var (before, least) = (0L, long.MaxValue);
        for (var step = 0; step < 600; step++)
        {
            // The runtime itself takes some memory on this thread once in a while: the least stretch counts.
            if (step % 100 == 0)
            {
                least = step > 100 ? Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before) : least;
                before = GC.GetAllocatedBytesForCurrentThread();
            }

            for (var vital = 0; vital < 7; vital++)
            {
                Take(ref patient, vital, patient.StepStart + Hour - 1000, 70.1 + (step % 7));
            }

            Commit(ref patient, kept, patient.StepStart + Hour);
        }

        Assert.Equal(0, least);
    }

    [Fact]
    public void Forget_ThenKeep_BeginsAnew()
    {
        var stay = new RandomStay(7);
        var kept = One();
        for (var step = 0; step < 60; step++)
        {
            stay.Live();
            stay.Commit(kept);
        }

        kept.Forget(0);
        Assert.Equal((0, 0), (kept.Count(0), kept.Bytes(0).Length));
        stay.Live();
        var row = stay.Row();
        stay.Commit(kept);

        Assert.Equal(Bits(row), Bits(Assert.Single(Rows(kept, stay.Patient))));
    }

    [Fact]
    public void Load_DamagedBytes_IsRefused()
    {
        var stay = new RandomStay(3);
        var kept = One();
        for (var step = 0; step < 10; step++)
        {
            stay.Live();
            stay.Commit(kept);
        }

        var bytes = kept.Bytes(0).ToArray();
        for (var length = 0; length < bytes.Length; length++)
        {
            var cut = bytes[..length];
            var refused = Assert.ThrowsAny<Exception>(() => One().Load(0, 10, cut));
            Assert.True(refused is ArgumentOutOfRangeException or IndexOutOfRangeException, refused.ToString());
        }
    }

    private static KeptSteps One()
    {
        var kept = new KeptSteps();
        kept.Grow(1);
        return kept;
    }

    private static List<float[]> Rows(KeptSteps kept, PatientState patient)
    {
        var rows = new List<float[]>();
        for (var cursor = default(KeptCursor); kept.Next(0, ref cursor);)
        {
            var row = new float[Features.Count];
            Features.Fill(in cursor.Step, in patient.Facts, row);
            rows.Add(row);
        }

        return rows;
    }

    private static string Bits(float[] row) => string.Join(' ', row.Select(BitConverter.SingleToInt32Bits));

    private static void Take(ref PatientState patient, int vital, long time, double value, byte device = 0, SourceClass source = default)
    {
        patient.Windows[vital].Take(device, source, 1, 1, time, value, 300_000, patient.LastTick, patient.StepStart);
        patient.Seen |= 1ul << vital;
    }

    private static void Commit(ref PatientState patient, KeptSteps kept, long time)
    {
        KeptStep.Of(in patient, time, out var step);
        kept.Keep(0, in step);
        patient.StepStart = time;
        PatientWindows.Stepped(ref patient);
    }

    private static FeatureSpec AllInputs()
    {
        string[] names =
        [
            .. VitalSignCatalogue.All.ToArray().SelectMany(v => new[] { $"{v.Key}.value", $"{v.Key}.observed", $"{v.Key}.hours_since_last" }),
            "age_years", "sex_male", "hours_since_admission", "step_fraction",
        ];
        var constants = new Normalisation(
            names.ToDictionary(n => n, _ => 61.7), names.ToDictionary(n => n, _ => 13.3), 20, 24, 336);
        return FeatureSpec.Create(names, constants, 3600, out var problem) ?? throw new InvalidOperationException(problem);
    }

    // A stay in which anything may happen between steps: several devices, old readings, devices that leave, long silence, a new anchor.
    private sealed class RandomStay
    {
        private readonly int _variables;
        private PatientState _patient = New();
        private long _next = Admission + Hour;

        public RandomStay(ulong seed)
        {
            Random = new SeededRandom(seed);
            _variables = Random.Between(1, VitalSignCatalogue.Count);
            _patient.Facts.AgeYears = Random.Chance(0.3) ? double.NaN : Random.Between(1.0, 99);
        }

        public SeededRandom Random { get; }

        public PatientState Patient => _patient;

        public static PatientState New()
        {
            var patient = PatientState.New();
            patient.Facts.AdmissionTime = patient.StepStart = Admission;
            return patient;
        }

        public void Live()
        {
            if (Random.Chance(0.05))
            {
                PatientWindows.Empty(ref _patient, Random.Between(0, 2));
            }

            for (var readings = Random.Chance(0.3) ? 0 : Random.Between(0, 60); readings > 0; readings--)
            {
                var value = Random.Chance(0.5) ? Random.Between(0, 200) : Random.Between(0, 200.0);
                var time = _next - (Random.Chance(0.1) ? Random.Between(0, 90) * Hour : (long)Random.Between(0.0, Hour));
                var device = Random.Between(0, 2);
                Take(ref _patient, Random.Between(0, _variables - 1), time, value, (byte)device, (SourceClass)device);
            }
        }

        public float[] Row()
        {
            var row = new float[Features.Count];
            Features.Fill(in _patient, _next, row);
            return row;
        }

        public void Commit(KeptSteps kept)
        {
            KeptStepsTests.Commit(ref _patient, kept, _next);
            _next += Random.Chance(0.03) ? (long)Random.Between(1.0, 50 * Hour) : Hour;
        }
    }
}
