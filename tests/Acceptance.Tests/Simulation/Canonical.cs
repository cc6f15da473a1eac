// A text of log elements that is equal exactly where they are, so that two simulations can be compared by a hash.
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using MedAI.Streaming.Domain.Stream;

namespace Acceptance.Tests.Simulation;

internal static class Canonical
{
    public static string Hash(IEnumerable<LogElement> elements)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var element in elements) hash.AppendData(Encoding.UTF8.GetBytes(Line(element) + "\n"));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    public static string Line(LogElement element) => element is FrameElement f
        ? string.Create(CultureInfo.InvariantCulture, $"{f.ArrivalTime} {Sent(f)}")
        : element.ToString();

    /// <summary>The frame without its arrival: what the device sent.</summary>
    public static string Sent(FrameElement f)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{f.Patient} {f.Device} {f.Source} {f.Epoch} {f.Sequence} {f.EventTime}");
        foreach (var r in f.Readings)
            text.Append(CultureInfo.InvariantCulture, $" {r.Vital}/{r.Name}={r.Value:R} {r.Unit} {r.Validity} {r.MarkedAsError}");
        return text.ToString();
    }
}
