// The single checks of the doctor: each really tries what the program needs.
using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using MedAI.Streaming.Adapters.Sqlite;
using MedAI.Streaming.Pipeline.Ports;

namespace MedAI.Streaming.Host.Commands;

/// <summary>How grave a finding is.</summary>
internal enum FindingLevel
{
    Ok,
    Warn,
    Fail,
}

/// <summary>What a check found.</summary>
internal sealed record Finding(FindingLevel Level, string What, string Found, string Advice)
{
    public static Finding Ok(string what, string found) => new(FindingLevel.Ok, what, found, "");

    public static Finding Warn(string what, string found, string advice) => new(FindingLevel.Warn, what, found, advice);

    public static Finding Fail(string what, string found, string advice) => new(FindingLevel.Fail, what, found, advice);
}

/// <summary>Checks of the machine.</summary>
internal static class MachineChecks
{
    private const long Megabyte = 1024 * 1024;
    private const long LeastDisk = 200 * Megabyte;
    private const long EnoughDisk = 2048 * Megabyte;
    private const int LeastWidth = 100;
    private const int LeastHeight = 30;

    /// <summary>Runtime, system and processor.</summary>
    public static IEnumerable<Finding> Runtime()
    {
        yield return Finding.Ok("runtime", RuntimeInformation.FrameworkDescription);
        yield return Finding.Ok(
            "system", $"{RuntimeInformation.OSDescription}, {RuntimeInformation.ProcessArchitecture}".ToLowerInvariant());
        var sets = string.Join(", ", InstructionSets());
        var processors = $"{Environment.ProcessorCount} processors";
        yield return sets.Length > 0
            ? Finding.Ok("processor", $"{processors}; {sets}")
            : Finding.Warn("processor", $"{processors}; no vector instructions that models use", "Models run, but slowly.");
    }

    /// <summary>Makes a store in a temporary folder, writes, and reads it back.</summary>
    public static Finding Sqlite()
    {
        var folder = Directory.CreateTempSubdirectory("medai-doctor-");
        try
        {
            using (var store = EdgeStore.Create(folder.FullName, 1))
            {
                store.SetFact("doctor", "was here");
            }

            using var again = EdgeStore.Open(folder.FullName, readOnly: true);
            return again.GetFact("doctor") == "was here"
                ? Finding.Ok(
                    "sqlite", $"{SQLitePCL.raw.sqlite3_libversion().utf8_to_string()}; a store was made, written and read back")
                : Finding.Fail("sqlite", "a store did not keep what was written", "Check the disk of the temporary folder.");
        }
        catch (Exception failure) when (failure is StoreException or DllNotFoundException or TypeInitializationException)
        {
            return Finding.Fail(
                "sqlite", failure.GetBaseException().Message,
                "Build the program again on this machine: './medai doctor' does that.");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Space where the store will be.</summary>
    public static Finding Disk(string store)
    {
        var folder = Path.GetFullPath(store);
        while (!Directory.Exists(folder))
        {
            folder = Path.GetDirectoryName(folder)!;
        }

        var free = new DriveInfo(folder).AvailableFreeSpace;
        var found = $"{Size(free)} free where the store would be ({store})";
        return free switch
        {
            < LeastDisk => Finding.Fail("disk", found, "Free some space, or choose another directories.store."),
            < EnoughDisk => Finding.Warn("disk", found, "Long runs of many beds take gigabytes: free some space for them."),
            _ => Finding.Ok("disk", found),
        };
    }

    /// <summary>The recorded patients that examples and some tests use.</summary>
    public static Finding RecordedData(IReadOnlyDictionary<string, string> variables)
    {
        var folder = variables.GetValueOrDefault("MEDAI_SHARED") ?? BesideRepository();
        return folder is not null && Directory.Exists(Path.Combine(folder, "data"))
            ? Finding.Ok(
                "recorded data",
                $"{string.Join(", ", Directory.GetDirectories(Path.Combine(folder, "data")).Select(Path.GetFileName).Order())}")
            : Finding.Ok(
                "recorded data",
                "not there; only 'medai replay' of public data sets and some tests use it (MEDAI_SHARED names its folder)");
    }

    /// <summary>Whether the ward fits the terminal.</summary>
    public static Finding Terminal(Surroundings surroundings)
    {
        if (!surroundings.OutputIsTerminal)
            return Finding.Ok("terminal", "output is no terminal: views print plain lines");

        var size = string.Create(CultureInfo.InvariantCulture, $"{Console.WindowWidth} x {Console.WindowHeight}");
        return Console.WindowWidth >= LeastWidth && Console.WindowHeight >= LeastHeight
            ? Finding.Ok("terminal", size)
            : Finding.Warn(
                "terminal", size,
                $"The ward view is made for 120 x 40 and needs {LeastWidth} x {LeastHeight} to show enough: enlarge the window.");
    }

    private static IEnumerable<string> InstructionSets()
    {
        if (Avx2.IsSupported)
            yield return "avx2";
        if (Fma.IsSupported)
            yield return "fma";
        if (Avx512F.IsSupported)
            yield return "avx512";
        if (AdvSimd.IsSupported)
            yield return "neon";
    }

    private static string? BesideRepository()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "MedAI.Streaming.sln")) && folder.Parent is { } above)
                return Path.Combine(above.FullName, "shared");
        }

        return null;
    }

    private static string Size(long bytes) => bytes >= 1024 * Megabyte
        ? string.Create(CultureInfo.InvariantCulture, $"{bytes / (1024.0 * Megabyte):0.#} GiB")
        : string.Create(CultureInfo.InvariantCulture, $"{bytes / Megabyte} MiB");
}
