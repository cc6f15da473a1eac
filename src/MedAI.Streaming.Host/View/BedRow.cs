// One bed as a row: values with their age, NEWS2 with its parts, the model's risk, the worst open alert.
using System.Globalization;
using MedAI.Streaming.Domain.Vitals;
using MedAI.Streaming.Pipeline.Ports;

namespace MedAI.Streaming.Host.View;

/// <summary>Where the columns of the table of beds lie at one width of the screen.</summary>
/// <param name="Patient">Columns of the patient id; 0: left out.</param>
/// <param name="AllParts">Whether NEWS2 shows every part, or only those that score or are missing.</param>
/// <param name="Extra">Whether there is room for oxygen and consciousness.</param>
/// <param name="News2">Columns of NEWS2.</param>
/// <param name="Risk">Columns of the model's risk; 0: left out.</param>
internal readonly record struct BedColumns(int Patient, bool AllParts, bool Extra, int News2, int Risk)
{
    public const int Bed = 6;
    public const int Value = 8;
    public const int Temperature = 9;
    public const int Extras = 9;
    public const int Pressure = 12;

    public static BedColumns For(int width) => width switch
    {
        >= 145 => new(9, true, true, 28, 11),
        >= 120 => new(9, true, false, 28, 11),
        >= 112 => new(9, false, false, 21, 11),
        >= 96 => new(0, false, false, 21, 11),
        _ => new(0, false, false, 5, 0),
    };
}

/// <summary>Draws beds.</summary>
internal static class BedRow
{
    private const long ShownAge = 10_000;
    private const int RiskBar = 5;

    /// <summary>The heading of the table.</summary>
    public static ScreenLine Heading(BedColumns columns)
    {
        var line = new ScreenLine().Add("Bed", Tone.Heading).FillTo(BedColumns.Bed);
        if (columns.Patient > 0)
        {
            line.Add("Patient", Tone.Heading).FillTo(BedColumns.Bed + columns.Patient);
        }

        Name("HR", BedColumns.Value);
        Name("SpO2", BedColumns.Value);
        Name("RR", BedColumns.Value);
        Name("Temp", BedColumns.Temperature);
        Name("BP", BedColumns.Pressure);
        if (columns.Extra)
        {
            Name("O2", BedColumns.Extras);
            Name("ACVPU", BedColumns.Extras);
        }

        Name("NEWS2", columns.News2 + (columns.Risk == 0 ? 1 : 0));
        if (columns.Risk > 0)
        {
            Name("Risk", columns.Risk);
        }

        return line.Add("Worst open alert", Tone.Heading);

        void Name(string name, int size)
        {
            var at = line.Width;
            line.Add(name, Tone.Heading).FillTo(at + size);
        }
    }

    /// <summary>A bed.</summary>
    /// <param name="view">The patient.</param>
    /// <param name="now">The ward's arrival time, from which ages are counted.</param>
    /// <param name="columns">The columns.</param>
    /// <param name="width">The columns of the screen.</param>
    /// <param name="alertThreshold">The alarm score, or risk, at which the model alerts.</param>
    public static ScreenLine Draw(PatientView view, long now, BedColumns columns, int width, double alertThreshold)
    {
        var line = new ScreenLine();
        line.AddCut(view.Bed.Length > 0 ? view.Bed : "-", BedColumns.Bed - 1, Tone.Strong).FillTo(BedColumns.Bed);
        if (columns.Patient > 0)
        {
            line.AddCut(view.Patient, columns.Patient - 1).FillTo(BedColumns.Bed + columns.Patient);
        }

        Value(line, view, now, BedColumns.Value, VitalSign.HeartRate, VitalSign.PulseRate);
        Value(line, view, now, BedColumns.Value, VitalSign.SpO2);
        Value(line, view, now, BedColumns.Value, VitalSign.RespiratoryRate);
        Value(line, view, now, BedColumns.Temperature, VitalSign.Temperature);
        Pressure(line, view, now);
        if (columns.Extra)
        {
            Value(line, view, now, BedColumns.Extras, VitalSign.OxygenFlow, VitalSign.InspiredOxygen);
            Value(line, view, now, BedColumns.Extras, VitalSign.Consciousness);
        }

        News2(line, view, columns);
        if (columns.Risk > 0)
        {
            Risk(line, view, alertThreshold, columns.Risk);
        }

        Worst(line, view, width);
        return line;
    }

    /// <summary>An age in at most three letters.</summary>
    public static string Age(long milliseconds) => (milliseconds / 1000) switch
    {
        < 100 and var s => string.Create(CultureInfo.InvariantCulture, $"{s}s"),
        < 6000 and var s => string.Create(CultureInfo.InvariantCulture, $"{s / 60}m"),
        < 360_000 and var s => string.Create(CultureInfo.InvariantCulture, $"{s / 3600}h"),
        var s => string.Create(CultureInfo.InvariantCulture, $"{s / 86_400}d"),
    };

    private static void Value(ScreenLine line, PatientView view, long now, int columns, params ReadOnlySpan<VitalSign> preferred)
    {
        var at = line.Width;
        if (Find(view, preferred) is { } found)
        {
            line.Add(Number(found), found.Stale ? Tone.Dim : Tone.Plain);
            AddAge(line, now - found.EventTime);
        }
        else
        {
            line.Add("-", Tone.Dim);
        }

        line.FillTo(at + columns);
    }

    // Pressures are shown as people say them, systolic over diastolic, from the arterial line where that is current.
    private static void Pressure(ScreenLine line, PatientView view, long now)
    {
        var at = line.Width;
        var systolic = Find(view, VitalSign.ArterialSystolicPressure, VitalSign.SystolicPressure);
        if (systolic is { } high)
        {
            var tone = high.Stale ? Tone.Dim : Tone.Plain;
            var arterial = high.Vital == VitalSign.ArterialSystolicPressure;
            line.Add(Number(high), tone);
            if (Find(view, arterial ? VitalSign.ArterialDiastolicPressure : VitalSign.DiastolicPressure) is { } low)
            {
                line.Add("/" + Number(low), low.Stale ? Tone.Dim : tone);
            }

            AddAge(line, now - high.EventTime);
        }
        else
        {
            line.Add("-", Tone.Dim);
        }

        line.FillTo(at + BedColumns.Pressure);
    }

    private static void AddAge(ScreenLine line, long age)
    {
        if (age > ShownAge)
        {
            line.Add(" " + Age(age), Tone.Dim);
        }
    }

    private static VitalView? Find(PatientView view, params ReadOnlySpan<VitalSign> preferred)
    {
        VitalView? stale = null;
        foreach (var vital in preferred)
        {
            foreach (var candidate in view.Vitals)
            {
                if (candidate.Vital == vital && !candidate.Stale)
                    return candidate;

                if (candidate.Vital == vital)
                {
                    stale ??= candidate;
                }
            }
        }

        return stale;
    }

    private static string Number(VitalView vital)
    {
        if (vital.Vital == VitalSign.Consciousness && vital.Value is >= 0 and <= 4)
            return "ACVPU"[(int)vital.Value].ToString();

        var decimals = VitalSignCatalogue.Info(vital.Vital).Decimals;
        return vital.Value.ToString(decimals == 0 ? "0" : "0.0", CultureInfo.InvariantCulture);
    }

    private static void News2(ScreenLine line, PatientView view, BedColumns columns)
    {
        var at = line.Width;
        if (view.News2 is { } score)
        {
            var mark = score.Partial ? "≥" : "";
            line.Add(string.Create(CultureInfo.InvariantCulture, $"{mark}{score.Value:0.##}").PadRight(4), Tone.Strong);
            var parts = score.Parts
                .Where(part => columns.AllParts || part.Points != 0)
                .Select(part => Letter(part.Part) + (part.Points < 0 ? "?" : part.Points.ToString(CultureInfo.InvariantCulture)));
            var text = string.Join(columns.AllParts ? " " : "", parts);
            if (text.Length > 0 && columns.News2 > 5)
            {
                line.AddCut($"({text})", at + columns.News2 - 1 - line.Width, Tone.Dim);
            }
        }
        else
        {
            line.Add("-", Tone.Dim);
        }

        line.FillTo(at + columns.News2 + (columns.Risk == 0 ? 1 : 0));
    }

    private static string Letter(string part) => part switch
    {
        "RR" => "R",
        "SpO2" => "S",
        "O2" => "O",
        "SBP" => "B",
        "Pulse" => "P",
        "ACVPU" => "C",
        "Temp" => "T",
        _ => part,
    };

    private static void Risk(ScreenLine line, PatientView view, double alertThreshold, int columns)
    {
        var at = line.Width;
        if (double.IsNaN(view.Risk))
        {
            line.Add("-", Tone.Dim);
        }
        else
        {
            // The number is the risk; the bar is what alerts are decided by, and full at twice the threshold.
            var share = view.Decisive / (2 * alertThreshold);
            var full = (int)Math.Round(Math.Clamp(share, 0, 1) * RiskBar, MidpointRounding.AwayFromZero);
            var tone = view.Decisive >= alertThreshold ? Tone.MediumText : Tone.Notice;
            line.Add((view.Risk * 100).ToString(view.Risk < 0.0995 ? "0.0" : "0", CultureInfo.InvariantCulture) + "%").FillTo(at + 5);
            line.Add(new string('━', full), tone).Add(new string('─', RiskBar - full), Tone.Dim);
        }

        line.FillTo(at + columns);
    }

    private static void Worst(ScreenLine line, PatientView view, int width)
    {
        if (view.Episodes.Count == 0)
            return;

        // A physiological alarm goes before a technical one of the same priority; then the longer one.
        var worst = view.Episodes.OrderByDescending(e => e.Priority).ThenBy(e => e.Alert).ThenBy(e => e.OpenedEventTime).First();
        line.Add($" {RuleLabel.Short(worst.Priority)} ", RuleLabel.Block(worst.Priority)).Add(" ");
        var notes = WardScreen.Notes(worst) + (view.Episodes.Count > 1 ? $" +{view.Episodes.Count - 1}" : "");
        line.AddCut(RuleLabel.Of(worst.Rule), Math.Max(4, width - line.Width - notes.Length), RuleLabel.Text(worst.Priority));
        line.AddCut(notes, width - line.Width, Tone.Dim);
    }
}
