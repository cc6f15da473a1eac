// Reads wall time, processor time and allocation around a piece of work.
namespace MedAI.Streaming.Host.Bench;

/// <summary>Adds up what pieces of work cost.</summary>
internal sealed class BenchMeter(TimeProvider time)
{
    private double _wall;
    private double _cpu;
    private long _allocated;

    /// <summary>Does a piece of work and adds its cost.</summary>
    public void Run(Action work)
    {
        var allocated = GC.GetTotalAllocatedBytes(precise: true);
        var cpu = Environment.CpuUsage.TotalTime;
        var began = time.GetTimestamp();
        work();
        _wall += time.GetElapsedTime(began).TotalSeconds;
        _cpu += (Environment.CpuUsage.TotalTime - cpu).TotalSeconds;
        _allocated += GC.GetTotalAllocatedBytes(precise: true) - allocated;
    }

    /// <summary>What it came to.</summary>
    public BenchRound Round(long frames) => new(frames, _wall, _cpu, _allocated);

    /// <summary>Managed memory in use after everything that is garbage was collected.</summary>
    public static long MemoryInUse()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return GC.GetTotalMemory(forceFullCollection: true);
    }
}
