// Signals to processes, and the limit that makes their writes fail as a full disk does.
using System.ComponentModel;
using System.Runtime.InteropServices;

namespace MedAI.Streaming.Host.Chaos.Servers;

/// <summary>What the operating system does to other processes of this user.</summary>
internal static class Signals
{
    /// <summary>Ends it at once.</summary>
    public const int Kill = 9;

    /// <summary>Asks it to end, as Ctrl-C does.</summary>
    public const int Interrupt = 2;

    /// <summary>Asks it to end.</summary>
    public const int Terminate = 15;

    /// <summary>Lets it hang.</summary>
    public const int Stop = 19;

    /// <summary>Lets it go on.</summary>
    public const int Continue = 18;

    private const int FileSize = 1;

    /// <summary>Sends a signal.</summary>
    /// <returns>False: there is no such process.</returns>
    public static bool Send(int process, int signal) => NativeKill(process, signal) == 0;

    /// <summary>Whether a process is there.</summary>
    public static bool IsThere(int process) => NativeKill(process, 0) == 0;

    /// <summary>
    /// Lets every write of a process to a file fail (<c>EFBIG</c>), or allows it again. The process must ignore SIGXFSZ; only the soft limit is
    /// moved, so no privilege is needed.
    /// </summary>
    /// <exception cref="Win32Exception">The system refuses.</exception>
    public static void FillDisk(int process, bool isFull)
    {
        if (NativeLimit(process, FileSize, 0, out var limit) != 0)
            throw new Win32Exception(Marshal.GetLastPInvokeError());

        limit.Soft = isFull ? 0 : limit.Hard;
        if (NativeSetLimit(process, FileSize, in limit, 0) != 0)
            throw new Win32Exception(Marshal.GetLastPInvokeError());
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static extern int NativeKill(int process, int signal);

    [DllImport("libc", EntryPoint = "prlimit", SetLastError = true)]
    private static extern int NativeLimit(int process, int resource, nint none, out Limit old);

    [DllImport("libc", EntryPoint = "prlimit", SetLastError = true)]
    private static extern int NativeSetLimit(int process, int resource, in Limit limit, nint none);

    // struct rlimit of Linux on 64 bits.
    [StructLayout(LayoutKind.Sequential)]
    private struct Limit
    {
        public ulong Soft;
        public ulong Hard;
    }
}
