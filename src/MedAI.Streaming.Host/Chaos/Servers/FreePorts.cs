// Ports on loopback that nobody listens on at the moment.
using System.Net;
using System.Net.Sockets;

namespace MedAI.Streaming.Host.Chaos.Servers;

/// <summary>Finds ports. Another program may take one before it is used; whoever uses it then fails, and says so.</summary>
internal static class FreePorts
{
    /// <summary>So many different ports.</summary>
    public static int[] Take(int count)
    {
        var listeners = new List<TcpListener>();
        try
        {
            for (var i = 0; i < count; i++)
            {
                var listener = new TcpListener(IPAddress.Loopback, 0);
                listener.Start();
                listeners.Add(listener);
            }

            return [.. listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port)];
        }
        finally
        {
            listeners.ForEach(listener => listener.Dispose());
        }
    }
}
