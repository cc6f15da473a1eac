// Makes database, retention and downsampling on the server; whoever does it again changes nothing.
using MedAI.Streaming.Pipeline.Ports;

namespace MedAI.Streaming.Adapters.Influx;

/// <summary>The set-up of a server of version 1.x or 2.x.</summary>
public static class InfluxSetup
{
    /// <summary>Makes what is missing and changes what differs.</summary>
    /// <param name="options">The server.</param>
    /// <param name="plan">What is wanted.</param>
    /// <param name="onlyShow">Only says what would be done; nothing is asked of the server.</param>
    /// <exception cref="StoreException">The server is away, or refuses.</exception>
    /// <exception cref="NotSupportedException">The version has nothing of this kind.</exception>
    public static IReadOnlyList<SetupStep> Run(InfluxOptions options, SeriesPlan plan, bool onlyShow)
    {
        using var client = new InfluxClient(options);
        return options.Version switch
        {
            InfluxVersion.One => new InfluxQlSetup(client, options, plan, onlyShow).Run(),
            InfluxVersion.Two => new FluxSetup(client, options, plan, onlyShow).Run(),
            _ => throw new NotSupportedException(
                "InfluxDB 3 makes its database with the first write and keeps points as long as the server was told to; it has neither "
                + "retention policies nor tasks that this program could make."),
        };
    }

    /// <summary>What a server's answer means for one who sets it up.</summary>
    internal static StoreException Failed(InfluxOptions options, string what, InfluxAnswer answer) => new(
        answer.Status is 0 or 429 or >= 500 ? StoreFailure.Unavailable : StoreFailure.Other,
        $"{options.Url.GetLeftPart(UriPartial.Path)} does not {what}: {answer.Message}"
        + (answer.Status is 401 or 403 ? " (check influx.token, or influx.username and influx.password)" : "")
        + (answer.Status == 404 ? $" (check influx.version; it is {(int)options.Version})" : ""));
}
