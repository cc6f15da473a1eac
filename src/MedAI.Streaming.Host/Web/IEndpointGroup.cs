// A group of endpoints that belong together; the web service is put together of such groups.
using Microsoft.AspNetCore.Routing;

namespace MedAI.Streaming.Host.Web;

/// <summary>A group of endpoints. It is made with what its endpoints need, and mapped once.</summary>
internal interface IEndpointGroup
{
    /// <summary>
    /// Adds the endpoints. Each says by <see cref="AccessRules.RequireScope"/> or <see cref="AccessRules.AllowAnyone"/> whom it lets
    /// in; the service does not start with one that says nothing.
    /// </summary>
    void Map(IEndpointRouteBuilder routes);
}
