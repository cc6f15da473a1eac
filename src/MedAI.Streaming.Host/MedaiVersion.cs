// The version of the program, for whoever asks it over the network.
namespace MedAI.Streaming.Host;

/// <summary>The version.</summary>
internal static class MedaiVersion
{
    /// <summary>Major, minor and patch.</summary>
    public static string Text { get; } = typeof(MedaiVersion).Assembly.GetName().Version?.ToString(3) ?? "0.0.0";
}
