// Reads the labels of the PhysioNet/CinC Challenge 2019, apart from its readings.
using MedAI.Streaming.Evaluation.Readers.Text;

namespace MedAI.Streaming.Evaluation.Readers;

internal sealed partial class Cinc2019Source
{
    private const int LabelColumn = 40;

    /// <inheritdoc/>
    public IReadOnlyList<StayLabels> ReadLabels(int? patients)
    {
        var labels = new LabelCollector(_files.Path, patients);
        if (_files.IsFolder)
        {
            _files.ReadEach(patients, (file, patient) =>
            {
                while (file.Read())
                {
                    AddLabel(labels, file, patient, file.Line, (byte)'|');
                }
            });
            return labels.Stays();
        }

        using var reader = _files.Open();
        while (reader.Read())
        {
            var row = reader.Line;
            var patient = RowReading.TakeCell(ref row, (byte)',');
            AddLabel(labels, reader, patient, row, (byte)',');
        }

        return labels.Stays();
    }

    // What the reader of readings refuses has no label here.
    private static void AddLabel(LabelCollector labels, LineReader reader, ReadOnlySpan<byte> id, ReadOnlySpan<byte> row, byte separator)
    {
        if (reader.Line.IsEmpty)
            return;

        if (reader.End is not (LineEnd.Whole or LineEnd.Unterminated) || row.Count(separator) != Columns - 1
            || RowReading.CheckId(id) != Domain.Vitals.RejectReason.None
            || !NumberText.TryParse(RowReading.Cell(row, HoursColumn, separator), out var hours) || hours is < 0 or > MostHours)
        {
            labels.Unread(reader.Where);
            return;
        }

        if (labels.Patient(id) is not (>= 0 and var patient))
            return;

        labels.Admitted(patient, Admission);
        labels.Add(
            patient, Admission + (long)Math.Round(hours * 3_600_000), RowReading.Cell(row, LabelColumn, separator),
            reader.Where);
    }
}
