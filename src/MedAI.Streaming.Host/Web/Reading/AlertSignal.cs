// Tells the one who follows the alerts that there may be new ones, without ever holding up whoever says so.
using System.Threading.Channels;

namespace MedAI.Streaming.Host.Web.Reading;

/// <summary>A bell: rung by any number of threads, heard by one. Rung twice before it is heard, it is heard once.</summary>
internal sealed class AlertSignal
{
    // One place: a bell that is already ringing need not be rung.
    private readonly Channel<bool> _bell = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    /// <summary>There may be new transitions in the history.</summary>
    public void Fire() => _bell.Writer.TryWrite(true);

    /// <summary>Ends when it was fired since the last time.</summary>
    public async Task WaitAsync(CancellationToken stop) => await _bell.Reader.ReadAsync(stop);
}
