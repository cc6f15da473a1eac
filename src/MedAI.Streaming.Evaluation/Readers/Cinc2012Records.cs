// Turns the rows of one record after another into facts and frames.
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Domain.Vitals;
using MedAI.Streaming.Evaluation.Readers.Text;

namespace MedAI.Streaming.Evaluation.Readers;

/// <summary>
/// Gathers the rows of a record; <see cref="Flush"/> after the last one. What the record says of the patient is handed out before the frames, so that
/// it holds from admission on.
/// </summary>
/// <param name="log">Where facts and frames go.</param>
/// <param name="admission">The admission of every record, ms since 1970.</param>
internal sealed class Cinc2012Records(RecordedLog log, long admission)
{
    private const double Missing = -1;

    // Units as physionet.org/content/challenge-2012 gives them, but for magnesium: it gives mmol/L, and the values (median 2.0) say mg/dL. What has
    // no unit there is taken in the vital sign's own.
    private static readonly Dictionary<string, (VitalSign Vital, Unit Unit)> Parameters = new(StringComparer.Ordinal)
    {
        ["Albumin"] = (VitalSign.Albumin, Unit.GramPerDecilitre),
        ["ALP"] = (VitalSign.AlkalinePhosphatase, Unit.UnitPerLitre),
        ["ALT"] = (VitalSign.Alt, Unit.UnitPerLitre),
        ["AST"] = (VitalSign.Ast, Unit.UnitPerLitre),
        ["Bilirubin"] = (VitalSign.TotalBilirubin, Unit.MilligramPerDecilitre),
        ["BUN"] = (VitalSign.UreaNitrogen, Unit.MilligramPerDecilitre),
        ["Cholesterol"] = (VitalSign.Cholesterol, Unit.MilligramPerDecilitre),
        ["Creatinine"] = (VitalSign.Creatinine, Unit.MilligramPerDecilitre),
        ["DiasABP"] = (VitalSign.ArterialDiastolicPressure, Unit.MillimetreOfMercury),
        ["FiO2"] = (VitalSign.InspiredOxygen, Unit.Fraction),
        ["GCS"] = (VitalSign.GlasgowComaScale, Unit.Score),
        ["Glucose"] = (VitalSign.Glucose, Unit.MilligramPerDecilitre),
        ["HCO3"] = (VitalSign.Bicarbonate, Unit.MillimolePerLitre),
        ["HCT"] = (VitalSign.Hematocrit, Unit.Percent),
        ["HR"] = (VitalSign.HeartRate, Unit.PerMinute),
        ["K"] = (VitalSign.Potassium, Unit.MillimolePerLitre),
        ["Lactate"] = (VitalSign.Lactate, Unit.MillimolePerLitre),
        ["Mg"] = (VitalSign.Magnesium, Unit.Canonical),
        ["MAP"] = (VitalSign.ArterialMeanPressure, Unit.MillimetreOfMercury),
        ["MechVent"] = (VitalSign.MechanicalVentilation, Unit.Canonical),
        ["Na"] = (VitalSign.Sodium, Unit.MillimolePerLitre),
        ["NIDiasABP"] = (VitalSign.DiastolicPressure, Unit.MillimetreOfMercury),
        ["NIMAP"] = (VitalSign.MeanPressure, Unit.MillimetreOfMercury),
        ["NISysABP"] = (VitalSign.SystolicPressure, Unit.MillimetreOfMercury),
        ["PaCO2"] = (VitalSign.PaCO2, Unit.MillimetreOfMercury),
        ["PaO2"] = (VitalSign.PaO2, Unit.MillimetreOfMercury),
        ["pH"] = (VitalSign.Ph, Unit.Ph),
        ["Platelets"] = (VitalSign.Platelets, Unit.ThousandPerMicrolitre),
        ["RespRate"] = (VitalSign.RespiratoryRate, Unit.PerMinute),
        ["SaO2"] = (VitalSign.SaO2, Unit.Percent),
        ["SysABP"] = (VitalSign.ArterialSystolicPressure, Unit.MillimetreOfMercury),
        ["Temp"] = (VitalSign.Temperature, Unit.Celsius),
        ["TroponinI"] = (VitalSign.TroponinI, Unit.NanogramPerMillilitre),
        ["TroponinT"] = (VitalSign.TroponinT, Unit.NanogramPerMillilitre),
        ["Urine"] = (VitalSign.UrineOutput, Unit.Millilitre),
        ["WBC"] = (VitalSign.WhiteCells, Unit.ThousandPerMicrolitre),
        ["Weight"] = (VitalSign.BodyWeight, Unit.Kilogram),
    };

    private static readonly Dictionary<string, (VitalSign Vital, Unit Unit)>.AlternateLookup<ReadOnlySpan<char>> ByName =
        Parameters.GetAlternateLookup<ReadOnlySpan<char>>();

    // ICUType 1 to 4: coronary care, cardiac surgery recovery, medical and surgical intensive care.
    private static readonly string[] Wards = ["icu-coronary", "icu-cardiac-surgery", "icu-medical", "icu-surgical"];

    private readonly int _device = log.Names.Number("chart");
    private readonly List<(long SinceAdmission, ReadingRow Reading)> _rows = [];
    private readonly ReadingRow[] _frame = new ReadingRow[RecordedLog.MostReadings];
    private int _patient = -1;
    private bool _isNew;
    private double? _age;
    private bool? _male;
    private string _ward = "icu";

    /// <summary>Takes a row.</summary>
    /// <param name="record">Id of the record, sound.</param>
    /// <param name="sinceAdmission">When it was true, ms.</param>
    /// <param name="parameter">Its parameter; an unknown one keeps its name and is refused by the pipeline.</param>
    /// <param name="value">Its value as text; what is no number is a reading of NaN.</param>
    public void Add(ReadOnlySpan<byte> record, long sinceAdmission, ReadOnlySpan<byte> parameter, ReadOnlySpan<byte> value)
    {
        var known = log.Patients.Count;
        var patient = log.Patients.Number(record);
        if (patient != _patient)
        {
            Flush();
            (_patient, _isNew) = (patient, patient == known);
        }

        var number = NumberText.ValueOrNaN(value);
        if (number == Missing || NumberText.IsMissing(value) || IsFact(parameter, number))
            return;

        Span<char> name = stackalloc char[parameter.Length <= 64 ? 64 : parameter.Length];
        var text = name[..System.Text.Encoding.UTF8.GetChars(parameter, name)];
        var reading = ByName.TryGetValue(text, out var vital)
            ? new ReadingRow(number, vital.Vital, vital.Unit)
            : new ReadingRow(number, null, Unit.Canonical) { Name = log.Names.Number(text) };
        _rows.Add((sinceAdmission, reading));
    }

    /// <summary>Hands the record over to the log.</summary>
    public void Flush()
    {
        if (_isNew)
            log.AddFacts(new PatientFactsElement(admission, log.Patients[_patient], _age, _male, admission, _ward));
        for (var start = 0; start < _rows.Count;)
        {
            start += AddFrame(start);
        }

        _rows.Clear();
        (_isNew, _age, _male, _ward) = (false, null, null, "icu");
    }

    private bool IsFact(ReadOnlySpan<byte> parameter, double value)
    {
        if (parameter.SequenceEqual("Age"u8))
            _age = double.IsFinite(value) ? value : null;
        else if (parameter.SequenceEqual("Gender"u8))
            _male = value switch { 1 => true, 0 => false, _ => null };
        else if (parameter.SequenceEqual("ICUType"u8))
            _ward = value is 1 or 2 or 3 or 4 ? Wards[(int)value - 1] : "icu";
        else
            return parameter.SequenceEqual("RecordID"u8) || parameter.SequenceEqual("Height"u8);
        return true;
    }

    private int AddFrame(int start)
    {
        var time = _rows[start].SinceAdmission;
        var count = 0;
        while (count < _frame.Length && start + count < _rows.Count && _rows[start + count].SinceAdmission == time)
        {
            var reading = _rows[start + count].Reading;
            if (IsInFrame(reading, count))
                break;
            _frame[count++] = reading;
        }

        var head = new FrameHead
        {
            ArrivalTime = admission + time,
            EventTime = admission + time,
            Patient = _patient,
            Device = _device,
            Source = SourceClass.Charted,
            Epoch = 1,
        };
        log.AddFrame(head, _frame.AsSpan(0, count));
        return count;
    }

    private bool IsInFrame(in ReadingRow reading, int count)
    {
        for (var index = 0; index < count; index++)
        {
            if (_frame[index].IsSameVital(reading))
                return true;
        }

        return false;
    }
}
