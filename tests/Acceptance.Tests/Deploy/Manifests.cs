// The Kubernetes objects of a folder: of the base as they lie there, of an overlay as kubectl's kustomize makes them.
using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json.Nodes;
using Acceptance.Tests.Configuration;
using Xunit;

namespace Acceptance.Tests.Deploy;

internal sealed class Manifests
{
    private static readonly string[] Workloads = ["Deployment", "StatefulSet", "Job"];
    private static readonly Dictionary<string, Manifests> Known = [];

    private Manifests(IReadOnlyList<JsonObject> objects) => Objects = objects;

    /// <summary>Every object.</summary>
    public IReadOnlyList<JsonObject> Objects { get; }

    /// <summary>Everything that makes pods.</summary>
    public IEnumerable<JsonObject> Makers => Objects.Where(o => Workloads.Contains(o.Text("kind")));

    public static string Folder(string name) => RepositoryFiles.At("deploy", "k8s", name == "base" ? "base" : Path.Combine("overlays", name));

    /// <summary>The objects of the base, or of an overlay; a test is skipped where there is no kubectl to make those.</summary>
    public static Manifests In(string name)
    {
        lock (Known)
        {
            if (!Known.TryGetValue(name, out var known))
                Known[name] = known = new Manifests(name == "base" ? ReadBase() : Render(name));
            return known;
        }
    }

    public IEnumerable<JsonObject> Of(params string[] kinds) => Objects.Where(o => kinds.Contains(o.Text("kind")));

    public JsonObject? Find(string kind, string? name) => Of([kind]).FirstOrDefault(o => o.Text("metadata.name") == name);

    /// <summary>Whether labels have all that a selector asks for.</summary>
    public static bool Matches(IReadOnlyDictionary<string, string> selector, JsonNode? template) =>
        selector.All(label => template.Texts("metadata.labels").GetValueOrDefault(label.Key) == label.Value);

    /// <summary>The environment of a container: the maps it names, then its own.</summary>
    public Dictionary<string, string> EnvironmentOf(JsonNode container)
    {
        var environment = new Dictionary<string, string>();
        foreach (var map in container.List("envFrom").Select(from => from.Text("configMapRef.name")).OfType<string>())
        {
            foreach (var (name, value) in Find("ConfigMap", map).Texts("data"))
            {
                environment[name] = value;
            }
        }

        foreach (var variable in container.List("env"))
        {
            environment[variable.Text("name")!] = variable.Text("value") ?? "from-elsewhere";
        }

        return environment;
    }

    // What the generator makes is put in by hand: its map has the name here that it has before kustomize adds a hash.
    private static List<JsonObject> ReadBase()
    {
        var kustomization = YamlText.ReadFile(Path.Combine(Folder("base"), "kustomization.yaml")).Single();
        var objects = kustomization.List("resources").SelectMany(file => YamlText.ReadFile(Path.Combine(Folder("base"), file.AsText()!))).ToList();
        foreach (var generator in kustomization.List("configMapGenerator"))
        {
            objects.Add(new JsonObject
            {
                ["apiVersion"] = "v1",
                ["kind"] = "ConfigMap",
                ["metadata"] = new JsonObject { ["name"] = generator.Text("name") },
                ["data"] = new JsonObject(generator.List("literals").Select(literal => literal.AsText()!.Split('=', 2))
                    .Select(pair => KeyValuePair.Create(pair[0], (JsonNode?)JsonValue.Create(pair[1])))),
            });
        }

        return objects;
    }

    private static IReadOnlyList<JsonObject> Render(string overlay)
    {
        var start = new ProcessStartInfo("kubectl", ["kustomize", Folder(overlay)]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Start(start);
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, error.Result);
        return YamlText.Read(output);
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception)
        {
            Assert.Skip("There is no kubectl on PATH, which makes overlays by 'kubectl kustomize'; the base is checked without it.");
            throw;
        }
    }
}
