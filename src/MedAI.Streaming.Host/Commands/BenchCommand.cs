// Measures the pipeline on this machine: frames per second and processor time per frame, in memory and through a store.
using System.CommandLine;
using System.Globalization;
using MedAI.Streaming.Host.Composition;

namespace MedAI.Streaming.Host.Commands;

/// <summary><c>medai bench</c>.</summary>
internal sealed class BenchCommand : MedaiCommand
{
    public BenchCommand(CommandLine line)
        : base("bench", "Measures the program on this machine.", "medai bench pipeline", "medai bench pipeline --patients 1000 --seconds 120") =>
        Subcommands.Add(new Pipeline(line));

    private sealed class Pipeline : MedaiCommand
    {
        private readonly Option<int?> _patients = CommandLine.Whole("--patients", "Monitored patients (10000).", 1, 1_000_000);
        private readonly Option<int?> _seconds = CommandLine.Whole("--seconds", "Seconds of data at 1 frame a second (60).", 1, 86_400);
        private readonly Option<int?> _partitions = CommandLine.Whole("--partitions", "Flows beside each other (one a processor).", 1, 256);
        private readonly CommandLine _line;

        public Pipeline(CommandLine line)
            : base(
                "pipeline", "Measures the edge path with bedside frames of 8 vital signs at 1 Hz: quiet patients, no model.",
                "medai bench pipeline                  # 10,000 patients",
                "medai bench pipeline --partitions 1   # one flow")
        {
            _line = line;
            Options.Add(_patients);
            Options.Add(_seconds);
            Options.Add(_partitions);
            SetAction(RunAsync);
        }

        private async Task<int> RunAsync(ParseResult parsed, CancellationToken interrupted)
        {
            var load = new BenchLoad(parsed.GetValue(_patients) ?? 10_000, parsed.GetValue(_seconds) ?? 60);
            var partitions = parsed.GetValue(_partitions) ?? Environment.ProcessorCount;
            var settings = CommandLine.WithoutModel(_line.Settings(parsed), without: true);
            var time = _line.Surroundings.Time;
            using var law = ServedLaw.Load(settings, new HostLog(_line.Surroundings.Error, settings.LogLevel));
            Say($"{load.Patients:N0} patients, {load.Seconds:N0} s of bedside frames of {BenchLoad.Vitals} vital signs: {load.Frames:N0} frames");

            var memory = BenchPath.InMemory(load, law.Flow, settings.Batch, time, interrupted);
            Say($"flow in memory   {memory.FramesPerSecond,12:N0} frames/s  {memory.MicrosecondsPerFrame,7:0.000} us CPU/frame  {memory.BytesPerFrame,7:0.0} B allocated/frame  (1 flow: decode, order, window, limits, scores)");

            var edge = await BenchPath.ThroughStoreAsync(load, law, settings, partitions, time, interrupted);
            Say($"edge path        {edge.FramesPerSecond,12:N0} frames/s  {edge.MicrosecondsPerFrame,7:0.000} us CPU/frame  {edge.BytesPerFrame,7:0.0} B allocated/frame  ({partitions} flows; encoding, log, series and state on disk included)");
            return ExitCodes.Ok;
        }

        private void Say(FormattableString text) => _line.Surroundings.Output.WriteLine(text.ToString(CultureInfo.InvariantCulture));
    }
}
