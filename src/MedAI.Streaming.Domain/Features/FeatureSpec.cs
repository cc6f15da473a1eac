// Turns a patient's windows into the row of numbers a model was trained on, exactly as training/ does.
using MedAI.Streaming.Domain.Patients;
using MedAI.Streaming.Domain.Vitals;

namespace MedAI.Streaming.Domain.Features;

/// <summary>Normalisation of the inputs, from the model's card.</summary>
/// <param name="Mean">Mean by input name.</param>
/// <param name="StandardDeviation">Standard deviation by input name.</param>
/// <param name="Clip">Standardised inputs are clipped to plus and minus this.</param>
/// <param name="SinceCapHours">Hours since the last observation are capped here, then divided by it.</param>
/// <param name="AdmissionCapHours">Hours since admission are capped here; the input is log(1 + h) / log(1 + cap).</param>
public sealed record Normalisation(
    IReadOnlyDictionary<string, double> Mean, IReadOnlyDictionary<string, double> StandardDeviation, double Clip,
    double SinceCapHours, double AdmissionCapHours);

/// <summary>
/// The inputs of a model, by name and in order, as schemas/features.json defines them: per vital sign <c>KEY.value</c>,
/// <c>KEY.observed</c> and <c>KEY.hours_since_last</c>, and <c>age_years</c>, <c>sex_male</c>, <c>hours_since_admission</c>,
/// <c>step_fraction</c>. Everything is computed in float64 and cast to float32 once.
/// </summary>
public sealed partial class FeatureSpec
{
    private const double HourMs = 3_600_000;
    private const string AgeName = "age_years";
    private const string SexName = "sex_male";
    private const string AdmissionName = "hours_since_admission";
    private readonly Input[] _inputs;
    private readonly double _sinceCap;
    private readonly double _admissionCap;
    private readonly double _clip;

    private FeatureSpec(Input[] inputs, Normalisation normalisation, long stepMs)
    {
        _inputs = inputs;
        _sinceCap = normalisation.SinceCapHours;
        _admissionCap = normalisation.AdmissionCapHours;
        _clip = normalisation.Clip;
        StepMs = stepMs;
        Groups = GroupsOf(inputs);
        foreach (ref readonly var input in inputs.AsSpan())
        {
            Sources |= input.Kind == Kind.Value ? 1ul << input.Vital | 1ul << input.Alternative : 0;
        }
    }

    private enum Kind : byte
    {
        Value,
        Observed,
        HoursSinceLast,
        Age,
        Sex,
        HoursSinceAdmission,
        StepFraction,
    }

    /// <summary>The number of inputs.</summary>
    public int Count => _inputs.Length;

    /// <summary>The vital signs whose values the model may take, those that stand in for others among them, as bits of <see cref="VitalSignMask"/>.</summary>
    public ulong Sources { get; }

    /// <summary>The length of a model step, ms.</summary>
    public long StepMs { get; }

    /// <summary>Makes the row's layout from the names on a model's card.</summary>
    /// <param name="names">Input names in order.</param>
    /// <param name="normalisation">From the card.</param>
    /// <param name="stepSeconds">From the card.</param>
    /// <param name="problem">What is wrong with the names, or null.</param>
    /// <returns>Null where a name is unknown or a constant is missing; then <paramref name="problem"/> says which.</returns>
    public static FeatureSpec? Create(
        IReadOnlyList<string> names, Normalisation normalisation, int stepSeconds, out string? problem)
    {
        var inputs = new Input[names.Count];
        for (var i = 0; i < names.Count; i++)
        {
            if (Parse(names[i]) is not { } input)
            {
                problem = $"input {i} '{names[i]}' is not in schemas/features.json";
                return null;
            }

            if (input.Kind is Kind.Value or Kind.Age)
            {
                if (!normalisation.Mean.TryGetValue(names[i], out input.Mean)
                    || !normalisation.StandardDeviation.TryGetValue(names[i], out input.Deviation) || !(input.Deviation > 0))
                {
                    problem = $"input '{names[i]}' needs a mean and a standard deviation greater than 0 in the card's normalisation";
                    return null;
                }
            }

            inputs[i] = input;
        }

        problem = null;
        return new FeatureSpec(inputs, normalisation, stepSeconds * 1000L);
    }

    /// <summary>The vital signs that the model takes and that neither were seen nor have one seen that stands in for them.</summary>
    /// <param name="seen">Those that were seen.</param>
    public ulong Missing(ulong seen)
    {
        var missing = 0ul;
        foreach (ref readonly var input in _inputs.AsSpan())
        {
            var isThere = (seen & (1ul << input.Vital | 1ul << input.Alternative)) != 0;
            missing |= input.Kind == Kind.Value && !isThere ? 1ul << input.Vital : 0;
        }

        return missing;
    }

    /// <summary>Fills one row for the instant <paramref name="time"/> (ms).</summary>
    /// <param name="patient">The patient, with windows as they were at that instant.</param>
    /// <param name="time">A step's end, or an instant between two.</param>
    /// <param name="row">At least <see cref="Count"/> floats.</param>
    public void Fill(ref readonly PatientState patient, long time, Span<float> row) =>
        Fill(new WindowView(in patient), in patient.Facts, time, patient.StepStart, row);

    /// <summary>Fills the row of a step that was kept: the bits that were filled when it ended, where the facts are still the same.</summary>
    /// <param name="step">The step.</param>
    /// <param name="facts">The patient's facts.</param>
    /// <param name="row">At least <see cref="Count"/> floats.</param>
    public void Fill(ref readonly KeptStep step, ref readonly PatientFacts facts, Span<float> row) =>
        Fill(new StepView(in step), in facts, step.Time, step.StepStart, row);

    private void Fill<TView>(TView view, ref readonly PatientFacts facts, long time, long stepStart, Span<float> row)
        where TView : struct, IReadingView, allows ref struct
    {
        for (var i = 0; i < _inputs.Length; i++)
        {
            ref readonly var input = ref _inputs[i];
            row[i] = (float)(input.Kind switch
            {
                Kind.Value or Kind.Observed or Kind.HoursSinceLast => Reading(in input, view, time),
                Kind.Age => double.IsNaN(facts.AgeYears) ? 0 : Standardise(facts.AgeYears, in input),
                Kind.Sex => facts.SexMale,
                Kind.HoursSinceAdmission => Admitted(Math.Max(0, (time - facts.AdmissionTime) / HourMs)),
                _ => (double)(time - stepStart) / StepMs,
            });
        }
    }

    private double Reading<TView>(in Input input, TView view, long time)
        where TView : struct, IReadingView, allows ref struct
    {
        var vital = Newest(input.Vital, input.Alternative, view);
        return input.Kind switch
        {
            Kind.Value => view.Knows(vital) ? Standardise(view.Value(vital), in input) : 0,
            Kind.Observed => view.Observed(vital) ? 1 : 0,
            _ => view.Knows(vital) ? Math.Min(Math.Max(0, (time - view.LastTime(vital)) / HourMs), _sinceCap) / _sinceCap : 1,
        };
    }

    // An arterial line and a cuff measure the same pressure, an electrocardiogram and an oximeter the same rate: the newer counts.
    private static int Newest<TView>(int vital, int alternative, TView view)
        where TView : struct, IReadingView, allows ref struct =>
        alternative != vital && view.LastTime(alternative) > view.LastTime(vital) ? alternative : vital;

    private double Admitted(double hours) => Math.Log(1 + Math.Min(hours, _admissionCap)) / Math.Log(1 + _admissionCap);

    private double Standardise(double value, in Input input) =>
        Math.Clamp((value - input.Mean) / input.Deviation, -_clip, _clip);

    private static Input? Parse(string name)
    {
        switch (name)
        {
            case AgeName:
                return new Input { Kind = Kind.Age };
            case SexName:
                return new Input { Kind = Kind.Sex };
            case AdmissionName:
                return new Input { Kind = Kind.HoursSinceAdmission };
            case "step_fraction":
                return new Input { Kind = Kind.StepFraction };
        }

        var dot = name.LastIndexOf('.');
        if (dot < 0 || !VitalSignCatalogue.TryParse(name.AsSpan(0, dot), out var vital)
            || !name.AsSpan(0, dot).SequenceEqual(VitalSignCatalogue.Info(vital).Key))
        {
            return null;
        }

        Kind? kind = name[(dot + 1)..] switch
        {
            "value" => Kind.Value,
            "observed" => Kind.Observed,
            "hours_since_last" => Kind.HoursSinceLast,
            _ => null,
        };
        return kind is { } k ? new Input { Kind = k, Vital = (byte)vital, Alternative = (byte)AlternativeOf(vital) } : null;
    }

    private static VitalSign AlternativeOf(VitalSign vital) => vital switch
    {
        VitalSign.HeartRate => VitalSign.PulseRate,
        VitalSign.SystolicPressure => VitalSign.ArterialSystolicPressure,
        VitalSign.DiastolicPressure => VitalSign.ArterialDiastolicPressure,
        VitalSign.MeanPressure => VitalSign.ArterialMeanPressure,
        _ => vital,
    };

    private struct Input
    {
        public Kind Kind;
        public byte Vital;
        public byte Alternative;
        public int Group;
        public double Mean;
        public double Deviation;
    }
}
