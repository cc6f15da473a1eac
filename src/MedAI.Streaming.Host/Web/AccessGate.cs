// Lets requests to an endpoint in or not: one rule on every endpoint, and one place where it is held.
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace MedAI.Streaming.Host.Web;

/// <summary>What an endpoint asks of its callers; every endpoint has one.</summary>
/// <param name="Scope">The scopes a caller needs, or none.</param>
/// <param name="IsAny">Whether one of them is enough.</param>
internal sealed record AccessRule(Scopes Scope, bool IsAny = false)
{
    /// <summary>Whether a caller is let in.</summary>
    public bool LetsIn(Caller caller) => IsAny ? (caller.Scopes & Scope) != 0 : (caller.Scopes & Scope) == Scope;
}

/// <summary>How endpoints say what they ask of callers.</summary>
internal static class AccessRules
{
    /// <summary>Only callers with a scope.</summary>
    public static T RequireScope<T>(this T endpoint, Scopes scope)
        where T : IEndpointConventionBuilder => endpoint.WithMetadata(new AccessRule(scope));

    /// <summary>Only callers with at least one of some scopes.</summary>
    public static T RequireAnyScope<T>(this T endpoint, Scopes scopes)
        where T : IEndpointConventionBuilder => endpoint.WithMetadata(new AccessRule(scopes, IsAny: true));

    /// <summary>Everybody, without a key.</summary>
    public static T AllowAnyone<T>(this T endpoint)
        where T : IEndpointConventionBuilder => endpoint.WithMetadata(new AccessRule(Scopes.None));
}

/// <summary>The gate, between the choice of the endpoint and its work.</summary>
/// <param name="next">What comes behind it.</param>
/// <param name="callers">Tells callers; null: everybody may do everything.</param>
internal sealed class AccessGate(RequestDelegate next, ICallerSource? callers)
{
    private const string Scheme = "Bearer ";

    /// <summary>Passes a request on, or answers 401 or 403.</summary>
    public Task InvokeAsync(HttpContext context)
    {
        var rule = context.GetEndpoint()?.Metadata.GetMetadata<AccessRule>();
        if (rule is null or { Scope: Scopes.None })
            return next(context);

        var caller = Identify(context);
        if (caller is null)
        {
            context.Response.Headers.WWWAuthenticate = "Bearer realm=\"medai\"";
            return new Problem(401, "unauthorized", "Send a valid key as 'Authorization: Bearer medai_...'; 'medai keys create' makes one.")
                .WriteAsync(context);
        }

        if (!rule.LetsIn(caller))
        {
            var scopes = rule.Scope.ToString().ToLowerInvariant().Replace(", ", rule.IsAny ? "' or '" : "' and '", StringComparison.Ordinal);
            return new Problem(403, "scope_missing", $"This key may not be used for that: it needs the scope '{scopes}'.")
                .WriteAsync(context);
        }

        context.Features.Set(caller);
        context.Features.Set<CallerAgain>(() => Identify(context));
        return next(context);
    }

    private Caller? Identify(HttpContext context)
    {
        if (callers is null)
            return Caller.Anyone;

        // Two headers are nobody's: a proxy and the service must not see different ones.
        var headers = context.Request.Headers.Authorization;
        var header = headers.Count == 1 ? headers[0] : null;
        return header is not null && header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
            ? callers.Identify(header.AsSpan(Scheme.Length).Trim())
            : null;
    }
}
