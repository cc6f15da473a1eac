// Reads the labels of the PhysioNet/CinC Challenge 2019, apart from its readings.
using MedAI.Streaming.Evaluation.Readers.Text;

namespace MedAI.Streaming.Evaluation.Readers;

internal sealed partial class Cinc2019Source
{
    /// <inheritdoc/>
    public IReadOnlyList<StayLabels> ReadLabels(int? patients)
    {
        var labels = new LabelCollector(_files.Path, patients);
        if (_files.IsFolder)
        {
            _files.ReadEach(patients, (file, patient) =>
            {
                var columns = Labelled(file, '|');
                while (file.Read())
                {
                    AddLabel(labels, file, columns, patient);
                }
            });
            return labels.Stays();
        }

        using var reader = _files.Open();
        var order = Labelled(reader, ',');
        while (reader.Read())
        {
            AddLabel(labels, reader, order);
        }

        return labels.Stays();
    }

    private Cinc2019Columns Labelled(LineReader reader, char separator)
    {
        var columns = Cinc2019Columns.Of(reader.Line, separator);
        return columns.Has(Cinc2019Columns.Label)
            ? columns
            : throw new RecordedInputException($"'{_files.Path}' has no column SepsisLabel ({reader.FileName}), so no model can be judged by it.");
    }

    // What the reader of readings refuses has no label here.
    private static void AddLabel(LabelCollector labels, LineReader reader, Cinc2019Columns columns, ReadOnlySpan<byte> named = default)
    {
        if (reader.Line.IsEmpty)
            return;

        if (reader.End is not (LineEnd.Whole or LineEnd.Unterminated) || !columns.TryTake(reader.Line)
            || !NumberText.TryParse(columns.Cell(reader.Line, Cinc2019Columns.Hours), out var hours) || hours is < 0 or > MostHours)
        {
            labels.Unread(reader.Where);
            return;
        }

        // In a folder the patient is the name of the file.
        var id = named.IsEmpty ? columns.Cell(reader.Line, Cinc2019Columns.Patient) : named;
        if (RowReading.CheckId(id) != Domain.Vitals.RejectReason.None)
            labels.Unread(reader.Where);
        else if (labels.Patient(id) is >= 0 and var patient)
        {
            labels.Admitted(patient, Admission);
            labels.Add(
                patient, Admission + (long)Math.Round(hours * 3_600_000), columns.Cell(reader.Line, Cinc2019Columns.Label), reader.Where);
        }
    }
}
