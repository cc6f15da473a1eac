// One line on the error output that is drawn again a few times a second on a terminal.
namespace MedAI.Streaming.Host.Commands;

/// <summary>Shows a line while something is going on.</summary>
/// <param name="surroundings">The terminal and the clock.</param>
/// <param name="text">The line at a time since it began.</param>
internal sealed class RedrawnLine(Surroundings surroundings, Func<TimeSpan, string> text)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    /// <summary>Draws until the work has ended in whatever way; off a terminal it only waits.</summary>
    public async Task ShowWhileAsync(Task work)
    {
        if (!surroundings.ErrorIsTerminal)
        {
            await work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return;
        }

        var began = surroundings.Time.GetTimestamp();
        while (!work.IsCompleted)
        {
            using var ended = new CancellationTokenSource();
            await Task.WhenAny(work, Task.Delay(Pause, surroundings.Time, ended.Token));
            await ended.CancelAsync();
            if (!work.IsCompleted)
            {
                await surroundings.Error.WriteAsync($"\r{text(surroundings.Time.GetElapsedTime(began))}\e[K");
            }
        }

        await surroundings.Error.WriteAsync("\r\e[K");
    }
}
