// A preferred source leads with what it measures now; an old reading of it must not push a fresh one aside.
using MedAI.Streaming.Domain.Vitals;
using MedAI.Streaming.Domain.Windows;
using Xunit;

namespace MedAI.Streaming.Domain.Tests.Windows;

public class VitalWindowLeadTests
{
    private const long T = 1_700_000_000_000;
    private const long Minute = 60_000;
    private const long Hour = 60 * Minute;

    [Theory]
    [InlineData(SourceClass.Charted, SourceClass.Wearable)]
    [InlineData(SourceClass.Charted, SourceClass.Bedside)]
    [InlineData(SourceClass.Wearable, SourceClass.Bedside)]
    public void Take_PreferredReadingHoursOlderThanTheLeads_LeavesTheFreshValueInPlace(SourceClass lead, SourceClass preferred)
    {
        // A wearable that was out of reach sends its night in one batch, or a lost frame of an unplugged monitor turns up.
        var validity = VitalSignCatalogue.ValidityWindow(VitalSign.HeartRate, lead);
        var window = VitalWindow.Empty;
        window.Take(0, lead, 1, 1, T, 120, validity, T - Minute, T - Hour);

        window.Take(1, preferred, 1, 1, T - (2 * Hour), 70, validity, T - Minute, T - Hour);

        Assert.Equal((120.0, T, 120.0), (window.Last, window.LastEventTime, window.ScoreValue));
        Assert.False(window.IsStale(T + Minute, VitalSignCatalogue.ValidityWindow(VitalSign.HeartRate, window.Source)));
    }
}
