// A patient's vital signs as they wander by themselves: a baseline, the time of day, and autocorrelated noise.
namespace MedAI.Streaming.Simulation;

/// <summary>What is usual for one patient at mid-day.</summary>
internal sealed record Baseline(
    double HeartRate, double SpO2, double RespiratoryRate, double Temperature, double Systolic, double Diastolic,
    double OxygenFlow);

/// <summary>
/// Makes one <see cref="Body"/> a second. Each vital sign carries a fast and a slow Ornstein-Uhlenbeck process (mean-reverting
/// noise, stepped by Euler-Maruyama), so that neighbouring seconds are alike and the hour still drifts.
/// </summary>
internal sealed class Physiology
{
    private readonly Baseline _baseline;
    private readonly double _startHour;
    private readonly SeededRandom _random;
    private Drift _heart;
    private Drift _heartSlow;
    private Drift _oxygen;
    private Drift _oxygenSlow;
    private Drift _breath;
    private Drift _breathSlow;
    private Drift _heat;
    private Drift _pressure;
    private Drift _pressureSlow;

    public Physiology(Baseline baseline, DateTimeOffset start, bool steadyOxygen, SeededRandom random)
    {
        _baseline = baseline;
        _startHour = start.TimeOfDay.TotalHours;
        _random = random;
        _heart = new Drift(20, 1.2, random);
        _heartSlow = new Drift(900, 2.2, random);
        _oxygen = new Drift(25, steadyOxygen ? 0.2 : 0.3, random);
        _oxygenSlow = new Drift(1200, steadyOxygen ? 0.25 : 0.35, random);
        _breath = new Drift(30, 0.5, random);
        _breathSlow = new Drift(900, 0.7, random);
        _heat = new Drift(3600, 0.1, random);
        _pressure = new Drift(40, 1.5, random);
        _pressureSlow = new Drift(1500, 2.5, random);
    }

    /// <summary>The body at the next second.</summary>
    public Body Next(double second)
    {
        var day = Daytime(_startHour + (second / 3600));
        var pressure = _pressure.Next(_random) + _pressureSlow.Next(_random);
        return new Body
        {
            HeartRate = _baseline.HeartRate + (4 * day) + _heart.Next(_random) + _heartSlow.Next(_random),
            PulseShare = 1,
            SpO2 = _baseline.SpO2 + _oxygen.Next(_random) + _oxygenSlow.Next(_random),
            RespiratoryRate = _baseline.RespiratoryRate + (0.7 * day) + _breath.Next(_random) + _breathSlow.Next(_random),
            Temperature = _baseline.Temperature + (0.25 * day) + _heat.Next(_random),
            Systolic = _baseline.Systolic + (5 * day) + pressure,
            Diastolic = _baseline.Diastolic + (3 * day) + (0.6 * pressure),
            OxygenFlow = _baseline.OxygenFlow,
        };
    }

    /// <summary>Minus one at 5 in the morning, one at 5 in the afternoon, smooth between: the usual daily course.</summary>
    private static double Daytime(double hour)
    {
        var sinceTrough = (hour + 19) % 24;
        var height = sinceTrough < 12 ? sinceTrough / 12 : (24 - sinceTrough) / 12;
        return (2 * Course.Ramp(height, 0, 1)) - 1;
    }

    /// <summary>A mean-reverting process of a time constant in seconds and a standard deviation, stepped once a second.</summary>
    private struct Drift
    {
        private readonly double _keep;
        private readonly double _kick;
        private double _value;

        public Drift(double seconds, double deviation, SeededRandom random)
        {
            _keep = 1 - (1 / seconds);
            _kick = deviation * Math.Sqrt(2 / seconds);
            _value = deviation * random.NextBell();
        }

        public double Next(SeededRandom random) => _value = (_value * _keep) + (_kick * random.NextBell());
    }
}
