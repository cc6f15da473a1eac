// Ctrl-C and termination: the first asks to drain and checkpoint, a second one ends the process at once.
using System.Runtime.InteropServices;

namespace MedAI.Streaming.Host;

/// <summary>Watches the signals that ask a process to end.</summary>
internal static class Interruption
{
    /// <summary>Cancels the source at the first signal; later ones have their usual effect.</summary>
    public static IDisposable Watch(CancellationTokenSource source) =>
        new Registrations(
            PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => Handle(signal, source)),
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => Handle(signal, source)));

    private static void Handle(PosixSignalContext signal, CancellationTokenSource source)
    {
        if (source.IsCancellationRequested)
            return;

        signal.Cancel = true;
        source.Cancel();
    }

    private sealed record Registrations(IDisposable First, IDisposable Second) : IDisposable
    {
        public void Dispose()
        {
            First.Dispose();
            Second.Dispose();
        }
    }
}
