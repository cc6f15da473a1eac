// A small log written as a story: frames in seconds from the start, and control records between them.
using System.Buffers;
using System.Globalization;
using MedAI.Streaming.Domain.Alerts;
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Domain.Vitals;
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.Pipeline.Wire;
using MedAI.Streaming.TestKit.Worlds;

namespace MedAI.Streaming.Pipeline.Tests.Controls;

/// <summary>Times are seconds from the start. Frames of a device are numbered on, whoever wears it.</summary>
internal sealed class WardLog
{
    /// <summary>The start, ms since 1970; on the tick grid.</summary>
    public const long Start = 1_772_431_200_000;

    private readonly Dictionary<string, ulong> _sequences = [];
    private readonly List<LogElement> _elements = [];

    /// <summary>Adds frames, one a second, that arrive at once.</summary>
    public WardLog Frames(
        string patient, string device, int from, int until, VitalSign vital, double value, SourceClass source = SourceClass.Bedside)
    {
        for (var second = from; second < until; second++)
        {
            Frame(patient, device, second, vital, value, source);
        }

        return this;
    }

    /// <summary>Adds one frame.</summary>
    public WardLog Frame(
        string patient, string device, int second, VitalSign vital, double value, SourceClass source = SourceClass.Bedside,
        int? arrives = null, ulong? sequence = null)
    {
        _sequences[device] = sequence ?? _sequences.GetValueOrDefault(device) + 1;
        _elements.Add(new FrameElement(
            At(arrives ?? second), patient, device, source, 1, _sequences[device], At(second), [new(vital, value)]));
        return this;
    }

    /// <summary>Lets numbers of a device go by that nobody here sees.</summary>
    public WardLog Pass(string device, ulong frames)
    {
        _sequences[device] = _sequences.GetValueOrDefault(device) + frames;
        return this;
    }

    /// <summary>A patient wears a device from a time on.</summary>
    public WardLog Wear(string patient, string device, int from, int? arrives = null) =>
        Add(new DeviceAssociationElement(At(arrives ?? from), patient, device, At(from), null, "a nurse"));

    /// <summary>A patient wears a device no more.</summary>
    public WardLog TakeOff(string patient, string device, int until, int? arrives = null, int from = 0) =>
        Add(new DeviceAssociationElement(At(arrives ?? until), patient, device, At(from), At(until), "a nurse"));

    /// <summary>A patient is discharged.</summary>
    public WardLog Discharge(string patient, int at, int? arrives = null) =>
        Add(new DischargeElement(At(arrives ?? at), patient, At(at), "a doctor"));

    /// <summary>A patient's own limits.</summary>
    public WardLog Limits(string patient, int arrives, params PatientLimit[] limits) =>
        Add(new PatientLimitsElement(At(arrives), patient, limits, "a doctor"));

    /// <summary>A clock record.</summary>
    public WardLog Clock(int arrives) => Add(new ClockElement(At(arrives)));

    /// <summary>Any other element.</summary>
    public WardLog Add(LogElement element)
    {
        _elements.Add(element);
        return this;
    }

    /// <summary>A second as ms since 1970.</summary>
    public static long At(int second) => Start + (second * 1000L);

    /// <summary>Runs the whole flow over it.</summary>
    public Story Run(FlowLaw? law = null) => new(SeededWorld.Run(Ordered(), new WorldOptions(), () => law ?? TestLaw.Create()));

    /// <summary>Lets a flow apply what of it arrives in a while, so many records at a time.</summary>
    public void Into(PartitionFlow flow, int batch = 4096, int from = 0, int until = int.MaxValue)
    {
        var writer = new RecordWriter();
        var buffer = new ArrayBufferWriter<byte>();
        var records = new LogBatch();
        foreach (var chunk in Ordered().Where(e => e.ArrivalTime >= At(from) && e.ArrivalTime < At(until)).Chunk(batch))
        {
            buffer.ResetWrittenCount();
            foreach (var element in chunk)
            {
                writer.Write(element, buffer);
            }

            records.Reset(flow.NextOffset);
            buffer.WrittenSpan.CopyTo(records.Add(buffer.WrittenCount, chunk.Length));
            flow.Process(records);
        }
    }

    /// <summary>A flow that begins where the checkpoint of another ends.</summary>
    public static PartitionFlow Restart(PartitionFlow flow, FlowLaw law)
    {
        flow.Commit.Clear();
        flow.Checkpoint(0, 1);
        var next = new PartitionFlow(flow.Partition, law);
        foreach (var (patient, blob) in flow.Commit.Patients)
        {
            next.Load(patient, blob.Span);
        }

        next.StartAt(flow.NextOffset);
        return next;
    }

    // Those that arrive at the same time stay in the order in which they were added.
    private LogElement[] Ordered() => [.. _elements.OrderBy(e => e.ArrivalTime)];
}

/// <summary>What came of a story.</summary>
internal sealed class Story(WorldResult result)
{
    /// <summary>Everything.</summary>
    public WorldResult Result { get; } = result;

    /// <summary>The transitions of a rule as <c>kind priority reason</c>, in order; of patient <c>p</c> where none is given.</summary>
    public string[] Of(string rule, string patient = "p") =>
    [
        .. Result.Lines.Select(l => l.Split('\t')).Where(f => f[0] == patient && f[1] == rule).Select(f => $"{f[4]} {f[5]} {f[6]}"),
    ];

    /// <summary>All transitions of a patient as <c>rule kind reason</c>.</summary>
    public string[] All(string patient = "p") =>
        [.. Result.Lines.Select(l => l.Split('\t')).Where(f => f[0] == patient).Select(f => $"{f[1]} {f[4]} {f[6]}")];

    /// <summary>Event time of the opening of a rule's first episode, in seconds from the start, and its newest ordinal.</summary>
    public (long Opened, int Ordinal) Episode(string rule) => Result.Lines.Select(l => l.Split('\t')).Where(f => f[1] == rule)
        .Select(f => (long.Parse(f[2], CultureInfo.InvariantCulture), int.Parse(f[3], CultureInfo.InvariantCulture))).First();

    /// <summary>The points of a series as <c>second value flags</c>.</summary>
    public string[] Series(string series, string patient = "p") =>
    [
        .. Result.Series.Select(s => s.Split(' ', 5)).Where(f => f[0] == patient && f[1] == series)
            .Select(f => $"{(long.Parse(f[2], CultureInfo.InvariantCulture) - WardLog.Start) / 1000} {f[3]} {f[4]}")
            .OrderBy(s => int.Parse(s.Split(' ')[0], CultureInfo.InvariantCulture)),
    ];

    /// <summary>Readings rejected for a reason.</summary>
    public long Rejected(RejectReason reason) => Result.Totals.RejectedByReason.GetValueOrDefault(reason.Name());
}
