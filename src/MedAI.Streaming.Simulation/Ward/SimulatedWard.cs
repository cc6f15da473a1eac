// The demo's ward: two dozen patients, their devices, and what happens to them, second by second from one seed.
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Domain.Vitals;

namespace MedAI.Streaming.Simulation;

/// <summary>
/// A simulated ward. Bedside monitors send a frame a second, wearables deliver late batches, nurses chart their rounds; some
/// patients deteriorate, some devices fail. The values are made up by simple formulas to look alike real ones; they are no
/// model of physiology and prove nothing about real patients.
/// </summary>
public sealed class SimulatedWard
{
    private readonly WardOptions _options;
    private readonly IReadOnlyList<BedPlan> _plans;

    /// <summary>Prepares a ward.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public SimulatedWard(WardOptions options)
    {
        options.Check();
        _options = options;
        _plans = BedPlan.Deal(options);
        Patients = [.. _plans.Select(p => p.Patient)];
    }

    /// <summary>The patients, intensive care first.</summary>
    public IReadOnlyList<WardPatient> Patients { get; }

    /// <summary>What happens in a bed and when, in one line; the ground truth of the simulation.</summary>
    /// <exception cref="ArgumentException">There is no such bed.</exception>
    public string Story(string bed) =>
        Patients.FirstOrDefault(p => p.Bed == bed)?.Story
        ?? throw new ArgumentException(
            $"The ward has no bed '{bed}'; its beds are {string.Join(", ", Patients.Select(p => p.Bed))}.", nameof(bed));

    /// <summary>
    /// The elements in arrival order, made as they are asked for. What has not arrived by the end of the simulation is not among
    /// them, nor are clock records. Every enumeration starts anew and gives the same.
    /// </summary>
    public IEnumerable<LogElement> Elements()
    {
        var start = _options.Start.ToUnixTimeMilliseconds();
        var end = start + (long)_options.Duration.TotalMilliseconds;
        var queue = new ArrivalQueue();
        var beds = _plans.Select(plan => new SimulatedBed(plan, _options)).ToList();
        foreach (var plan in _plans) queue.Send(Facts(plan.Patient, start));
        for (var second = 0; start + (second * 1000L) < end; second++)
        {
            foreach (var bed in beds) bed.Step(second, queue);
            var now = Math.Min(end, start + ((second + 1) * 1000L));
            while (queue.TryTake(now, out var element)) yield return _options.MarkAsDemo ? Marked(element) : element;
        }
    }

    private static PatientFactsElement Facts(WardPatient patient, long arrival) => new(
        arrival, patient.Id, patient.AgeYears, patient.Male, patient.AdmissionTime.ToUnixTimeMilliseconds(), patient.Ward,
        patient.Bed, patient.SpO2Scale2OrderedBy);

    private static LogElement Marked(LogElement element) => element is FrameElement frame
        ? frame with { Readings = [.. frame.Readings.Select(r => r with { Validity = Validity.Demo })] }
        : element;
}
