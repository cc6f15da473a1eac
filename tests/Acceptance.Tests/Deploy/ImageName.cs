// Tells whether an image is pinned: a tag that names one release, or a digest.
using System.Text.RegularExpressions;

namespace Acceptance.Tests.Deploy;

internal static partial class ImageName
{
    /// <summary>What is wrong with an image's name, or null.</summary>
    public static string? Problem(string image)
    {
        if (Digest().IsMatch(image))
            return null;

        var tag = image[(image.LastIndexOf('/') + 1)..].Split(':', 2) is [_, var given] ? given : "";
        return tag switch
        {
            "" => $"{image} has no tag",
            _ when tag.StartsWith("latest", StringComparison.OrdinalIgnoreCase) => $"{image} moves",
            _ when !Release().IsMatch(tag) => $"{image} does not name one release: its tag needs three numbers",
            _ => null,
        };
    }

    [GeneratedRegex("@sha256:[0-9a-f]{64}$")]
    private static partial Regex Digest();

    [GeneratedRegex(@"^v?\d+\.\d+\.\d+([-.].+)?$")]
    private static partial Regex Release();
}
