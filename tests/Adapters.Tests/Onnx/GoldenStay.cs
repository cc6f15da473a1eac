// A made-up patient of schemas/golden whose events go through windows and inputs into a model, step by step, as in service.
using System.Text.Json;
using MedAI.Streaming.Adapters.Onnx;
using MedAI.Streaming.Domain.Features;
using MedAI.Streaming.Domain.Patients;
using MedAI.Streaming.Domain.Vitals;

namespace Adapters.Tests.Onnx;

/// <summary>One stay under one model. Every step before an instant is committed first, whether or not anything happened in it.</summary>
internal sealed class GoldenStay
{
    private const long Admission = 1_700_000_000_000;
    private readonly OnnxModel _model;
    private readonly FeatureSpec _features;
    private readonly (long Time, VitalSign Vital, double Value)[] _events;
    private readonly float[] _state;
    private PatientState _patient = PatientState.New();
    private int _taken;

    public GoldenStay(OnnxModel model, JsonElement patient)
    {
        _model = model;
        var card = model.Card;
        _features = FeatureSpec.Create(
            card.Inputs, new Normalisation(card.Mean, card.StandardDeviation, card.Clip, card.SinceCapHours, card.AdmissionCapHours),
            card.StepSeconds, out var problem) ?? throw new InvalidOperationException(problem);
        _events =
        [
            .. patient.GetProperty("events").EnumerateArray()
                .Select(e => (Milliseconds(e), Vital(e.GetProperty("vital").GetString()!), e.GetProperty("value").GetDouble()))
                .Where(e => UnitConversion.ToCanonical(e.Item2, Unit.Canonical, e.Item3, out _) == RejectReason.None)
                .OrderBy(e => e.Item1),
        ];
        _state = new float[card.StateSize];
        _patient.Facts.AdmissionTime = _patient.StepStart = Admission;
        var age = patient.GetProperty("age");
        _patient.Facts.AgeYears = age.ValueKind == JsonValueKind.Null ? double.NaN : age.GetDouble();
        _patient.Facts.SexMale = patient.GetProperty("sex").GetString() switch { "male" => 1, "female" => 0, _ => 0.5 };
    }

    /// <summary>Runs the model for an instant, ms since admission; its outputs are then in the model's buffers.</summary>
    public void Run(long time, bool committed)
    {
        for (var step = _patient.StepStart + _features.StepMs; step < Admission + time; step += _features.StepMs)
        {
            RunAt(step);
            Commit(step);
        }

        RunAt(Admission + time);
        if (committed)
            Commit(Admission + time);
    }

    /// <summary>The time of an element, ms since admission.</summary>
    public static long Milliseconds(JsonElement element) => (long)Math.Round(element.GetProperty("t").GetDouble() * 1000);

    private void RunAt(long time)
    {
        for (; _taken < _events.Length && Admission + _events[_taken].Time <= time; _taken++)
        {
            var (at, vital, value) = _events[_taken];
            _patient.Windows[(int)vital].Take(
                0, SourceClass.Charted, 1, (ulong)_taken + 1, Admission + at, value, long.MaxValue, _patient.LastTick, _patient.StepStart);
        }

        _features.Fill(in _patient, time, _model.Inputs);
        _state.CopyTo(_model.States);
        _model.Run(1);
    }

    private void Commit(long time)
    {
        _model.StatesOut[.._state.Length].CopyTo(_state);
        _patient.StepStart = time;
        for (var vital = 0; vital < VitalSignCatalogue.Count; vital++)
        {
            (_patient.Windows[vital].StepSum, _patient.Windows[vital].StepCount) = (0, 0);
        }
    }

    private static VitalSign Vital(string key) =>
        VitalSignCatalogue.TryParse(key, out var vital) ? vital : throw new InvalidDataException($"unknown vital sign {key}");
}
