// Counts findings of one kind and keeps the first of them in words.
namespace MedAI.Streaming.Host.Chaos.Checking;

/// <summary>Findings of one kind.</summary>
/// <param name="kind">The kind, as it begins each sentence.</param>
internal sealed class Findings(string kind)
{
    /// <summary>How many are told in words.</summary>
    public const int Told = 20;

    private readonly List<string> _words = [];

    /// <summary>How many there are.</summary>
    public int Count { get; private set; }

    /// <summary>The first of them in words; the last line says how many more there are.</summary>
    public IEnumerable<string> Words => Count <= Told ? _words : _words.Append($"{kind}: and {Count - Told} more.");

    /// <summary>Adds a finding.</summary>
    public void Add(FormattableString what)
    {
        if (++Count <= Told)
            _words.Add($"{kind}: {FormattableString.Invariant(what)}");
    }
}
