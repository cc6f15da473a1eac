// One hash over what was decided, so that two runs can be compared.
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using MedAI.Streaming.Pipeline.Ports;

namespace MedAI.Streaming.Pipeline;

/// <summary>
/// sha256 over transitions in canonical order (patient, rule, opened event time, ordinal; strings by UTF-16 code unit). Each
/// transition is one line: patient, rule, opened event time in ms, ordinal, kind, priority, reason, input ids, model version,
/// separated by tabs, ended by a line feed, in UTF-8. There is no wall time and no arrival time in it.
/// </summary>
public static class TransitionDigest
{
    /// <summary>The hash of transitions that come in canonical order, in lower-case hex.</summary>
    public static string Compute(IEnumerable<TransitionRecord> transitions)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var transition in transitions)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(Line(transition) + "\n"));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>The line of one transition.</summary>
    public static string Line(TransitionRecord t) => string.Create(
        CultureInfo.InvariantCulture,
        $"{t.Patient}\t{t.Rule}\t{t.OpenedEventTime}\t{t.Ordinal}\t{t.Kind}\t{t.Priority}\t{t.Reason}\t{t.Inputs}\t{t.ModelVersion}");
}
