// Reads the PhysioNet/CinC Challenge 2019 (early sepsis, hourly, charted): one csv file, or a folder of the original psv files.
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Domain.Vitals;
using MedAI.Streaming.Evaluation.Readers.Text;

namespace MedAI.Streaming.Evaluation.Readers;

/// <summary>
/// Reads <c>cinc2019</c> (Reyna et al. 2020, Crit Care Med 48(2):210-217; doi 10.13026/v64v-d857). A reading is a cell of one of
/// the 34 columns of vital signs and laboratory results that is neither empty nor NaN. A cell that is not a number is a reading of NaN. The data has no dates: every patient is
/// admitted at 2000-01-01T00:00:00Z, and event and arrival time are the admission plus ICULOS hours. Rows of a patient stand
/// together in the file, and a row without a reading makes no frame. Columns may stand in any order, and those that a hospital does not have may be left out. The label of a row (SepsisLabel) is that of the hour ICULOS. Both forms of the same patients give the same elements,
/// but for where a refused line stood.
/// </summary>
internal sealed partial class Cinc2019Source : ILabelledSource
{
    /// <summary>The name of the format.</summary>
    public const string Name = "cinc2019";

    // 2000-01-01T00:00:00Z.
    private const long Admission = 946_684_800_000;
    private const double MostHours = 1e6;

    // Units as physionet.org/content/challenge-2019 gives them for each column, but for lactate and magnesium: by their values (medians 1.8
    // and 2.0) they are mmol/L and mg/dL, which are the units they are kept in here.
    private static readonly (VitalSign Vital, Unit Unit)[] MeasuredColumns =
    [
        (VitalSign.HeartRate, Unit.PerMinute), (VitalSign.SpO2, Unit.Percent), (VitalSign.Temperature, Unit.Celsius),
        (VitalSign.SystolicPressure, Unit.MillimetreOfMercury), (VitalSign.MeanPressure, Unit.MillimetreOfMercury),
        (VitalSign.DiastolicPressure, Unit.MillimetreOfMercury), (VitalSign.RespiratoryRate, Unit.PerMinute),
        (VitalSign.EndTidalCarbonDioxide, Unit.MillimetreOfMercury), (VitalSign.BaseExcess, Unit.MillimolePerLitre),
        (VitalSign.Bicarbonate, Unit.MillimolePerLitre), (VitalSign.InspiredOxygen, Unit.Fraction), (VitalSign.Ph, Unit.Ph),
        (VitalSign.PaCO2, Unit.MillimetreOfMercury), (VitalSign.SaO2, Unit.Percent),
        (VitalSign.Ast, Unit.UnitPerLitre), (VitalSign.UreaNitrogen, Unit.MilligramPerDecilitre),
        (VitalSign.AlkalinePhosphatase, Unit.UnitPerLitre), (VitalSign.Calcium, Unit.MilligramPerDecilitre),
        (VitalSign.Chloride, Unit.MillimolePerLitre), (VitalSign.Creatinine, Unit.MilligramPerDecilitre),
        (VitalSign.DirectBilirubin, Unit.MilligramPerDecilitre), (VitalSign.Glucose, Unit.MilligramPerDecilitre),
        (VitalSign.Lactate, Unit.Canonical), (VitalSign.Magnesium, Unit.Canonical), (VitalSign.Phosphate, Unit.MilligramPerDecilitre),
        (VitalSign.Potassium, Unit.MillimolePerLitre), (VitalSign.TotalBilirubin, Unit.MilligramPerDecilitre),
        (VitalSign.TroponinI, Unit.NanogramPerMillilitre), (VitalSign.Hematocrit, Unit.Percent),
        (VitalSign.Hemoglobin, Unit.GramPerDecilitre), (VitalSign.PartialThromboplastinTime, Unit.Second),
        (VitalSign.WhiteCells, Unit.ThousandPerMicrolitre), (VitalSign.Fibrinogen, Unit.MilligramPerDecilitre),
        (VitalSign.Platelets, Unit.ThousandPerMicrolitre),
    ];

    private readonly RecordedFiles _files;

    private Cinc2019Source(RecordedFiles files) => _files = files;

    /// <inheritdoc/>
    public string Format => Name;

    /// <summary>Opens the csv form, plain or gzip.</summary>
    /// <exception cref="RecordedInputException">The file is empty or has another header.</exception>
    public static Cinc2019Source OpenFile(string path) => new(RecordedFiles.OpenFile(path, header => Cinc2019Columns.Problem(header, ',', Cinc2019Columns.Patient, Cinc2019Columns.Hours)));

    /// <summary>
    /// Opens a folder of psv files. The first of them must be sound; a bad one among the others is refused input.
    /// </summary>
    /// <exception cref="RecordedInputException">There is none, or the first is empty or has another header.</exception>
    public static Cinc2019Source OpenFolder(string path) =>
        new(RecordedFiles.OpenFolder(
            path, Directory.GetFiles(path, "*.psv"), header => Cinc2019Columns.Problem(header, '|', Cinc2019Columns.Hours), ".psv files"));

    /// <inheritdoc/>
    public IEnumerable<LogElement> Read(ReadOptions options, IProgress<double>? progress) => RecordedLog.Read(options, progress, (log, told) =>
    {
        var patients = new RowAdder(log);
        if (_files.IsFolder)
            _files.ReadEach(options, log, told, (reader, patient) => AddFile(log, patients, reader, patient));
        else
            AddAll(options, log, told, patients);
    });

    private void AddAll(ReadOptions options, RecordedLog log, ReadProgress progress, RowAdder patients)
    {
        using var reader = _files.Open();
        var columns = Cinc2019Columns.Of(reader.Line, ',');
        while (reader.Read())
        {
            progress.File(reader.Fraction);
            if (log.RefuseByItsEnd(reader) || reader.Line.IsEmpty)
                continue;

            if (!columns.TryTake(reader.Line))
            {
                log.AddRefused(reader, RowReading.WrongShape(reader));
                continue;
            }

            var patient = columns.Cell(reader.Line, Cinc2019Columns.Patient);

            // Rows of a patient stand together, so the first row of one too many ends the read.
            if (log.Patients.Find(patient) < 0 && log.Patients.Count == options.Patients)
                break;
            patients.Add(reader, patient, columns);
        }
    }

    private static void AddFile(RecordedLog log, RowAdder patients, LineReader reader, ReadOnlySpan<byte> patient)
    {
        var columns = Cinc2019Columns.Of(reader.Line, '|');
        while (reader.Read())
        {
            if (log.RefuseByItsEnd(reader) || reader.Line.IsEmpty)
                continue;
            if (columns.TryTake(reader.Line))
                patients.Add(reader, patient, columns);
            else
                log.AddRefused(reader, RowReading.WrongShape(reader));
        }
    }

    /// <summary>Turns rows into facts and frames.</summary>
    private sealed class RowAdder(RecordedLog log)
    {
        private readonly int _device = log.Names.Number("chart");
        private readonly ReadingRow[] _readings = new ReadingRow[Cinc2019Columns.Measured];
        private readonly List<ulong> _sequences = [];

        public void Add(LineReader reader, ReadOnlySpan<byte> patient, Cinc2019Columns columns)
        {
            var row = reader.Line;
            var count = TakeReadings(row, columns);
            var reason = RowReading.CheckId(patient);
            var isTimed = NumberText.TryParse(columns.Cell(row, Cinc2019Columns.Hours), out var hours)
                && hours is >= 0 and <= MostHours;
            if (reason == RejectReason.None && !isTimed)
                reason = RejectReason.Malformed;
            if (reason != RejectReason.None)
            {
                log.AddRefused(reader, reason, Math.Max(1, count));
                return;
            }

            var number = log.Patients.Number(patient);
            if (number == _sequences.Count)
                AddPatient(number, columns.Cell(row, Cinc2019Columns.Age), columns.Cell(row, Cinc2019Columns.Gender));
            if (count > 0)
                AddFrame(number, (long)Math.Round(hours * 3_600_000), count);
        }

        private void AddPatient(int number, ReadOnlySpan<byte> age, ReadOnlySpan<byte> gender)
        {
            _sequences.Add(0);
            bool? male = NumberText.TryParse(gender, out var sex) ? sex switch { 1 => true, 0 => false, _ => null } : null;
            double? years = NumberText.TryParse(age, out var value) && double.IsFinite(value) ? value : null;
            log.AddFacts(new PatientFactsElement(Admission, log.Patients[number], years, male, Admission, "icu"));
        }

        private void AddFrame(int patient, long sinceAdmission, int count)
        {
            var head = new FrameHead
            {
                ArrivalTime = Admission + sinceAdmission,
                EventTime = Admission + sinceAdmission,
                Patient = patient,
                Device = _device,
                Source = SourceClass.Charted,
                Epoch = 1,
                Sequence = ++_sequences[patient],
            };
            log.AddFrame(head, _readings.AsSpan(0, count));
        }

        private int TakeReadings(ReadOnlySpan<byte> row, Cinc2019Columns columns)
        {
            var count = 0;
            for (var column = 0; column < Cinc2019Columns.Measured; column++)
            {
                var cell = columns.Cell(row, column);
                if (NumberText.IsMissing(cell))
                    continue;
                var (vital, unit) = MeasuredColumns[column];
                _readings[count++] = new ReadingRow(NumberText.ValueOrNaN(cell), vital, unit);
            }

            return count;
        }
    }
}
