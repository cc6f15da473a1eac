// The part of a recording that is judged, and what is to be said of the rest.
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Domain.Vitals;

namespace MedAI.Streaming.Host.Judging;

/// <summary>The elements of the judged patients, and what could not be read, which may have been theirs.</summary>
internal sealed class JudgedPart(IReadOnlySet<string> patients)
{
    private const int Named = 3;
    private readonly HashSet<string> _others = new(StringComparer.Ordinal);
    private readonly List<string> _unreadable = [];
    private int _refused;

    /// <summary>Patients that are not judged.</summary>
    public int Others => _others.Count;

    /// <summary>What could not be read, with the first places; null: everything could.</summary>
    public string? Unreadable => _refused == 0
        ? null
        : $"{_refused} lines or files could not be read and are missing here, such as {string.Join(", ", _unreadable)}";

    /// <summary>Takes the part out of a recording.</summary>
    public IEnumerable<LogElement> Of(IEnumerable<LogElement> elements)
    {
        foreach (var element in elements)
        {
            if (element is RefusedElement refused)
                Note(refused);
            else if (element.Key is var patient && !patients.Contains(patient))
            {
                _others.Add(patient);
                continue;
            }

            yield return element;
        }
    }

    private void Note(RefusedElement refused)
    {
        if (++_refused <= Named)
            _unreadable.Add($"{refused.Where} ({refused.Reason.Name()})");
    }
}
