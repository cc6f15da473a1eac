// Who lies in a bed of the simulated ward, and what is going to happen to them.
namespace MedAI.Streaming.Simulation;

/// <summary>What happens to a patient of the simulated ward.</summary>
public enum WardStoryKind
{
    /// <summary>Nothing: values stay within the default limits.</summary>
    Quiet,

    /// <summary>Oxygen saturation falls within minutes, breathing quickens; oxygen is given.</summary>
    Hypoxia,

    /// <summary>Sudden runs of tachycardia.</summary>
    Tachycardia,

    /// <summary>Sudden runs of bradycardia, and once a standstill of some seconds.</summary>
    Bradycardia,

    /// <summary>Fever, quick heart and breathing, and a falling pressure, slowly over hours.</summary>
    Sepsis,

    /// <summary>A quick heart and a falling pressure.</summary>
    Haemorrhage,

    /// <summary>Motion spoils the signals for a minute or two at a time.</summary>
    Motion,

    /// <summary>The oximeter's sensor comes off for some minutes.</summary>
    LooseSensor,

    /// <summary>The link to the monitor is lost; what it measured meanwhile never comes.</summary>
    LostLink,

    /// <summary>The link to the monitor is lost; what it measured meanwhile comes at once afterwards.</summary>
    DelayedLink,

    /// <summary>The monitor's clock is 5 minutes ahead for a while.</summary>
    WrongClock,

    /// <summary>The monitor restarts.</summary>
    Restart,

    /// <summary>The monitor now and then sends an unknown vital sign, a value out of range or a wrong unit.</summary>
    OddValues,
}

/// <summary>A patient of the simulated ward.</summary>
/// <param name="Id">Patient id, for example <c>sim-A07</c>.</param>
/// <param name="Bed">Bed, for example <c>A07</c> on the ward or <c>I02</c> in intensive care.</param>
/// <param name="Ward"><c>ward-a</c> or <c>icu</c>.</param>
/// <param name="AgeYears">Age in years, an adult's.</param>
/// <param name="Male">Administrative sex.</param>
/// <param name="AdmissionTime">Admission, some hours before the simulation starts.</param>
/// <param name="SpO2Scale2OrderedBy">Who ordered NEWS2's SpO2 scale 2; null where nobody did.</param>
/// <param name="Kind">What happens.</param>
/// <param name="Story">What happens and when, in one line of plain English.</param>
public sealed record WardPatient(
    string Id, string Bed, string Ward, int AgeYears, bool Male, DateTimeOffset AdmissionTime, string? SpO2Scale2OrderedBy,
    WardStoryKind Kind, string Story);
