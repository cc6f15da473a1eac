// Finds the folder of models: a program is started from any folder, and its models lie beside it or above it.
using MedAI.Streaming.Adapters.Onnx;
using MedAI.Streaming.Host.Commands;

namespace MedAI.Streaming.Host.Composition;

/// <summary>Where models are.</summary>
public static class ModelFolders
{
    /// <summary>
    /// The folder of all models: as written from the working directory, else beside the configuration, else in the program's
    /// folder or one above it. Where none is there, the first of these.
    /// </summary>
    public static string Root(HostSettings settings)
    {
        var written = Path.GetFullPath(settings.ModelDirectory);
        return Candidates(settings).FirstOrDefault(Directory.Exists) ?? written;
    }

    /// <summary>The folder of the model that the settings name.</summary>
    public static string Of(HostSettings settings) => Path.Combine(Root(settings), settings.Model.Name, settings.Model.Version);

    /// <summary>The folder of a model by its name and version, <c>NAME@VERSION</c>; it need not be there.</summary>
    public static string Of(string root, string id) => Path.Combine(root, id.Replace('@', Path.DirectorySeparatorChar));

    /// <summary>The name of the model in a folder.</summary>
    public static string NameOf(string folder) => Path.GetFileName(Path.GetDirectoryName(folder))!;

    /// <summary>Name and version of the model in a folder, as <c>NAME@VERSION</c>.</summary>
    public static string IdOf(string folder) => $"{NameOf(folder)}@{Path.GetFileName(folder)}";

    /// <summary>The folders of the models that a name means, oldest version first: NAME@VERSION is one, NAME all its versions, null every model there is.</summary>
    public static IReadOnlyList<string> Named(HostSettings settings, string? name) =>
        [.. ModelFolder.List(Root(settings)).Where(folder => name is null || IdOf(folder) == name || NameOf(folder) == name)];

    /// <summary>The folder of the model that a name means: without a version the newest.</summary>
    /// <exception cref="FailureException">There is none.</exception>
    public static string Find(HostSettings settings, string name) => Named(settings, name) is [.., var newest]
        ? newest
        : throw new FailureException($"There is no model {name} in {Root(settings)}. 'medai models list' lists those that there are.");

    private static IEnumerable<string> Candidates(HostSettings settings)
    {
        yield return Path.GetFullPath(settings.ModelDirectory);
        if (settings.File is not null)
        {
            yield return Path.Combine(Path.GetDirectoryName(Path.GetFullPath(settings.File))!, settings.ModelDirectory);
        }

        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            yield return Path.Combine(folder.FullName, settings.ModelDirectory);
        }
    }
}
