// A simulated patient's true state at one second, before any device has looked at it.
namespace MedAI.Streaming.Simulation;

/// <summary>True values, unrounded; stories shape them, devices measure them.</summary>
internal struct Body
{
    /// <summary>Electrical heart rate, /min.</summary>
    public double HeartRate;

    /// <summary>Share of heart beats that reach the finger, 0 to 1.</summary>
    public double PulseShare;

    /// <summary>Arterial oxygen saturation, %.</summary>
    public double SpO2;

    /// <summary>Respiratory rate, /min.</summary>
    public double RespiratoryRate;

    /// <summary>Core temperature, Cel.</summary>
    public double Temperature;

    /// <summary>Systolic pressure, mm[Hg].</summary>
    public double Systolic;

    /// <summary>Diastolic pressure, mm[Hg].</summary>
    public double Diastolic;

    /// <summary>ACVPU, coded as in the catalogue.</summary>
    public int Consciousness;

    /// <summary>Oxygen given, L/min.</summary>
    public double OxygenFlow;

    /// <summary>Whether the nurses have noticed that the patient is unwell: pressures every 5 minutes, closer rounds.</summary>
    public bool Unwell;
}

/// <summary>What is wrong with a bed's monitor at one second.</summary>
internal struct DeviceCondition
{
    /// <summary>The patient moves: spikes, marked questionable or invalid.</summary>
    public bool Motion;

    /// <summary>The oximeter's sensor is off the finger.</summary>
    public bool SensorOff;

    /// <summary>The monitor is switched off.</summary>
    public bool Off;

    /// <summary>How often the monitor has restarted.</summary>
    public int Restarts;

    /// <summary>Nothing gets through.</summary>
    public bool LinkDown;

    /// <summary>What is measured while the link is down is kept and sent afterwards.</summary>
    public bool LinkKeeps;

    /// <summary>How far the monitor's clock is ahead, ms.</summary>
    public long ClockAheadMs;

    /// <summary>The monitor speaks another dialect now and then.</summary>
    public bool OddValues;
}
