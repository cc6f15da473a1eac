// What a score is computed from: the current value of each vital sign, which of them are stale, and the facts of the patient.
using System.Runtime.CompilerServices;
using MedAI.Streaming.Domain.Vitals;

namespace MedAI.Streaming.Domain.Scores;

/// <summary>
/// Input of every score. The caller decides what is current and what is stale, and gives valid readings only, in each vital
/// sign's own unit. A vital sign that is neither present nor stale is missing; one that is both counts as stale.
/// </summary>
public struct ScoreInputs
{
    private ValueColumns _values;

    /// <summary>Vital signs with a value, as bits of <see cref="VitalSignMask"/>.</summary>
    public ulong Present { readonly get; set; }

    /// <summary>Vital signs whose last value is older than its validity window; it is not used, and reported as stale.</summary>
    public ulong Stale { readonly get; set; }

    /// <summary>Age in years; null or NaN: unknown, which is scored as an adult.</summary>
    public double? AgeYears { readonly get; set; }

    /// <summary>Whether the patient is known to be pregnant.</summary>
    public bool Pregnant { readonly get; set; }

    /// <summary>
    /// Whether NEWS2's SpO2 scale 2 holds (target 88-92 % in hypercapnic respiratory failure). Only a recorded clinician's order
    /// may set it.
    /// </summary>
    public bool Scale2 { readonly get; set; }

    /// <summary>
    /// The value of a vital sign in its own unit. Setting it makes the vital sign present and no longer stale; reading one that
    /// is not present gives no useful number.
    /// </summary>
    public double this[VitalSign vital]
    {
        readonly get => _values[(int)vital];
        set
        {
            _values[(int)vital] = value;
            Present |= VitalSignMask.Of(vital);
            Stale &= ~VitalSignMask.Of(vital);
        }
    }

    /// <summary>Makes a vital sign stale.</summary>
    public void MarkStale(VitalSign vital) => Stale |= VitalSignMask.Of(vital);

    /// <summary>Makes a vital sign missing.</summary>
    public void Clear(VitalSign vital)
    {
        Present &= ~VitalSignMask.Of(vital);
        Stale &= ~VitalSignMask.Of(vital);
    }

    /// <summary>Whether a value may be scored: present, not stale, and a finite number.</summary>
    public readonly bool IsUsable(VitalSign vital) =>
        (Present & ~Stale & VitalSignMask.Of(vital)) != 0 && double.IsFinite(_values[(int)vital]);

    [InlineArray(VitalSignCatalogue.Count)]
    private struct ValueColumns
    {
        private double _first;
    }
}
