// Numbers of the process itself.
using System.Globalization;
using MedAI.Streaming.Host.Composition;

namespace MedAI.Streaming.Host.Web.Metrics;

/// <summary>Memory, processor time and garbage collection.</summary>
/// <param name="log">The notes.</param>
internal sealed class ProcessMetrics(HostLog log) : IMetricSource
{
    /// <inheritdoc/>
    public void Write(MetricsText text)
    {
        text.Gauge("medai_build_info", "Always 1; the label says which version runs.");
        text.Sample(1, ("version", MedaiVersion.Text));
        text.Counter("medai_notes_unwritten_total", "Notes for the person who runs the program that could not be written (a full disk).");
        text.Sample(log.Unwritten);
        text.Gauge("medai_process_resident_bytes", "Memory of the process that lies in main memory.");
        text.Sample(Environment.WorkingSet);
        text.Counter("medai_process_cpu_seconds_total", "Processor time of the process.");
        text.Sample(Environment.CpuUsage.TotalTime.TotalSeconds);
        text.Gauge("medai_gc_heap_bytes", "Memory of the managed heap, what is not yet collected included.");
        text.Sample(GC.GetTotalMemory(forceFullCollection: false));
        text.Counter("medai_gc_pause_seconds_total", "Time for which garbage collection stopped the process.");
        text.Sample(GC.GetTotalPauseDuration().TotalSeconds);
        text.Counter("medai_gc_collections_total", "Garbage collections by generation.");
        for (var generation = 0; generation <= GC.MaxGeneration; generation++)
        {
            text.Sample(GC.CollectionCount(generation), ("generation", generation.ToString(CultureInfo.InvariantCulture)));
        }
    }
}
