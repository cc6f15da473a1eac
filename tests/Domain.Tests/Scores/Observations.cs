// Score inputs for tests, written like a nurse's round: a well adult, changed where the test needs it.
using MedAI.Streaming.Domain.Scores;
using MedAI.Streaming.Domain.Vitals;

namespace MedAI.Streaming.Domain.Tests.Scores;

internal static class Observations
{
    // Complete for every score, and 0 points in each.
    public static ScoreInputs Well() => new()
    {
        AgeYears = 60,
        [VitalSign.RespiratoryRate] = 14,
        [VitalSign.SpO2] = 98,
        [VitalSign.OxygenFlow] = 0,
        [VitalSign.SystolicPressure] = 120,
        [VitalSign.HeartRate] = 70,
        [VitalSign.Consciousness] = 0,
        [VitalSign.Temperature] = 37.0,
    };

    public static ScoreInputs WellExcept(VitalSign vital, double value)
    {
        var inputs = Well();
        inputs[vital] = value;
        return inputs;
    }

    public static ScoreInputs Without(this ScoreInputs inputs, VitalSign vital)
    {
        inputs.Clear(vital);
        return inputs;
    }

    public static ScoreInputs WithStale(this ScoreInputs inputs, VitalSign vital)
    {
        inputs.MarkStale(vital);
        return inputs;
    }

    public static ScoreInputs With(this ScoreInputs inputs, VitalSign vital, double value)
    {
        inputs[vital] = value;
        return inputs;
    }
}
