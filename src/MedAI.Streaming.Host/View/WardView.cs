// Shows the ward while work goes on: a live screen on a terminal, plain lines anywhere else, and a last table in both cases.
using MedAI.Streaming.Pipeline.Ports;
using Spectre.Console;

namespace MedAI.Streaming.Host.View;

/// <summary>Shows what a feed holds.</summary>
/// <param name="feed">What the flows publish into.</param>
/// <param name="surroundings">Where it is shown, and the clock that paces the drawing.</param>
/// <param name="status">For the heading.</param>
public sealed class WardView(WardFeed feed, Surroundings surroundings, WardStatus status)
{
    private const int KeptTransitions = 200;
    private const int PlainWidth = 160;
    private const int MostLastBeds = 40;
    private static readonly TimeSpan Frame = TimeSpan.FromMilliseconds(125);

    // Only the task that draws touches these.
    private readonly List<TransitionRecord> _transitions = [];
    private readonly IAnsiConsole _console = AnsiConsole.Create(
        new AnsiConsoleSettings { Out = new AnsiConsoleOutput(surroundings.Output) });

    /// <summary>Shows the ward until the work has ended in whatever way; the caller awaits the work itself.</summary>
    public async Task ShowWhileAsync(Task work)
    {
        if (surroundings.OutputIsTerminal && _console.Profile.Capabilities.Ansi)
        {
            await ShowLiveAsync(work);
        }
        else
        {
            await ShowPlainAsync(work);
        }
    }

    /// <summary>The screen as it stands, as an SVG picture.</summary>
    public string Picture(int width, int height)
    {
        Take();
        return ScreenPicture.Svg(WardScreen.Draw(feed.Patients(), _transitions, status, width, height), width);
    }

    private async Task ShowLiveAsync(Task work)
    {
        // The alternate screen keeps what the person had before; the last table goes below that.
        _console.Write(new ControlCode("\e[?1049h\e[?25l"));
        try
        {
            do
            {
                Draw();
                await NextAsync(work);
            }
            while (!work.IsCompleted);
        }
        finally
        {
            _console.Write(new ControlCode("\e[?25h\e[?1049l"));
        }

        Take();
        WriteLast(_console.Profile.Width);
    }

    private void Draw()
    {
        Take();
        var (width, height) = (_console.Profile.Width, _console.Profile.Height);
        var lines = WardScreen.Draw(feed.Patients(), _transitions, status, width, height);
        _console.Write(new ControlCode("\e[H"));
        _console.Write(new TerminalPaint(lines, fill: true));
    }

    private async Task ShowPlainAsync(Task work)
    {
        do
        {
            await NextAsync(work);
            foreach (var transition in Take())
            {
                var line = WardScreen.Alert(transition, feed.Bed(transition.Patient), transition.ArrivalTime, PlainWidth);
                await surroundings.Output.WriteLineAsync(line.ToString());
            }
        }
        while (!work.IsCompleted);

        WriteLast(PlainWidth);
    }

    // Waits for the next frame or the end of the work, whichever comes first.
    private async Task NextAsync(Task work)
    {
        using var ended = new CancellationTokenSource();
        await Task.WhenAny(work, Task.Delay(Frame, surroundings.Time, ended.Token));
        await ended.CancelAsync();
    }

    private void WriteLast(int width)
    {
        var views = feed.Patients();
        var lines = WardScreen.Draw(views, [], status, width, Math.Min(views.Count, MostLastBeds) + WardScreen.LinesBesideBeds);
        lines.RemoveRange(lines.Count - 2, 2);
        if (feed.Dropped > 0)
        {
            var text = $"{feed.Dropped} alerts were too fast to be shown; 'medai show transitions' has them all.";
            lines.Add(new ScreenLine().Add(text, Tone.Dim));
        }

        if (surroundings.OutputIsTerminal)
        {
            _console.Write(new TerminalPaint(lines, fill: false));
        }
        else
        {
            lines.ForEach(line => surroundings.Output.WriteLine(line.ToString().TrimEnd()));
        }
    }

    private IReadOnlyList<TransitionRecord> Take()
    {
        var taken = feed.TakeTransitions();
        _transitions.AddRange(taken);
        if (_transitions.Count > KeptTransitions)
        {
            _transitions.RemoveRange(0, _transitions.Count - KeptTransitions);
        }

        return taken;
    }
}
