// What a score answers: its value, how far that can be trusted, its parts, and which inputs it used, missed or found stale.
namespace MedAI.Streaming.Domain.Scores;

/// <summary>How far the value of a score can be trusted.</summary>
public enum ScoreStatus : byte
{
    /// <summary>No usable input at all, or none that gives a meaningful number. There is no value.</summary>
    NotComputable = 0,

    /// <summary>The score is not made for this patient; <see cref="ScoreResult.Refusal"/> says why. There is no value.</summary>
    Refused = 1,

    /// <summary>Some inputs are missing or stale and count as 0, so that the value is a lower bound.</summary>
    Partial = 2,

    /// <summary>Every parameter was scored.</summary>
    Complete = 3,
}

/// <summary>Why a score was refused.</summary>
public enum RefusalReason : byte
{
    /// <summary>Not refused.</summary>
    None = 0,

    /// <summary>The patient is under 16 years old.</summary>
    UnderSixteen = 1,

    /// <summary>The patient is pregnant.</summary>
    Pregnant = 2,
}

/// <summary>The answer of a score. The default value is "not computable".</summary>
public readonly record struct ScoreResult
{
    private readonly double _value;

    /// <summary>How far the value can be trusted.</summary>
    public ScoreStatus Status { get; init; }

    /// <summary>Why the score was refused; None for every other status.</summary>
    public RefusalReason Refusal { get; init; }

    /// <summary>
    /// The total in points (for the shock index: the ratio); a lower bound where the status is Partial; NaN where it is Refused
    /// or NotComputable.
    /// </summary>
    public double Value
    {
        get => Status >= ScoreStatus.Partial ? _value : double.NaN;
        init => _value = value;
    }

    /// <summary>Points by parameter, in the order of <see cref="ClinicalScores.PartNames"/>.</summary>
    public ScoreParts Parts { get; init; }

    /// <summary>Whether a single parameter scored 3 points, the most one can give in NEWS2 and MEWS.</summary>
    public bool AnyRed { get; init; }

    /// <summary>The vital signs whose values were used, as bits of <see cref="Vitals.VitalSignMask"/>.</summary>
    public ulong UsedMask { get; init; }

    /// <summary>
    /// One vital sign, the usual one, for each parameter that none of its vital signs could give, and none of them is stale.
    /// </summary>
    public ulong MissingMask { get; init; }

    /// <summary>The stale vital signs of each parameter that could not be given otherwise.</summary>
    public ulong StaleMask { get; init; }
}
