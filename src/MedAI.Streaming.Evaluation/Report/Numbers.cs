// Numbers of the page as text.
using System.Globalization;
using MedAI.Streaming.Evaluation.Metrics;

namespace MedAI.Streaming.Evaluation.Report;

/// <summary>Decimal points, and a dash for what is not defined.</summary>
internal static class Numbers
{
    /// <summary>What stands for a number that is not there.</summary>
    public const string None = "–";

    /// <summary>With so many digits after the point.</summary>
    public static string Fixed(double? number, int digits) =>
        number is { } n ? n.ToString($"F{digits}", CultureInfo.InvariantCulture) : None;

    /// <summary>A threshold: up to four significant digits.</summary>
    public static string Threshold(double? number) =>
        number is { } n ? n.ToString("G4", CultureInfo.InvariantCulture) : None;

    /// <summary>An interval, as <c>0.1 to 0.2</c>; empty if there is none.</summary>
    public static string Range(Interval? interval, int digits) => interval is { } i
        ? $"{(i.Low is null ? "-∞" : Fixed(i.Low, digits))} to {(i.High is null ? "∞" : Fixed(i.High, digits))}"
        : "";
}
