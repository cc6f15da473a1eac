// The journal of a sending: one line for each frame, for a checker that knows nothing of this program.
using System.Globalization;
using MedAI.Streaming.Host.Commands;

namespace MedAI.Streaming.Host.Send;

/// <summary>
/// Writes tab-separated lines under a header: <c>device epoch sequence patient time fault sent outcome reason</c>. Time is the event time in ms
/// since 1970; fault is what the sender did to the frame on purpose; sent is how often it went over the wire; outcome is acknowledged, refused,
/// undelivered (nothing is known: it may be in the log) or lost (never sent, on purpose). Not thread-safe.
/// </summary>
internal sealed class SendJournal : IDisposable
{
    private const string Header = "device\tepoch\tsequence\tpatient\ttime\tfault\tsent\toutcome\treason\n";
    private readonly string _file;
    private readonly StreamWriter _writer;

    /// <summary>Begins a journal; one that is there is written over.</summary>
    /// <exception cref="FailureException">It cannot be written.</exception>
    public SendJournal(string file)
    {
        _file = file;
        try
        {
            _writer = new StreamWriter(file, append: false, new System.Text.UTF8Encoding(false), 1 << 16);
            _writer.Write(Header);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw Failed(refused);
        }
    }

    /// <summary>Writes the line of a frame.</summary>
    /// <exception cref="FailureException">It cannot be written.</exception>
    public void Write(Delivery delivery)
    {
        var frame = delivery.Frame;
        var outcome = delivery.Fate switch
        {
            Fate.Acknowledged => "acknowledged",
            Fate.Refused => "refused",
            Fate.Lost => "lost",
            _ => "undelivered",
        };
        try
        {
            _writer.Write(string.Create(
                CultureInfo.InvariantCulture,
                $"{frame.Device}\t{frame.Epoch}\t{frame.Sequence}\t{frame.Patient}\t{frame.EventTime}\t{delivery.Fault}\t{delivery.Sends}\t{outcome}\t{delivery.Reason}\n"));
        }
        catch (IOException refused)
        {
            throw Failed(refused);
        }
    }

    /// <summary>Makes sure that all lines are written.</summary>
    /// <exception cref="FailureException">They cannot be.</exception>
    public void Flush()
    {
        try
        {
            _writer.Flush();
        }
        catch (IOException refused)
        {
            throw Failed(refused);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _writer.Dispose();

    private FailureException Failed(Exception refused) =>
        new($"The journal {_file} cannot be written: {refused.Message} Choose another --journal.", refused);
}
