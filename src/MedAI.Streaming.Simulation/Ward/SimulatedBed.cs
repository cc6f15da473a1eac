// One bed of the ward: a body, a story, and the devices that look at it.
namespace MedAI.Streaming.Simulation;

/// <summary>Plays one bed, second by second.</summary>
internal sealed class SimulatedBed
{
    private readonly WardStory _story;
    private readonly Physiology _physiology;
    private readonly BedsideMonitor? _monitor;
    private readonly Wearable? _wearable;
    private readonly ChartedRounds _rounds;

    public SimulatedBed(BedPlan plan, WardOptions options)
    {
        // Each part has a generator of its own, so that a change in one device leaves the rest of the ward as it was.
        var random = new SeededRandom(options.Seed).Fork(plan.Patient.Bed);
        var start = options.Start.ToUnixTimeMilliseconds();
        _story = plan.Story;
        _physiology = new Physiology(
            plan.Baseline, options.Start, plan.Patient.SpO2Scale2OrderedBy is not null, random.Fork("physiology"));
        if (plan.Monitor) _monitor = new BedsideMonitor(plan.Patient, plan.ArterialLine, start, random.Fork("monitor"));
        if (plan.Wearable) _wearable = new Wearable(plan.Patient, start, random.Fork("wearable"));
        _rounds = new ChartedRounds(plan.Patient, alsoPressure: !plan.Monitor, start, random.Fork("rounds"));
    }

    public void Step(int second, ArrivalQueue queue)
    {
        var minute = second / 60.0;
        var body = _physiology.Next(second);
        _story.Shape(minute, ref body);
        var condition = default(DeviceCondition);
        _story.Disturb(minute, ref condition);
        _monitor?.Step(second, body, condition, queue);
        _wearable?.Step(second, body, queue);
        _rounds.Step(second, body, queue);
    }
}
