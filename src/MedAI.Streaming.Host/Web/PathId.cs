// Takes an id out of the path of a request, whatever characters it holds.
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;

namespace MedAI.Streaming.Host.Web;

/// <summary>Ids in paths.</summary>
internal static class PathId
{
    /// <summary>
    /// The id that stands in the path of a request as a parameter of its route; null where none can be told. The server itself
    /// leaves <c>%2F</c> as it is while it decodes everything else, so that an id with a slash and one with these three characters would
    /// be the same; therefore the id is taken from the path as it was sent.
    /// </summary>
    /// <param name="context">The request, after the choice of its endpoint.</param>
    /// <param name="parameter">The name of the parameter in the route.</param>
    public static string? Read(HttpContext context, string parameter)
    {
        var decoded = context.GetRouteValue(parameter) as string ?? "";
        var segments = (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.PathSegments ?? [];
        var at = 0;
        while (at < segments.Count && !segments[at].Parts.Any(part => part is Microsoft.AspNetCore.Routing.Patterns.RoutePatternParameterPart p && p.Name == parameter))
        {
            at++;
        }

        var sent = context.Features.Get<IHttpRequestFeature>()?.RawTarget.Split('?')[0].Split('/') ?? [];
        if (sent.Length <= at + 1 || sent[0].Length > 0)
            return null;

        // A path with dots in it is made shorter before its endpoint is chosen: then this is another place, and nobody's id.
        var id = Uri.UnescapeDataString(sent[at + 1]);
        var isSame = id == decoded || id == decoded.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);
        return isSame && id.Length > 0 ? id : null;
    }
}
