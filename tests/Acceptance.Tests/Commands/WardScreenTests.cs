// The ward's screen fits the terminal, says what it must, and lets nothing from outside into the terminal's control.
using System.Xml.Linq;
using MedAI.Streaming.Domain.Alerts;
using MedAI.Streaming.Domain.Vitals;
using MedAI.Streaming.Host;
using MedAI.Streaming.Host.View;
using MedAI.Streaming.Pipeline.Ports;
using Xunit;

namespace Acceptance.Tests.Commands;

public sealed class WardScreenTests
{
    [Theory]
    [InlineData(120, 40)]
    [InlineData(100, 30)]
    [InlineData(160, 50)]
    [InlineData(80, 24)]
    [InlineData(20, 10)]
    [InlineData(1, 1)]
    public void Draw_AnySize_StaysInsideTheTerminal(int width, int height)
    {
        var lines = WardScreen.Draw(ExampleWard.Views(), ExampleWard.Transitions(), ExampleWard.Status, width, height);

        Assert.True(lines.Count <= height, $"{lines.Count} lines");
        Assert.All(lines, line => Assert.True(line.Width <= width && line.ToString().Length <= width, $"{line.Width}: {line}"));
    }

    [Fact]
    public void Draw_120By40_ShowsEveryBedAndTheNewestAlert()
    {
        var transitions = ExampleWard.Transitions();

        var screen = Text(WardScreen.Draw(ExampleWard.Views(), transitions, ExampleWard.Status, 120, 40));

        Assert.All(
            ExampleWard.Views(), view => Assert.Contains($"\n{view.Bed,-6}{view.Patient}", screen, StringComparison.Ordinal));
        Assert.Contains(WardScreen.Time(transitions[^1].ArrivalTime, "HH:mm:ss"), screen, StringComparison.Ordinal);
        Assert.Contains(WardScreen.Sentence, screen, StringComparison.Ordinal);
    }

    // The number is the risk; the bar and its colour are what alerts are decided by.
    [Theory]
    [InlineData(0.5, double.NaN, Tone.MediumText)]
    [InlineData(0.01, double.NaN, Tone.Notice)]
    [InlineData(0.5, 0.01, Tone.Notice)]
    [InlineData(0.01, 0.5, Tone.MediumText)]
    public void Draw_RiskWithOrWithoutAlarmScore_ColoursTheBarByWhatDecides(double risk, double alarm, object tone)
    {
        var view = ExampleWard.Views(1)[0] with { Risk = risk, AlarmScore = alarm };

        var row = WardScreen.Draw([view], [], ExampleWard.Status, 160, 40).Single(line => line.ToString().Contains(view.Patient, StringComparison.Ordinal));

        Assert.Contains(risk == 0.5 ? "50%" : "1.0%", row.ToString(), StringComparison.Ordinal);
        Assert.Equal(tone, row.Runs.First(run => run.Text.Contains('━', StringComparison.Ordinal) || run.Text.Length == 0).Tone);
    }

    [Fact]
    public void Draw_MoreBedsThanFit_KeepsTheOnesThatAlarm()
    {
        var views = ExampleWard.Views(60);

        var screen = Text(WardScreen.Draw(views, [], ExampleWard.Status, 100, 30));

        Assert.Contains("calmer beds", screen, StringComparison.Ordinal);
        foreach (var view in views.Where(view => view.Episodes.Any(episode => episode.Priority == AlertPriority.High)))
        {
            Assert.Contains($"\n{view.Bed,-6}", screen, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(10_000, "88  ")]
    [InlineData(10_001, "88 10s")]
    [InlineData(99_000, "88 99s")]
    [InlineData(100_000, "88 1m")]
    [InlineData(5_400_000, "88 90m")]
    [InlineData(7_200_000, "88 2h")]
    public void Draw_AValueOlderThanTenSeconds_ShowsItsAge(long age, string expected)
    {
        var view = Patient([new VitalView(VitalSign.HeartRate, 88, ExampleWard.Now - age, SourceClass.Bedside, false)], []);

        Assert.Contains(
            expected, BedRow.Draw(view, ExampleWard.Now, BedColumns.For(120), 120, 0.5).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Draw_APartialScore_IsMarkedAsALowerBoundWithItsMissingPart()
    {
        var view = Patient([], []) with
        {
            News2 = new ScoreView(
                7, true, [("RR", 2), ("SpO2", 1), ("O2", 2), ("SBP", 0), ("Pulse", 1), ("ACVPU", -1), ("Temp", 1)]),
        };

        var row = BedRow.Draw(view, ExampleWard.Now, BedColumns.For(120), 120, 0.5).ToString();

        Assert.Contains("≥7", row, StringComparison.Ordinal);
        Assert.Contains("(R2 S1 O2 B0 P1 C? T1)", row, StringComparison.Ordinal);
    }

    [Fact]
    public void Draw_SeveralEpisodes_ShowsTheMostUrgentAndCountsTheOthers()
    {
        var view = Patient([],
        [
            new("score.news2", AlertKind.Physiological, AlertPriority.Medium, 1, false, false, false),
            new("limit.spo2.low", AlertKind.Physiological, AlertPriority.High, 2, false, false, false),
            new("technical.gap", AlertKind.Technical, AlertPriority.High, 1, false, false, false),
        ]);

        Assert.EndsWith(
            " HIGH  SpO2 low +2", BedRow.Draw(view, ExampleWard.Now, BedColumns.For(120), 120, 0.5).ToString(),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Draw_NamesWithControlCharactersAndMarkup_ReachTheTerminalAsText()
    {
        var view = Patient([], []) with { Bed = "\e[2J", Patient = "[red]p[/]" };

        var screen = Text(WardScreen.Draw([view], [], ExampleWard.Status, 120, 40));

        Assert.DoesNotContain('\e', screen);
        Assert.Contains("[red]p[", screen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ShowWhile_OutputIsNoTerminal_PrintsEachTransitionAsOneLineAndTheLastTable()
    {
        var output = new StringWriter();
        var feed = new WardFeed();
        foreach (var view in ExampleWard.Views())
        {
            feed.Patient(view);
        }

        foreach (var transition in ExampleWard.Transitions())
        {
            feed.Transition(transition);
        }

        var view1 = new WardView(feed, Surroundings(output, isTerminal: false), ExampleWard.Status);
        await view1.ShowWhileAsync(Task.CompletedTask);

        var text = output.ToString();
        Assert.DoesNotContain('\e', text);
        Assert.Equal(
            40, text.Split(
            '\n').Count(
            line => line.Contains(": Nothing came", StringComparison.Ordinal)
            || line.Contains(": SpO2 84", StringComparison.Ordinal)));
        Assert.Contains("\n24    p24", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Picture_OfAWard_IsWellFormedSvgWithItsText()
    {
        var feed = new WardFeed();
        feed.Patient(ExampleWard.Views()[0] with { Bed = "<1>" });
        feed.Transition(ExampleWard.Transition(1));

        var svg = XDocument.Parse(
            new WardView(feed, Surroundings(new StringWriter(), false), ExampleWard.Status).Picture(120, 40));

        Assert.Contains(svg.Descendants(), element => element.Value == "<1>");
    }

    [Theory]
    [InlineData("limit.spo2.low", "SpO2 low")]
    [InlineData("limit.systolic_pressure.high", "SBP high")]
    [InlineData("score.news2", "NEWS2")]
    [InlineData("score.shock_index", "shock index")]
    [InlineData("model.sepsis", "sepsis")]
    [InlineData("odd", "odd")]
    public void Of_ARule_IsShortEnoughForAColumn(string rule, string expected) => Assert.Equal(expected, RuleLabel.Of(rule));

    [Fact]
    public void Transition_NobodyTakesThem_AreDroppedAndCounted()
    {
        var feed = new WardFeed();
        var transition = ExampleWard.Transition(0);
        for (var i = 0; i < 100_010; i++)
        {
            feed.Transition(transition);
        }

        Assert.Equal(10, feed.Dropped);
        Assert.Equal(100_000, feed.TakeTransitions().Count);
        feed.Transition(transition);
        Assert.Single(feed.TakeTransitions());
    }

    private static string Text(IEnumerable<ScreenLine> lines) => "\n" + string.Join('\n', lines);

    private static Surroundings Surroundings(StringWriter output, bool isTerminal) =>
        new() { Output = output, Error = new StringWriter(), Time = TimeProvider.System, OutputIsTerminal = isTerminal };

    private static PatientView Patient(IReadOnlyList<VitalView> vitals, IReadOnlyList<EpisodeView> episodes) =>
        new("p1", "A", "1", ExampleWard.Now, ExampleWard.Now, vitals, null, 0, double.NaN, 0, episodes);
}
