// What everybody who reads out has to know, in the words that the program uses everywhere.
namespace MedAI.Streaming.Host.Web;

/// <summary>What the service is not.</summary>
internal static class Notice
{
    /// <summary>One sentence for documents, the root of the interface and the beginning of every stream.</summary>
    public const string SecondaryMonitor =
        "This is a secondary monitor: it does not replace the bedside alarm, and it is not a medical device.";
}
