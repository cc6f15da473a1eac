// A client of a stream that takes nothing off the wire until it is told to.
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Acceptance.Tests.Web.Reading;

/// <summary>A client with a small window that reads only when it is told to.</summary>
internal sealed class RawClient(Socket socket) : IDisposable
{
    /// <summary>Sends a request by HTTP/1.0, whose answers come without chunks.</summary>
    public static async Task<RawClient> OpenAsync(Uri service, string path, CancellationToken stop)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096 };
        await socket.ConnectAsync(IPAddress.Loopback, service.Port, stop);
        await socket.SendAsync(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.0\r\n\r\n"), stop);
        return new RawClient(socket);
    }

    /// <summary>The ids of events, until there are so many.</summary>
    public async Task<IReadOnlyList<string>> ReadIdsAsync(int count, CancellationToken stop)
    {
        using var lines = new StreamReader(new NetworkStream(socket));
        var ids = new List<string>();
        var id = "";
        while (ids.Count < count && await lines.ReadLineAsync(stop) is { } line)
        {
            if (line.StartsWith("id: ", StringComparison.Ordinal))
                id = line[4..];
            if (line == "event: transition")
                ids.Add(id);
        }

        return ids;
    }

    public void Dispose() => socket.Dispose();
}
