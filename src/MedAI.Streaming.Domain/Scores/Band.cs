// Scoring bands as data, so that a table in code reads like the published table, and the rounding that leads into them.
namespace MedAI.Streaming.Domain.Scores;

/// <summary>One band of a published table: values above the band before, up to and including a bound, give points.</summary>
/// <param name="UpTo">Upper bound, inclusive, in the precision of the table.</param>
/// <param name="Points">Points of the band.</param>
internal readonly record struct Band(double UpTo, int Points)
{
    /// <summary>The bound of the last band of every table.</summary>
    public const double AnyHigher = double.PositiveInfinity;

    /// <summary>The points of a rounded value. The last band must reach <see cref="AnyHigher"/>.</summary>
    public static int PointsOf(ReadOnlySpan<Band> bands, double rounded)
    {
        var i = 0;
        while (rounded > bands[i].UpTo)
        {
            i++;
        }
        return bands[i].Points;
    }
}

/// <summary>
/// <para>Brings streamed real numbers to the precision in which the tables are published: temperature to 0.1, all others to whole
/// numbers, halves away from zero. The tables were made for numbers read and written down by people and leave gaps between bands
/// (35.0 and 35.1; 8 and 9); rounding assigns each value in a gap to the band a person would have written. This is this project's
/// decision; the Royal College of Physicians gives none.</para>
/// <para>Values are taken to four decimals first: that is finer than any device measures, and it keeps the noise of binary
/// fractions (38.05 held as 38.0499992 in single precision, or reached from 100.49 [degF]) from deciding which way a half
/// goes.</para>
/// </summary>
internal static class TablePrecision
{
    public static double Whole(double value) => Math.Round(Math.Round(value * 1e4) / 1e4, MidpointRounding.AwayFromZero);

    // n / 10.0 is the same double as the literal with one decimal, so that a bound such as 38.1 compares exactly.
    public static double Tenth(double value) => Math.Round(Math.Round(value * 1e4) / 1e3, MidpointRounding.AwayFromZero) / 10;
}
