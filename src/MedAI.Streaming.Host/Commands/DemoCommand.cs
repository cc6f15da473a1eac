// Shows a simulated ward, time-compressed: deteriorating patients, failing devices, and what the monitor makes of them.
using System.CommandLine;
using System.Globalization;
using MedAI.Streaming.Host.Composition;
using MedAI.Streaming.Host.View;
using MedAI.Streaming.Simulation;

namespace MedAI.Streaming.Host.Commands;

/// <summary><c>medai demo</c>.</summary>
internal sealed class DemoCommand : MedaiCommand
{
    private const int PictureWidth = 120;
    private const int PictureHeight = 40;

    // Views are published by the batch: small ones show each bed as it was in the last second or two.
    private const int PictureBatch = 24;

    private readonly CommandLine _line;
    private readonly Option<int?> _beds = CommandLine.Whole("--beds", "Beds of the ward (24).", 1, 500);
    private readonly Option<int?> _minutes = CommandLine.Whole("--minutes", "Simulated minutes (120).", 1, 7 * 24 * 60);
    private readonly Option<int?> _speed = CommandLine.Whole("--speed", "Simulated seconds per second (60).", 1, 100_000);
    private readonly Option<int?> _seed = CommandLine.Whole("--seed", "Another seed is another ward (1).", 0, int.MaxValue);
    private readonly Option<string?> _out = new("--out")
    {
        Description = "Keep the store in this folder; without it it is thrown away.",
        HelpName = "DIR",
    };
    private readonly Option<bool> _noModel = CommandLine.NoModel();
    private readonly Option<string?> _picture = new("--picture")
    {
        Description = "Draw the ward's last screen as SVG, without waiting.",
        Hidden = true,
    };

    public DemoCommand(CommandLine line)
        : base(
            "demo", "Shows a simulated ward of 24 beds, time-compressed. All patients are made up.",
            "medai demo",
            "medai demo --speed 300 --seed 7",
            "medai demo --out out/demo && medai show episodes --store out/demo")
    {
        _line = line;
        foreach (var option in new Option[] { _beds, _minutes, _speed, _seed, _out, _noModel, _picture })
        {
            Options.Add(option);
        }

        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken interrupted)
    {
        var loaded = _line.Settings(parsed);
        var settings = CommandLine.WithoutModel(loaded, parsed.GetValue(_noModel)) with
        {
            Monitor = loaded.Monitor with { Demo = true },
        };
        var options = new WardOptions
        {
            Seed = (ulong)(parsed.GetValue(_seed) ?? 1),
            Beds = parsed.GetValue(_beds) ?? 24,
            Duration = TimeSpan.FromMinutes(parsed.GetValue(_minutes) ?? 120),
        };
        var picture = parsed.GetValue(_picture);
        var speed = picture is null ? parsed.GetValue(_speed) ?? 60 : 0;
        using var folder = parsed.GetValue(_out) is { } kept ? KeptFolder.Named(kept) : KeptFolder.Passing();
        using var law = Law(settings);
        var feed = new WardFeed();

        // A picture is of one flow, so that its alerts stand in one order.
        var plan = new EdgeRunPlan(
            folder.Path, $"demo seed={options.Seed} beds={options.Beds} {options.Duration}",
            Partitions: picture is null ? null : 1, Resume: false);
        using var run = picture is null
            ? EdgeRun.Open(plan, settings, law, _line.Surroundings.Time, feed)
            : EdgeRun.Open(plan, settings with { Batch = PictureBatch }, law, _line.Surroundings.Time, Until(feed, options));
        var status = new WardStatus(
            $"simulated ward, seed {options.Seed}", Speed(speed), law.InWords, law.AlertThreshold, () => run.Logged);
        var view = new WardView(feed, _line.Surroundings, status);
        var work = run.RunAsync(new SimulatedWard(options).Elements(), speed, interrupted);
        if (picture is null)
        {
            await view.ShowWhileAsync(work);
        }

        var outcome = await work;
        if (picture is not null)
        {
            await File.WriteAllTextAsync(picture, view.Picture(PictureWidth, PictureHeight), CancellationToken.None);
        }

        _line.Surroundings.Output.WriteLine();
        RunSummary.Write(_line.Surroundings.Output, RunReport.Of(run, outcome), folder.Kept);
        return outcome.Finished ? ExitCodes.Ok : ExitCodes.Interrupted;
    }

    private static FeedUntil Until(WardFeed feed, WardOptions options) =>
        new(feed, (options.Start + options.Duration).ToUnixTimeMilliseconds());

    // The demo shows the ward whatever is wrong with a model: the clinical scores and limits do not need it.
    private ServedLaw Law(HostSettings settings)
    {
        var log = new HostLog(_line.Surroundings.Error, settings.LogLevel);
        try
        {
            return ServedLaw.Load(settings, log);
        }
        catch (Pipeline.Ports.ModelLoadException failure)
        {
            log.Warning($"the demo goes on without a model. {failure.Message}");
            return ServedLaw.Load(CommandLine.WithoutModel(settings, without: true), log);
        }
    }

    private static string Speed(int speed) =>
        speed == 0 ? "as fast as it goes" : string.Create(CultureInfo.InvariantCulture, $"{speed} x real time");
}
