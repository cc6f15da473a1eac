// Which version of a model is to be served, and what was served before: a small file beside the models.
using System.Text.Json;
using System.Text.Json.Serialization;
using MedAI.Streaming.Pipeline.Ports;

namespace MedAI.Streaming.Host.Composition;

/// <summary>One change of what is to be served.</summary>
/// <param name="At">When.</param>
/// <param name="Action"><c>promote</c> or <c>rollback</c>.</param>
/// <param name="Task">What the model predicts.</param>
/// <param name="Model">Name and version of what is to be served from then on.</param>
/// <param name="Was">Name and version of what was to be served until then.</param>
/// <param name="Sha256">The checksum of the model's file when it was promoted.</param>
/// <param name="By">Who did it.</param>
internal sealed record ModelEvent(
    DateTimeOffset At, string Action, string Task, string Model, string Was, string Sha256, string By);

/// <summary>
/// The registry of a folder of models, <c>registry.json</c>. Without an entry for a task the configuration says what is served. Entries are
/// only ever added; a rollback is one, too.
/// </summary>
internal sealed class ModelRegistry : IDisposable
{
    private const int Schema = 1;
    private const string Promotion = "promote";
    private const string Return = "rollback";
    private static readonly JsonSerializerOptions Style = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        WriteIndented = true,
        NewLine = "\n",
    };

    private readonly string _file;

    // Open while the registry is being changed: nobody else can open it so.
    private readonly FileStream? _only;

    private ModelRegistry(string file, IReadOnlyList<ModelEvent> events, FileStream? only = null)
    {
        _file = file;
        _only = only;
        Events = events;
    }

    /// <summary>All changes, oldest first.</summary>
    public IReadOnlyList<ModelEvent> Events { get; private set; }

    /// <summary>Reads the registry of a folder of models; one that is not there yet is empty.</summary>
    /// <exception cref="ModelLoadException">The file cannot be read, or is no registry.</exception>
    public static ModelRegistry Read(string root)
    {
        var file = Path.Combine(root, "registry.json");
        try
        {
            return new ModelRegistry(file, EventsOf(file));
        }
        catch (Exception failure) when (failure is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new ModelLoadException(
                $"{file}: the registry of models cannot be read: {failure.Message} Restore the file; or take it away, and the configuration "
                + "says which model is served.", failure);
        }
    }

    /// <summary>Reads the registry to change it. Until it is disposed, nobody else can: what it says is what the change is made to.</summary>
    /// <exception cref="IOException">Somebody else is changing it, or it cannot be written.</exception>
    /// <exception cref="ModelLoadException">The file cannot be read, or is no registry.</exception>
    public static ModelRegistry Open(string root)
    {
        var only = new FileStream(Path.Combine(root, "registry.lock"), FileMode.OpenOrCreate, FileAccess.Write, FileShare.None);
        try
        {
            var registry = Read(root);
            return new ModelRegistry(registry._file, registry.Events, only);
        }
        catch
        {
            only.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _only?.Dispose();

    /// <summary>The last change for a task; null: none.</summary>
    public ModelEvent? Last(string task) => Events.LastOrDefault(change => change.Task == task);

    /// <summary>The last change by which a version was to be served; null: none.</summary>
    /// <param name="model">Name and version.</param>
    public ModelEvent? LastOf(string model) => Events.LastOrDefault(change => change.Model == model);

    /// <summary>What a rollback would return to; null: nothing was promoted, or everything is rolled back.</summary>
    public string? Before(string task)
    {
        var below = new Stack<string>();
        foreach (var change in Events.Where(change => change.Task == task))
        {
            if (change.Action == Promotion)
            {
                below.Push(change.Was);
            }
            else
            {
                below.TryPop(out _);
            }
        }

        return below.TryPeek(out var before) ? before : null;
    }

    /// <summary>Adds a promotion and writes the file.</summary>
    /// <exception cref="IOException">It cannot be written; what was in it still is.</exception>
    public void Promote(string task, string model, string sha256, string was, string by, DateTimeOffset at) =>
        Add(new ModelEvent(at, Promotion, task, model, was, sha256, by));

    /// <summary>Adds a return to what was served before the last promotion that stands, and writes the file.</summary>
    /// <exception cref="IOException">It cannot be written; what was in it still is.</exception>
    public void Rollback(string task, string sha256, string by, DateTimeOffset at) =>
        Add(new ModelEvent(at, Return, task, Before(task)!, Last(task)!.Model, sha256, by));

    private static IReadOnlyList<ModelEvent> EventsOf(string file)
    {
        if (!File.Exists(file))
            return [];

        var document = JsonSerializer.Deserialize<Document>(File.ReadAllBytes(file), Style) ?? throw new JsonException("it is empty.");
        return document.Schema == Schema
            ? document.Events
            : throw new JsonException($"its schema is {document.Schema}, and this program knows {Schema}.");
    }

    // The file is whole at any moment: a service may read it while it changes.
    private void Add(ModelEvent change)
    {
        Events = [.. Events, change];
        var half = _file + ".new";
        File.WriteAllBytes(half, [.. JsonSerializer.SerializeToUtf8Bytes(new Document(Schema, Events), Style), (byte)'\n']);
        File.Move(half, _file, overwrite: true);
    }

    private sealed record Document(int Schema, IReadOnlyList<ModelEvent> Events);
}
