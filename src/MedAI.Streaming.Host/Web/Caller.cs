// Who calls, and what they may do: the result of authentication, which endpoints look at.
using Microsoft.AspNetCore.Http;

namespace MedAI.Streaming.Host.Web;

/// <summary>What a key may be used for.</summary>
[Flags]
internal enum Scopes
{
    /// <summary>Nothing; an endpoint that asks for it is open to anyone.</summary>
    None = 0,

    /// <summary>To send frames.</summary>
    Ingest = 1,

    /// <summary>To read what was measured and decided.</summary>
    Read = 2,

    /// <summary>To change how patients are watched.</summary>
    Control = 4,

    /// <summary>Everything.</summary>
    All = Ingest | Read | Control,
}

/// <summary>Somebody who was let in.</summary>
/// <param name="Id">The id of the key.</param>
/// <param name="Scopes">What they may do.</param>
/// <param name="Devices">Device ids for which they may send, each a whole id or a beginning followed by <c>*</c>; empty: all.</param>
/// <param name="Wards">Wards whose patients they may touch; empty: all.</param>
internal sealed record Caller(string Id, Scopes Scopes, IReadOnlyList<string> Devices, IReadOnlyList<string> Wards)
{
    /// <summary>Whoever calls where nobody is asked for a key.</summary>
    public static Caller Anyone { get; } = new("anyone", Scopes.All, [], []);

    /// <summary>Whether they may send for a device.</summary>
    public bool AllowsDevice(string device)
    {
        foreach (var allowed in Devices)
        {
            if (allowed.EndsWith('*') ? device.AsSpan().StartsWith(allowed.AsSpan(..^1)) : device == allowed)
                return true;
        }

        return Devices.Count == 0;
    }

    /// <summary>Whether somebody is the same and may do the same.</summary>
    public bool IsSameAs(Caller other) =>
        Id == other.Id && Scopes == other.Scopes && Devices.SequenceEqual(other.Devices) && Wards.SequenceEqual(other.Wards);

    /// <summary>Whether they may touch patients of a ward. A patient without a ward is of none that a key could be limited to.</summary>
    public bool AllowsWard(string? ward) => Wards.Count == 0 || (ward is not null && Wards.Contains(ward));
}

/// <summary>Tells callers by what they bring.</summary>
internal interface ICallerSource
{
    /// <summary>The caller with a token, or null for one that is not known, not right, revoked or expired: it does not tell which.</summary>
    /// <param name="token">What came after <c>Bearer</c>.</param>
    Caller? Identify(ReadOnlySpan<char> token);
}

/// <summary>Tells the caller of a request anew: null where the key was revoked or has expired.</summary>
internal delegate Caller? CallerAgain();

/// <summary>The caller of a request.</summary>
internal static class CallerOfRequest
{
    /// <summary>The caller; there is one on every endpoint that requires a scope.</summary>
    public static Caller Caller(this HttpContext context) =>
        context.Features.Get<Caller>() ?? throw new InvalidOperationException("This endpoint lets anyone in, so it has no caller.");

    /// <summary>Whether the caller would be let in now as they were: a request that takes long asks from time to time.</summary>
    public static bool IsCallerStillLetIn(this HttpContext context) =>
        context.Features.Get<CallerAgain>()?.Invoke() is { } now && now.IsSameAs(context.Caller());
}
