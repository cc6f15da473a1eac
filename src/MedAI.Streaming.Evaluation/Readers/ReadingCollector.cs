// Puts users' own readings that follow each other together to frames, and notes what they say of their patients.
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Domain.Vitals;

namespace MedAI.Streaming.Evaluation.Readers;

/// <summary>
/// Gathers readings line by line. Call <see cref="Flush"/> after the last one. A patient beyond the limit is passed over.
/// </summary>
internal sealed class ReadingCollector(RecordedLog log, int? patients)
{
    private readonly ReadingText _text = new(log);
    private readonly ReadingRow[] _readings = new ReadingRow[RecordedLog.MostReadings];
    private readonly List<PatientFactsElement> _facts = [];
    private FrameHead _head;
    private int _count;

    /// <summary>Whether a line is about a patient beyond the limit, whose lines are passed over whatever they say.</summary>
    public bool IsPassedOver(FieldTexts texts) =>
        log.Patients.Count == patients && RowReading.CheckId(texts[ReadingField.Patient]) == RejectReason.None
        && log.Patients.Find(texts[ReadingField.Patient]) < 0;

    /// <summary>Adds one reading, to the frame before it if it belongs there.</summary>
    /// <returns>Why it was refused, or <see cref="RejectReason.None"/>.</returns>
    public RejectReason Add(FieldTexts texts)
    {
        var reason = ReadHead(texts, out var head, out var facts);
        if (reason != RejectReason.None)
            return reason;
        reason = _text.ReadReading(texts, out var reading);
        if (reason == RejectReason.None)
            Gather(texts, head, facts, reading);
        return reason;
    }

    /// <summary>Reads the head of a frame that stands on one line.</summary>
    /// <returns>Why it was refused, or <see cref="RejectReason.None"/>.</returns>
    public RejectReason ReadHead(FieldTexts texts, out FrameHead head, out PatientFactsElement facts)
    {
        facts = ReadingText.NoFacts;
        var reason = _text.ReadHead(texts, out head);
        return reason == RejectReason.None && !ReadingText.TryReadFacts(texts, out facts) ? RejectReason.Malformed : reason;
    }

    /// <summary>Reads one reading of a frame that stands on one line.</summary>
    /// <returns>Why it was refused, or <see cref="RejectReason.None"/>.</returns>
    public RejectReason ReadReading(FieldTexts texts, out ReadingRow reading) => _text.ReadReading(texts, out reading);

    /// <summary>Adds a frame that stood on one line.</summary>
    public void AddFrame(FieldTexts texts, FrameHead head, PatientFactsElement facts, ReadOnlySpan<ReadingRow> readings)
    {
        Flush();
        NotePatient(texts, ref head, facts);
        log.AddFrame(head, readings);
    }

    /// <summary>Adds the frame that is being gathered to the log.</summary>
    public void Flush()
    {
        if (_count > 0)
            log.AddFrame(_head, _readings.AsSpan(0, _count));
        _count = 0;
    }

    private void Gather(FieldTexts texts, FrameHead head, PatientFactsElement facts, in ReadingRow reading)
    {
        NotePatient(texts, ref head, facts);
        if (_count == _readings.Length || (_count > 0 && !_head.IsSameFrame(head)))
            Flush();
        _head = head;
        _readings[_count++] = reading;
        log.SawArrival(head.ArrivalTime);
    }

    private void NotePatient(FieldTexts texts, ref FrameHead head, PatientFactsElement said)
    {
        head.Patient = log.Patients.Number(texts[ReadingField.Patient]);
        var isNew = head.Patient == _facts.Count;
        if (isNew)
            _facts.Add(ReadingText.NoFacts);
        if (ReferenceEquals(said, ReadingText.NoFacts))
            return;

        // A line that leaves a field out does not take back what an earlier line said.
        var before = _facts[head.Patient];
        var after = before with
        {
            AgeYears = said.AgeYears ?? before.AgeYears,
            Male = said.Male ?? before.Male,
            AdmissionTime = said.AdmissionTime ?? before.AdmissionTime,
            Ward = said.Ward ?? before.Ward,
        };
        if (after == before)
            return;

        _facts[head.Patient] = after;
        var element = after with { Patient = log.Patients[head.Patient], ArrivalTime = head.ArrivalTime };
        if (before == ReadingText.NoFacts)
            log.AddFactsAtFirstArrival(element);
        else
            log.AddFacts(element);
    }
}
