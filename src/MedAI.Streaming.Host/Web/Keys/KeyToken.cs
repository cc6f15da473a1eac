// Tokens: what a device is given once, and shows with every request.
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace MedAI.Streaming.Host.Web.Keys;

/// <summary>Tokens of the form <c>medai_ID_SECRET</c>; the secret is 256 random bits in base64url.</summary>
internal static class KeyToken
{
    /// <summary>The longest id.</summary>
    public const int MaxIdLength = 32;

    private const string Prefix = "medai_";
    private const int SecretBytes = 32;
    private const int MaxSecretLength = 64;

    // Without letters and digits that people take for one another.
    private const string IdAlphabet = "abcdefghjkmnpqrstuvwxyz23456789";
    private const int NewIdLength = 10;

    /// <summary>A new id.</summary>
    public static string NewId() => RandomNumberGenerator.GetString(IdAlphabet, NewIdLength);

    /// <summary>A new token for an id, and the hash of its secret in hex.</summary>
    public static (string Token, string Sha256) New(string id)
    {
        var secret = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretBytes));
        return ($"{Prefix}{id}_{secret}", Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(secret))));
    }

    /// <summary>Takes a token apart.</summary>
    /// <param name="token">The token.</param>
    /// <param name="hash">Receives the hash of its secret: 32 bytes.</param>
    /// <returns>Its id; empty where it is no token. The hash is of something in any case, so that both take the same time.</returns>
    public static ReadOnlySpan<char> Take(ReadOnlySpan<char> token, Span<byte> hash)
    {
        var rest = token.StartsWith(Prefix) ? token[Prefix.Length..] : default;
        var end = rest.IndexOf('_');
        var secret = end is > 0 and <= MaxIdLength ? rest[(end + 1)..] : default;
        Span<byte> bytes = stackalloc byte[MaxSecretLength];
        var isSound = secret.Length is > 0 and <= MaxSecretLength && Ascii.FromUtf16(secret, bytes, out _) == System.Buffers.OperationStatus.Done;
        SHA256.HashData(bytes[..(isSound ? secret.Length : 1)], hash);
        return isSound ? rest[..end] : default;
    }
}
