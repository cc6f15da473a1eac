// Reads the addresses on which the web service listens.
using System.Net;

namespace MedAI.Streaming.Host.Web;

/// <summary>An address to listen on.</summary>
/// <param name="Address">The machine's address; <c>0.0.0.0</c> or <c>[::]</c> for all of them.</param>
/// <param name="Port">The port; 0 lets the system choose one.</param>
/// <param name="IsTls">Whether TLS is spoken there.</param>
internal sealed record ListenAddress(IPAddress Address, int Port, bool IsTls)
{
    /// <summary>What may stand there, for messages.</summary>
    public const string Allowed = "http:// or https:// addresses with an IP address (or localhost) and a port, separated by blanks";

    /// <summary>Whether nobody outside this machine reaches it.</summary>
    public bool IsLoopback => IPAddress.IsLoopback(Address);

    /// <summary>Reads addresses such as <c>http://127.0.0.1:8080 https://[::]:8443</c>.</summary>
    /// <returns>The addresses, or null where one of them cannot be read or there are none.</returns>
    public static IReadOnlyList<ListenAddress>? ParseAll(string text)
    {
        var addresses = new List<ListenAddress>();
        foreach (var part in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (Parse(part) is not { } address)
                return null;

            addresses.Add(address);
        }

        return addresses.Count > 0 ? addresses : null;
    }

    private static ListenAddress? Parse(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https")
            || uri.PathAndQuery != "/" || uri.UserInfo.Length > 0 || uri.Fragment.Length > 0)
            return null;

        // A name could stand for an address outside; only the one that cannot is taken.
        var host = uri.DnsSafeHost == "localhost" ? "127.0.0.1" : uri.DnsSafeHost;
        return IPAddress.TryParse(host, out var address) ? new(address, uri.Port, uri.Scheme == "https") : null;
    }
}
