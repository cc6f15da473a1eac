// Which inputs of a model belong together, and what a row looks like where one thing is nothing special.
using MedAI.Streaming.Domain.Patients;
using MedAI.Streaming.Domain.Vitals;

namespace MedAI.Streaming.Domain.Features;

/// <summary>Inputs of a model that say something of one thing: a vital sign or result, the age, the sex, or the time since admission.</summary>
/// <param name="Key">The key of the vital sign, or the name of the input.</param>
/// <param name="Vital">The vital sign, or null.</param>
/// <param name="Mean">The mean of its value among the patients the model was trained on; NaN where the model takes no value of it.</param>
/// <param name="Sources">The vital signs it is made of, those that stand in for it among them, as bits of <see cref="VitalSignMask"/>.</param>
public sealed record InputGroup(string Key, VitalSign? Vital, double Mean, ulong Sources);

/// <content>Groups of inputs.</content>
public sealed partial class FeatureSpec
{
    /// <summary>The groups of inputs, in the order of their first input. <c>step_fraction</c> belongs to none: it says where in the step one is.</summary>
    public IReadOnlyList<InputGroup> Groups { get; }

    /// <summary>
    /// Takes out of a row what is special about a group: the value or age becomes the mean of the training, the sex unknown, the time that of
    /// the admission. That and when something was observed stays.
    /// </summary>
    /// <param name="group">The number of the group.</param>
    /// <param name="row">A filled row.</param>
    public void Occlude(int group, Span<float> row)
    {
        for (var i = 0; i < _inputs.Length; i++)
        {
            if (_inputs[i].Group == group && _inputs[i].Kind is not (Kind.Observed or Kind.HoursSinceLast))
            {
                row[i] = _inputs[i].Kind == Kind.Sex ? 0.5f : 0;
            }
        }
    }

    /// <summary>Whether a row may say anything of a group.</summary>
    /// <param name="group">The number of the group.</param>
    /// <param name="known">The vital signs that have, or had, a value.</param>
    /// <param name="facts">The patient's facts.</param>
    public bool IsKnown(int group, ulong known, ref readonly PatientFacts facts) => Groups[group] switch
    {
        { Vital: not null } vital => (known & vital.Sources) != 0,
        { Key: AgeName } => !double.IsNaN(facts.AgeYears),
        { Key: SexName } => facts.SexMale != 0.5,
        _ => true,
    };

    /// <summary>The value of a group at an instant, in its own unit: of a vital sign what the model sees, years, 1 for male, hours.</summary>
    /// <param name="group">The number of the group.</param>
    /// <param name="patient">The patient, with windows as they were at that instant.</param>
    /// <param name="time">The instant.</param>
    /// <returns>NaN where it is not known.</returns>
    public double ValueOf(int group, ref readonly PatientState patient, long time) =>
        ValueOf(Groups[group], new WindowView(in patient), in patient.Facts, time);

    /// <summary>The same of a step that was kept.</summary>
    public double ValueOf(int group, ref readonly KeptStep step, ref readonly PatientFacts facts) =>
        ValueOf(Groups[group], new StepView(in step), in facts, step.Time);

    private static double ValueOf<TView>(InputGroup group, TView view, ref readonly PatientFacts facts, long time)
        where TView : struct, IReadingView, allows ref struct
    {
        if (group.Vital is { } sign)
        {
            var vital = Newest((int)sign, (int)AlternativeOf(sign), view);
            return view.Knows(vital) ? view.Value(vital) : double.NaN;
        }

        return group.Key switch
        {
            AgeName => facts.AgeYears,
            SexName => facts.SexMale == 0.5 ? double.NaN : facts.SexMale,
            _ => Math.Max(0, (time - facts.AdmissionTime) / HourMs),
        };
    }

    // Numbers the groups in the inputs on the way.
    private static List<InputGroup> GroupsOf(Input[] inputs)
    {
        var groups = new List<InputGroup>();
        foreach (ref var input in inputs.AsSpan())
        {
            var key = input.Kind switch
            {
                Kind.Age => AgeName,
                Kind.Sex => SexName,
                Kind.HoursSinceAdmission => AdmissionName,
                Kind.StepFraction => null,
                _ => VitalSignCatalogue.Info((VitalSign)input.Vital).Key,
            };
            if (key is null)
            {
                input.Group = -1;
                continue;
            }

            input.Group = groups.FindIndex(group => group.Key == key);
            if (input.Group < 0)
            {
                input.Group = groups.Count;
                var isReading = input.Kind is Kind.Value or Kind.Observed or Kind.HoursSinceLast;
                groups.Add(new InputGroup(
                    key, isReading ? (VitalSign)input.Vital : null, double.NaN,
                    isReading ? 1ul << input.Vital | 1ul << input.Alternative : 0));
            }

            if (input.Kind is Kind.Value or Kind.Age)
            {
                groups[input.Group] = groups[input.Group] with { Mean = input.Mean };
            }
        }

        return groups;
    }
}
