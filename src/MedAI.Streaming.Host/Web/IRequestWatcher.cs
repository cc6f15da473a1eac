// Hears of every request that was handled; a group of endpoints that is one is told.
using Microsoft.AspNetCore.Http;

namespace MedAI.Streaming.Host.Web;

/// <summary>Watches requests.</summary>
internal interface IRequestWatcher
{
    /// <summary>A request was handled, whatever became of it. Called by many at once; must return quickly.</summary>
    void Handled(HttpContext context);
}
