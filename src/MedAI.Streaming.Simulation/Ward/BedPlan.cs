// Deals patients, equipment and stories to the beds of a ward.
using System.Globalization;

namespace MedAI.Streaming.Simulation;

/// <summary>Everything that one bed of the ward is made from.</summary>
internal sealed record BedPlan(
    WardPatient Patient, Baseline Baseline, WardStory Story, bool Monitor, bool Wearable, bool ArterialLine)
{
    private const int QuarterIntensive = 4;

    private static readonly string[] Doctors = ["Dr Berg", "Dr Adeyemi"];

    /// <summary>The beds of a ward, intensive care first.</summary>
    public static IReadOnlyList<BedPlan> Deal(WardOptions options)
    {
        var random = new SeededRandom(options.Seed).Fork("ward");
        var roles = new List<Role>(Role.Cast(options.Beds, random));
        random.Shuffle(roles);
        var intensive = options.Beds / QuarterIntensive;
        // OrderBy is stable: the shuffled order stays among equals.
        roles = [.. roles.OrderByDescending(r => r.Preference)];
        var beds = new List<BedPlan>(options.Beds);
        var onWard = roles[intensive..];
        random.Shuffle(onWard);
        for (var i = 0; i < intensive; i++) beds.Add(Plan(roles[i], $"I{i + 1:00}", "icu", options, random));
        for (var i = 0; i < onWard.Count; i++) beds.Add(Plan(onWard[i], $"A{i + 1:00}", "ward-a", options, random));
        return beds;
    }

    private static BedPlan Plan(Role role, string bed, string ward, WardOptions options, SeededRandom parent)
    {
        var random = parent.Fork(bed);
        var doctor = role.Scale2 ? random.Pick(Doctors) : null;
        var age = role.Scale2 ? random.Between(55, 82) : random.Between(19, 93);
        var male = random.Chance(0.5);
        var story = role.Story.Tell(new StoryClock(options.Start));
        if (doctor is not null) story += $"; COPD, oxygen saturation of 88-92 % ordered by {doctor}";
        var id = "sim-" + bed;
        var line = string.Create(
            CultureInfo.InvariantCulture, $"{bed} ({id}, {age} y, {(male ? "man" : "woman")}, {ward}): {story}");
        var patient = new WardPatient(
            id, bed, ward, age, male, options.Start.AddMinutes(-random.Between(120, 600)), doctor, role.Story.Kind, line);
        return new BedPlan(
            patient, Usual(role.Scale2, random), role.Story, role.Monitor, !role.Monitor || random.Chance(0.3),
            ward == "icu" && role.Monitor);
    }

    private static Baseline Usual(bool copd, SeededRandom random) => new(
        HeartRate: random.Between(65.0, 77.0),
        SpO2: copd ? random.Between(90.9, 91.6) : random.Between(97.0, 98.2),
        RespiratoryRate: random.Between(14.5, 16.5) + (copd ? 1 : 0),
        Temperature: random.Between(36.6, 37.0),
        Systolic: random.Between(118.0, 134.0),
        Diastolic: random.Between(68.0, 80.0),
        OxygenFlow: copd ? 1 : random.Chance(0.15) ? 2 : 0);
}
