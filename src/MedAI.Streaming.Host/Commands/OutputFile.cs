// Files that a command writes at its end: that they can be is found out before hours of work, not after.
namespace MedAI.Streaming.Host.Commands;

/// <summary>Files to be written.</summary>
internal static class OutputFile
{
    /// <summary>Refuses a file that cannot be written because its folder is not there or it is a folder itself.</summary>
    /// <param name="option">The option that names it.</param>
    /// <param name="file">The file; null: none was asked for.</param>
    /// <exception cref="UsageException">It cannot be written.</exception>
    public static void Check(string option, string? file)
    {
        var folder = file is null ? null : Path.GetDirectoryName(Path.GetFullPath(file));
        if (folder is not null && !Directory.Exists(folder))
            throw new UsageException($"{option}: there is no folder {folder}. Make it, or choose another file.");
        if (Directory.Exists(file))
            throw new UsageException($"{option}: {file} is a folder. Name a file in it.");
    }
}
