// Gathers labels line by line into stays.
using MedAI.Streaming.Evaluation.Readers.Text;

namespace MedAI.Streaming.Evaluation.Readers;

/// <summary>Stays in the order in which their patients are first named.</summary>
/// <param name="path">The file, for messages.</param>
/// <param name="patients">The most patients; null: all.</param>
internal sealed class LabelCollector(string path, int? patients)
{
    private readonly NameTable _names = new();
    private readonly List<Stay> _stays = [];
    private string? _firstUnread;
    private int _unread;

    /// <summary>Takes note of a line that cannot be read.</summary>
    public void Unread(string where)
    {
        _firstUnread ??= where;
        _unread++;
    }

    /// <summary>The number of a patient; -1: there are enough.</summary>
    public int Patient(ReadOnlySpan<byte> id)
    {
        var number = _names.Find(id);
        if (number >= 0)
            return number;
        if (_names.Count == patients)
            return -1;

        _stays.Add(new Stay());
        return _names.Number(id);
    }

    /// <summary>Says when a patient was admitted; the first word counts.</summary>
    public void Admitted(int patient, long admission) => _stays[patient].Admission ??= admission;

    /// <summary>Takes note of a time at which something was read of a patient: the earliest ends hour 1 where nobody says the admission.</summary>
    public void Seen(int patient, long time) => _stays[patient].First = Math.Min(_stays[patient].First, time);

    /// <summary>Notes a label; of several in one hour the last one counts.</summary>
    /// <param name="patient">The patient.</param>
    /// <param name="time">When it was true, ms since 1970.</param>
    /// <param name="label">Its text.</param>
    /// <param name="where">The line, for messages.</param>
    /// <exception cref="RecordedInputException">It is neither 0 nor 1.</exception>
    public void Add(int patient, long time, ReadOnlySpan<byte> label, string where)
    {
        if (!NumberText.TryParse(label, out var value) || value is not (0 or 1))
            throw new RecordedInputException($"{where}: the label is '{RowReading.Beginning(label, 40)}'; it must be 0 or 1.");

        _stays[patient].Labels.Add((time, value == 1));
    }

    /// <summary>The stays that have labels.</summary>
    /// <exception cref="RecordedInputException">None has.</exception>
    public IReadOnlyList<StayLabels> Stays()
    {
        var stays = new List<StayLabels>();
        for (var patient = 0; patient < _stays.Count; patient++)
        {
            if (_stays[patient].Labels.Count > 0)
                stays.Add(_stays[patient].ToLabelled(_names[patient]));
        }

        if (stays.Any(stay => stay.Hours.Count > 0))
            return stays;

        var unread = _unread == 0 ? "" : $" {_unread} lines of it could not be read, the first at {_firstUnread}.";
        throw new RecordedInputException($"'{path}' holds no labels, so no model can be judged by it.{unread}");
    }

    private sealed class Stay
    {
        private const long HourMs = 3_600_000;

        public long? Admission { get; set; }

        public long First { get; set; } = long.MaxValue;

        public List<(long Time, bool Label)> Labels { get; } = [];

        public StayLabels ToLabelled(string patient)
        {
            var admission = Admission ?? (First - HourMs);
            var hours = new SortedDictionary<int, bool>();
            var before = 0;
            foreach (var (time, label) in Labels)
            {
                if (time < admission)
                {
                    before++;
                    continue;
                }

                hours[(int)Math.Max(1, Math.DivRem(time - admission, HourMs, out var rest) + (rest > 0 ? 1 : 0))] = label;
            }

            return new(patient, admission, [.. hours.Keys], [.. hours.Values]) { LabelsBefore = before };
        }
    }
}
