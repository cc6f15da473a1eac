// Reads the PhysioNet/CinC Challenge 2019 (early sepsis, hourly, charted): one csv file, or a folder of the original psv files.
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Domain.Vitals;
using MedAI.Streaming.Evaluation.Readers.Text;

namespace MedAI.Streaming.Evaluation.Readers;

/// <summary>
/// Reads <c>cinc2019</c> (Reyna et al. 2020, Crit Care Med 48(2):210-217; doi 10.13026/v64v-d857). A reading is a cell of one of
/// the 34 columns of vital signs and laboratory results that is neither empty nor NaN. A cell that is not a number is a reading of NaN. The data has no dates: every patient is
/// admitted at 2000-01-01T00:00:00Z, and event and arrival time are the admission plus ICULOS hours. Rows of a patient stand
/// together in the file, and a row without a reading makes no frame. The label of a row (SepsisLabel) is that of the hour ICULOS. Both forms of the same patients give the same elements,
/// but for where a refused line stood.
/// </summary>
internal sealed partial class Cinc2019Source : ILabelledSource
{
    /// <summary>The name of the format.</summary>
    public const string Name = "cinc2019";

    // 2000-01-01T00:00:00Z.
    private const long Admission = 946_684_800_000;
    private const string PatientColumn = "patient,";
    private const int Measured = 34;
    private const int Columns = 41;
    private const int AgeColumn = 34;
    private const int GenderColumn = 35;
    private const int HoursColumn = 39;
    private const double MostHours = 1e6;

    private static readonly string[] ColumnNames =
    [
        "HR", "O2Sat", "Temp", "SBP", "MAP", "DBP", "Resp", "EtCO2", "BaseExcess", "HCO3", "FiO2", "pH", "PaCO2", "SaO2", "AST",
        "BUN", "Alkalinephos", "Calcium", "Chloride", "Creatinine", "Bilirubin_direct", "Glucose", "Lactate", "Magnesium",
        "Phosphate", "Potassium", "Bilirubin_total", "TroponinI", "Hct", "Hgb", "PTT", "WBC", "Fibrinogen", "Platelets", "Age",
        "Gender", "Unit1", "Unit2", "HospAdmTime", "ICULOS", "SepsisLabel",
    ];

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

    private static readonly string CsvHeader = PatientColumn + string.Join(',', ColumnNames);
    private static readonly string PsvHeader = string.Join('|', ColumnNames);

    private readonly RecordedFiles _files;

    private Cinc2019Source(RecordedFiles files) => _files = files;

    /// <inheritdoc/>
    public string Format => Name;

    /// <summary>Opens the csv form, plain or gzip.</summary>
    /// <exception cref="RecordedInputException">The file is empty or has another header.</exception>
    public static Cinc2019Source OpenFile(string path) => new(RecordedFiles.OpenFile(path, CsvHeader));

    /// <summary>
    /// Opens a folder of psv files. The first of them must be sound; a bad one among the others is refused input.
    /// </summary>
    /// <exception cref="RecordedInputException">There is none, or the first is empty or has another header.</exception>
    public static Cinc2019Source OpenFolder(string path) =>
        new(RecordedFiles.OpenFolder(path, Directory.GetFiles(path, "*.psv"), PsvHeader, ".psv files"));

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
        while (reader.Read())
        {
            progress.File(reader.Fraction);
            if (log.RefuseByItsEnd(reader) || reader.Line.IsEmpty)
                continue;

            var row = reader.Line;
            var patient = RowReading.TakeCell(ref row, (byte)',');
            if (row.Count((byte)',') != Columns - 1)
            {
                log.AddRefused(reader, RowReading.WrongShape(reader));
                continue;
            }

            // Rows of a patient stand together, so the first row of one too many ends the read.
            if (log.Patients.Find(patient) < 0 && log.Patients.Count == options.Patients)
                break;
            patients.Add(reader, patient, row, (byte)',');
        }
    }

    private static void AddFile(RecordedLog log, RowAdder patients, LineReader reader, ReadOnlySpan<byte> patient)
    {
        while (reader.Read())
        {
            if (log.RefuseByItsEnd(reader) || reader.Line.IsEmpty)
                continue;
            if (reader.Line.Count((byte)'|') == Columns - 1)
                patients.Add(reader, patient, reader.Line, (byte)'|');
            else
                log.AddRefused(reader, RowReading.WrongShape(reader));
        }
    }

    /// <summary>Turns rows of 41 cells into facts and frames.</summary>
    private sealed class RowAdder(RecordedLog log)
    {
        private readonly int _device = log.Names.Number("chart");
        private readonly ReadingRow[] _readings = new ReadingRow[Measured];
        private readonly List<ulong> _sequences = [];

        public void Add(LineReader reader, ReadOnlySpan<byte> patient, ReadOnlySpan<byte> row, byte separator)
        {
            var count = TakeReadings(row, separator);
            var reason = RowReading.CheckId(patient);
            var isTimed = NumberText.TryParse(RowReading.Cell(row, HoursColumn, separator), out var hours)
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
                AddPatient(number, RowReading.Cell(row, AgeColumn, separator), RowReading.Cell(row, GenderColumn, separator));
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

        private int TakeReadings(ReadOnlySpan<byte> row, byte separator)
        {
            var count = 0;
            for (var column = 0; column < Measured; column++)
            {
                var cell = RowReading.TakeCell(ref row, separator);
                if (NumberText.IsMissing(cell))
                    continue;
                var (vital, unit) = MeasuredColumns[column];
                _readings[count++] = new ReadingRow(NumberText.ValueOrNaN(cell), vital, unit);
            }

            return count;
        }
    }
}
