// A key as it lies in the keys file: everything but the secret, of which there is only the hash.
using System.Text.Json.Serialization;

namespace MedAI.Streaming.Host.Web.Keys;

/// <summary>A key.</summary>
/// <param name="Id">Its id, which stands in the token: letters and digits.</param>
/// <param name="Name">Whose it is, for people.</param>
/// <param name="Sha256">SHA-256 of the secret, in hex. The secret has 256 random bits, so no slower hash is needed.</param>
/// <param name="Scopes">What it may be used for: <c>ingest</c>, <c>read</c>, <c>control</c>.</param>
/// <param name="Devices">Device ids it may send for, each whole or a beginning followed by <c>*</c>; empty: all.</param>
/// <param name="Wards">Wards whose patients it may touch; empty: all.</param>
/// <param name="Created">When it was made.</param>
/// <param name="Expires">From when it is no use any more; null: never.</param>
/// <param name="Revoked">When it was revoked; null: it was not.</param>
internal sealed record AccessKey(
    string Id, string Name, string Sha256, IReadOnlyList<string> Scopes, IReadOnlyList<string> Devices, IReadOnlyList<string> Wards,
    DateTimeOffset Created, DateTimeOffset? Expires = null, DateTimeOffset? Revoked = null)
{
    /// <summary>What a scope may be, for messages.</summary>
    public const string AllowedScopes = "ingest, read or control";

    /// <summary>Whether it is of use at a time.</summary>
    public bool IsValidAt(DateTimeOffset time) => Revoked is null && !(Expires <= time);

    /// <summary>Whoever calls with it.</summary>
    [JsonIgnore]
    public Caller Caller => new(Id, Scopes.Aggregate(Web.Scopes.None, (all, word) => all | Scope(word)!.Value), Devices, Wards);

    /// <summary>A scope by its word, or null.</summary>
    public static Scopes? Scope(string word) => word switch
    {
        "ingest" => Web.Scopes.Ingest,
        "read" => Web.Scopes.Read,
        "control" => Web.Scopes.Control,
        _ => null,
    };

    /// <summary>What is wrong with it, as it was read from a file; null: nothing.</summary>
    public string? Problem() => this switch
    {
        { Id: null or "" } => "has no id",
        _ when Id.Length > KeyToken.MaxIdLength || !Id.All(char.IsAsciiLetterOrDigit) => "has an id of other characters than letters and digits",
        { Sha256: null } or { Sha256.Length: not 64 } => "has no sha256 of 64 hex digits",
        _ when !Sha256.All(char.IsAsciiHexDigit) => "has no sha256 of 64 hex digits",
        { Scopes: null or [] } => $"has no scopes; give some of {AllowedScopes}",
        _ when Scopes.Any(word => word is null || Scope(word) is null) => $"has a scope that is not known; it may be {AllowedScopes}",
        { Devices: null } or { Wards: null } => "has no list of devices or wards; [] means all",
        _ when Devices.Concat(Wards).Any(string.IsNullOrEmpty) => "has an empty device or ward",
        _ => null,
    };
}
