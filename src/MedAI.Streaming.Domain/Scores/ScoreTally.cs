// Adds up a score: takes inputs with their substitutes, keeps account of what was used, missing or stale, and gives the result.
using MedAI.Streaming.Domain.Vitals;

namespace MedAI.Streaming.Domain.Scores;

/// <summary>The running account of one score; lives on the stack.</summary>
internal ref struct ScoreTally
{
    // The points at which a single parameter is red in NEWS2 and MEWS.
    private const int Red = 3;

    private readonly ref readonly ScoreInputs _inputs;
    private ScoreParts _parts;
    private int _total;
    private ulong _used;
    private ulong _missing;
    private ulong _stale;
    private bool _red;

    public ScoreTally(ref readonly ScoreInputs inputs) => _inputs = ref inputs;

    /// <summary>Takes a value, or accounts for its absence.</summary>
    public bool TryTake(VitalSign vital, out double value) => TryTake(vital, vital, vital, out value);

    /// <summary>Takes the first usable of two, or accounts for the absence of both under the usual one.</summary>
    public bool TryTake(VitalSign preferred, VitalSign otherwise, VitalSign usual, out double value)
    {
        if (_inputs.IsUsable(preferred))
        {
            value = Use(preferred);
            return true;
        }
        if (_inputs.IsUsable(otherwise))
        {
            value = Use(otherwise);
            return true;
        }
        value = double.NaN;
        Lack(VitalSignMask.Of(preferred, otherwise), usual);
        return false;
    }

    /// <summary>Pulse rate: by electrocardiogram if there is one, else by oximeter or cuff.</summary>
    public bool TryTakePulse(out double value) =>
        TryTake(VitalSign.HeartRate, VitalSign.PulseRate, VitalSign.HeartRate, out value);

    /// <summary>Systolic pressure: by arterial line if there is one, since it is current to the beat, else by cuff.</summary>
    public bool TryTakeSystolic(out double value) =>
        TryTake(VitalSign.ArterialSystolicPressure, VitalSign.SystolicPressure, VitalSign.SystolicPressure, out value);

    /// <summary>Takes an ACVPU code; a number that is none of the codes is as good as missing, never "alert".</summary>
    public bool TryTakeConsciousness(out int code)
    {
        if (HasCode(VitalSign.Consciousness))
        {
            code = (int)Use(VitalSign.Consciousness);
            return true;
        }
        code = -1;
        Lack(VitalSignMask.Of(VitalSign.Consciousness), VitalSign.Consciousness);
        return false;
    }

    /// <summary>Whether a coded vital sign is usable and one of its codes.</summary>
    public readonly bool HasCode(VitalSign vital)
    {
        if (!_inputs.IsUsable(vital))
        {
            return false;
        }
        var value = _inputs[vital];
        return value >= VitalSignCatalogue.PlausibleLow[(int)vital] && value <= VitalSignCatalogue.PlausibleHigh[(int)vital]
            && value == Math.Truncate(value);
    }

    /// <summary>The value of a usable vital sign, noted as used.</summary>
    public double Use(VitalSign vital)
    {
        _used |= VitalSignMask.Of(vital);
        return _inputs[vital];
    }

    /// <summary>Accounts for a parameter that none of its vital signs gives: stale where one is, else missing.</summary>
    public void Lack(ulong sources, VitalSign usual)
    {
        var stale = _inputs.Stale & sources;
        _stale |= stale;
        if (stale == 0)
        {
            _missing |= VitalSignMask.Of(usual);
        }
    }

    /// <summary>Gives a parameter its points.</summary>
    public void Give(int part, int points)
    {
        _parts = _parts.With(part, points);
        _total += points;
        _red |= points >= Red;
    }

    /// <summary>The result in points.</summary>
    public readonly ScoreResult Result() => ResultOf(_total);

    /// <summary>The result with a value of its own, for a score that does not add points.</summary>
    public readonly ScoreResult ResultOf(double value) => new()
    {
        Status = _used == 0 ? ScoreStatus.NotComputable
            : (_missing | _stale) == 0 ? ScoreStatus.Complete : ScoreStatus.Partial,
        Value = value,
        Parts = _parts,
        AnyRed = _red,
        UsedMask = _used,
        MissingMask = _missing,
        StaleMask = _stale,
    };
}
