// Which faults a live fleet has and how often: the text in which a person says it, and the numbers.
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace MedAI.Streaming.Simulation;

/// <summary>What went wrong with a frame of a live fleet; several things may.</summary>
[Flags]
public enum LiveFault : ushort
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>It is sent a second time, up to 3 s later.</summary>
    Duplicate = 1,

    /// <summary>It is overtaken by later ones, by less than is waited for it.</summary>
    Disorder = 2,

    /// <summary>The device had no connection, kept it, and sends it with others afterwards.</summary>
    Late = 4,

    /// <summary>The device's clock was wrong.</summary>
    Skew = 8,

    /// <summary>A reading in it is spoilt, or all of it (<see cref="Truncated"/>).</summary>
    Corrupt = 16,

    /// <summary>It was numbered and never sent.</summary>
    Gap = 32,

    /// <summary>It is the first after a restart: the next epoch, numbered from 1 again.</summary>
    Restart = 64,

    /// <summary>Its last byte is cut off on the wire, in whatever form, so that nobody can read it.</summary>
    Truncated = 128,

    /// <summary>The device measured it an hour before it sends it, in the epoch before its first here, and had kept it.</summary>
    HourLate = 256,
}

/// <summary>How often each fault is. Rates are shares of a device's frames, 0 to 1.</summary>
public sealed record LiveFaults
{
    private static readonly (string Name, double Usual, Func<LiveFaults, double> Get, Func<LiveFaults, double, LiveFaults> With)[] Known =
    [
        ("duplicates", 0.2, f => f.Duplicates, (f, rate) => f with { Duplicates = rate }),
        ("disorder", 0.1, f => f.Disorder, (f, rate) => f with { Disorder = rate }),
        ("late", 0.05, f => f.Late, (f, rate) => f with { Late = rate }),
        ("skew", 0.01, f => f.Skew, (f, rate) => f with { Skew = rate }),
        ("corrupt", 0.01, f => f.Corrupt, (f, rate) => f with { Corrupt = rate }),
        ("gaps", 0.01, f => f.Gaps, (f, rate) => f with { Gaps = rate }),
        ("restart", 0.001, f => f.Restart, (f, rate) => f with { Restart = rate }),
        (HourLateName, 0.05, f => f.HourLate, (f, rate) => f with { HourLate = rate }),
    ];

    private const string HourLateName = "hour-late";

    /// <summary>No fault.</summary>
    public static LiveFaults None { get; } = new();

    /// <summary>
    /// Every fault of a day's work at its usual rate: <c>duplicates=0.2,disorder=0.1,late=0.05,skew=0.01,corrupt=0.01,gaps=0.01,restart=0.001</c>.
    /// Uploads an hour late are asked for by name, because what they hold is from before the fleet began.
    /// </summary>
    public static LiveFaults All { get; } = Known.Where(known => known.Name != HourLateName)
        .Aggregate(new LiveFaults(), (faults, known) => known.With(faults, known.Usual));

    /// <summary>What may stand in the text, for messages.</summary>
    public static string Allowed { get; } =
        $"none, all, or a comma list of {string.Join(", ", Known.Select(known => known.Name))}, each with or without =RATE (0 to 1)";

    /// <summary>Share of frames that are sent twice.</summary>
    public double Duplicates { get; init; }

    /// <summary>Share of frames that others overtake.</summary>
    public double Disorder { get; init; }

    /// <summary>Share of frames that are kept while there is no connection, and sent together afterwards.</summary>
    public double Late { get; init; }

    /// <summary>Share of frames whose event time is wrong.</summary>
    public double Skew { get; init; }

    /// <summary>Share of frames that are spoilt.</summary>
    public double Corrupt { get; init; }

    /// <summary>Share of frames that are numbered and never sent.</summary>
    public double Gaps { get; init; }

    /// <summary>Probability at each frame that the device restarts instead of sending it.</summary>
    public double Restart { get; init; }

    /// <summary>Share of frames that the device measured an hour ago and had kept; they are sent in place of what it measures now.</summary>
    public double HourLate { get; init; }

    /// <summary>Reads such as <c>none</c>, <c>all</c> or <c>duplicates=0.2,late</c>; a name without a rate has its usual one.</summary>
    /// <param name="text">The text.</param>
    /// <param name="faults">The faults.</param>
    /// <param name="problem">What is wrong, as a sentence.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out LiveFaults? faults, [NotNullWhen(false)] out string? problem)
    {
        (faults, problem) = (null, null);
        if (text is "none" or "all")
        {
            faults = text == "all" ? All : None;
            return true;
        }

        var result = None;
        var named = new HashSet<string>();
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            var name = equals < 0 ? part : part[..equals];
            var known = Array.Find(Known, k => k.Name == name);
            var rate = known.Usual;
            if (known.Name is null)
                problem = $"'{name}' is no fault: write {Allowed}.";
            else if (!named.Add(name))
                problem = $"'{name}' stands there twice.";
            else if (equals >= 0 && (!TryRate(part.AsSpan(equals + 1), out rate)))
                problem = $"'{part}': a rate is a number from 0 to 1.";
            if (problem is not null)
                return false;

            result = known.With(result, rate);
        }

        faults = result;
        return true;
    }

    /// <summary>The faults as they are written.</summary>
    public override string ToString()
    {
        var rates = Known.Where(known => known.Get(this) > 0)
            .Select(known => string.Create(CultureInfo.InvariantCulture, $"{known.Name}={known.Get(this):0.######}"));
        var text = string.Join(',', rates);
        return text.Length == 0 ? "none" : text;
    }

    /// <summary>Checks that all rates are shares.</summary>
    /// <exception cref="ArgumentOutOfRangeException">One is not.</exception>
    internal void Check()
    {
        foreach (var known in Known)
        {
            if (!(known.Get(this) is >= 0 and <= 1))
                throw new ArgumentOutOfRangeException(known.Name, known.Get(this), "A rate is a number from 0 to 1.");
        }
    }

    private static bool TryRate(ReadOnlySpan<char> text, out double rate) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out rate) && rate is >= 0 and <= 1;
}
