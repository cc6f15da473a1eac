// Where the folder lies that developers share beside the repository: recorded data and a Kafka broker.
namespace MedAI.Streaming.TestKit.Kafka;

/// <summary>The shared folder: MEDAI_SHARED, else <c>../shared</c> beside the repository.</summary>
internal static class SharedFolder
{
    /// <summary>Its path, whether it is there or not.</summary>
    public static string Path { get; } = Environment.GetEnvironmentVariable("MEDAI_SHARED") is { Length: > 0 } named
        ? named
        : System.IO.Path.Combine(Repository(), "..", "shared");

    private static string Repository()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(at.FullName, "MedAI.Streaming.sln"))) return at.FullName;
        }

        throw new DirectoryNotFoundException($"{AppContext.BaseDirectory} is not within the repository.");
    }
}
