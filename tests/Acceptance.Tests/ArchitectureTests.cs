// Holds the arrows of the house: who may know whom, read from the project files, the built assemblies and the sources.
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Acceptance.Tests.Configuration;
using Xunit;

namespace Acceptance.Tests;

public sealed partial class ArchitectureTests
{
    private const string Prefix = "MedAI.Streaming.";
    private const int MaxLines = 350;

    // Room -> rooms it may know. Nothing points up.
    private static readonly Dictionary<string, string[]> Arrows = new()
    {
        ["Domain"] = [],
        ["Pipeline"] = ["Domain"],
        ["Simulation"] = ["Domain"],
        ["Evaluation"] = ["Domain"],
        ["Adapters"] = ["Domain", "Pipeline"],
        ["Host"] = ["Adapters", "Domain", "Evaluation", "Pipeline", "Simulation"],
    };

    // What of the base class library a room may not touch; a namespace stands for those below it.
    private static readonly Dictionary<string, string[]> Forbidden = new()
    {
        ["Domain"] =
        [
            "System.IO", "System.Net", "System.Data", "System.Threading", "System.Diagnostics.Process", "System.Diagnostics.Stopwatch",
            "System.Console", "System.Environment", "System.Random", "System.TimeProvider", "System.Text.Json", "System.Xml",
            "System.Reflection.Emit", "System.Runtime.CompilerServices.AsyncTaskMethodBuilder",
        ],
        ["Pipeline"] =
        [
            "System.Net", "System.Data", "System.Text.Json", "System.Xml", "System.Console", "System.Diagnostics.Process", "System.Random",
            "System.IO.File", "System.IO.FileStream", "System.IO.Directory", "System.ComponentModel.Design",
        ],
        ["Simulation"] =
            ["System.Net", "System.Data", "System.TimeProvider", "System.Diagnostics.Stopwatch", "System.Console", "System.Threading.Tasks"],
        ["Evaluation"] =
            ["System.Net", "System.Data", "System.TimeProvider", "System.Diagnostics.Stopwatch", "System.Console", "System.Random"],
        ["Adapters"] = ["System.Console"],
    };

    public static TheoryData<string> Rooms => [.. Arrows.Keys];

    public static TheoryData<string> RoomsWithForbidden => [.. Forbidden.Keys];

    [Fact]
    public void EveryRoomOfSrcHasItsArrows() => Assert.Equal(
        Arrows.Keys.Order(),
        Directory.GetDirectories(RepositoryFiles.At("src"), Prefix + "*").Select(d => Path.GetFileName(d)[Prefix.Length..]).Order());

    [Theory]
    [MemberData(nameof(Rooms))]
    public void AProjectReferencesOnlyRoomsBelowIt(string room)
    {
        var references = Project(room).Descendants("ProjectReference")
            .Select(r => Path.GetFileNameWithoutExtension(r.Attribute("Include")!.Value)[Prefix.Length..]);

        Assert.Empty(references.Except(Arrows[room]));
    }

    [Theory]
    [MemberData(nameof(Rooms))]
    public void AnAssemblyReferencesOnlyRoomsBelowIt(string room)
    {
        using var built = new Built(room);
        var references = built.References.Where(r => r.StartsWith(Prefix, StringComparison.Ordinal)).Select(r => r[Prefix.Length..]);

        Assert.Empty(references.Except(Arrows[room]));
    }

    [Theory]
    [InlineData("Domain")]
    [InlineData("Pipeline")]
    [InlineData("Simulation")]
    [InlineData("Evaluation")]
    public void ARoomWithoutVendorsKnowsOnlyTheBaseClassLibrary(string room)
    {
        using var built = new Built(room);
        string[] allowed = room == "Pipeline" ? ["Microsoft.Extensions.Logging.Abstractions"] : [];

        Assert.Empty(built.References
            .Where(r => !r.StartsWith("System.", StringComparison.Ordinal) && !r.StartsWith(Prefix, StringComparison.Ordinal))
            .Except(allowed));
        Assert.Empty(Project(room).Descendants("PackageReference").Select(p => p.Attribute("Include")!.Value).Except(allowed));
    }

    [Theory]
    [MemberData(nameof(RoomsWithForbidden))]
    public void ARoomTouchesNothingThatIsNotItsBusiness(string room)
    {
        using var built = new Built(room);

        var touched = built.Types.Where(type => Array.Exists(Forbidden[room], f => IsWithin(type, f))).ToArray();

        Assert.Empty(touched);
    }

    // The analyzer refuses these while compiling; this sees what a pragma or a missing file would hide from it.
    [Theory]
    [MemberData(nameof(Rooms))]
    public void NoRoomCallsABannedSymbol(string room)
    {
        var banned = File.ReadLines(RepositoryFiles.At("BannedSymbols.txt")).Where(l => l.Length > 0).Select(Called).ToHashSet();
        using var built = new Built(room);

        var called = built.Calls.Where(banned.Contains).ToArray();

        Assert.Empty(called);
    }

    [Fact]
    public void DomainHasNoAsyncMethod()
    {
        using var built = new Built("Domain");

        Assert.DoesNotContain(built.Types, t => t.Contains("AsyncStateMachine", StringComparison.Ordinal));
    }

    [Fact]
    public void AnAdapterDoesNotKnowAnother()
    {
        var folders = AdapterFolders();
        foreach (var folder in folders)
        {
            var others = string.Join('|', folders.Where(f => f != folder));
            if (others.Length > 0)
            {
                var mention = new Regex($@"\bAdapters\.({others})\b|(?<![.\w])({others})\.[A-Z]");
                Assert.DoesNotContain(AdapterSources(folder), file => mention.IsMatch(Code(file)));
            }
        }
    }

    [Fact]
    public void AVendorIsKnownToOneAdapterOnly()
    {
        var users = AdapterFolders()
            .SelectMany(folder => AdapterSources(folder)
                .SelectMany(file => Using().Matches(File.ReadAllText(file)).Select(m => m.Groups[1].Value))
                .Where(n => !n.StartsWith("System", StringComparison.Ordinal) && !n.StartsWith("MedAI.", StringComparison.Ordinal))
                .Select(vendor => (Vendor: vendor, Folder: folder)))
            .Distinct()
            .ToArray();

        Assert.NotEmpty(users);
        Assert.Empty(users.GroupBy(u => u.Vendor).Where(g => g.Count() > 1).Select(g => g.Key));
    }

    [Fact]
    public void FilesOpenWithASentenceAndKeepTheirSize()
    {
        var problems = new List<string>();
        foreach (var file in Sources())
        {
            var lines = File.ReadAllLines(file);
            var name = Path.GetRelativePath(RepositoryFiles.Root, file);
            if (lines.Length > MaxLines)
            {
                problems.Add($"{name} has {lines.Length} lines, more than {MaxLines}");
            }

            if (lines.Length == 0 || !lines[0].StartsWith("// ", StringComparison.Ordinal) || !OpeningSentence().IsMatch(Opening(lines)))
            {
                problems.Add($"{name} does not open with a comment of one sentence that says what it is for");
            }
        }

        Assert.Empty(problems);
    }

    [Fact]
    public void NothingIsLeftForLaterAndNothingIsNamedForNothing() => Assert.Empty(Sources()
        .Where(file => Path.GetFileName(file) != "ArchitectureTests.cs")
        .SelectMany(file => File.ReadLines(file).Select((line, i) => (Where: $"{Path.GetFileName(file)}:{i + 1}", line)))
        .Where(l => LeftForLater().IsMatch(l.line))
        .Select(l => $"{l.Where}: {l.line.Trim()}"));

    [GeneratedRegex(@"^\s*using\s+(?:static\s+)?(?:\w+\s*=\s*)?([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Using();

    [GeneratedRegex(@"^// [^a-z].*[.:]$", RegexOptions.Singleline)]
    private static partial Regex OpeningSentence();

    [GeneratedRegex(@"#region|\b(TODO|FIXME|XXX|TBD)\b|\b(class|record|struct|interface)\s+\w*(Manager|Helper|Util|Utils|Processor2)\b")]
    private static partial Regex LeftForLater();

    private static bool IsWithin(string type, string name) =>
        type.StartsWith(name, StringComparison.Ordinal) && (type.Length == name.Length || type[name.Length] is '.' or '`');

    // "M:System.Random.#ctor" is the constructor without parameters; "P:System.DateTime.Now" is called as get_Now.
    private static string Called(string line)
    {
        var symbol = line[..line.IndexOf(';', StringComparison.Ordinal)];
        var open = symbol.IndexOf('(', StringComparison.Ordinal);
        var path = symbol[2..(open < 0 ? symbol.Length : open)].Replace("#ctor", ".ctor", StringComparison.Ordinal);
        var dot = path.EndsWith("..ctor", StringComparison.Ordinal) ? path.Length - 6 : path.LastIndexOf('.');
        var parameters = open < 0 ? 0 : symbol[open..].Count(c => c == ',') + 1;
        return $"{path[..dot]}::{(symbol[0] == 'P' ? "get_" : "")}{path[(dot + 1)..]}/{parameters}";
    }

    private static XDocument Project(string room) => XDocument.Load(RepositoryFiles.At("src", Prefix + room, $"{Prefix}{room}.csproj"));

    private static string[] AdapterFolders() => [.. Directory.GetDirectories(RepositoryFiles.At("src", Prefix + "Adapters"))
        .Select(d => Path.GetFileName(d))
        .Where(d => d is not ("bin" or "obj"))];

    private static string[] AdapterSources(string folder) =>
        Directory.GetFiles(RepositoryFiles.At("src", Prefix + "Adapters", folder), "*.cs", SearchOption.AllDirectories);

    private static IEnumerable<string> Sources() => new[] { "src", "tests" }
        .SelectMany(top => Directory.EnumerateFiles(RepositoryFiles.At(top), "*.cs", SearchOption.AllDirectories))
        .Where(file => !Path.GetRelativePath(RepositoryFiles.Root, file).Split(Path.DirectorySeparatorChar)
            .Any(part => part is "bin" or "obj" or "node_modules"));

    private static string Opening(string[] lines) =>
        string.Join('\n', lines.TakeWhile(l => l.StartsWith("//", StringComparison.Ordinal)));

    // Without comments, which may name other rooms.
    private static string Code(string file) => string.Join('\n', File.ReadLines(file).Select(l => Comment().Replace(l, "")));

    [GeneratedRegex("//.*$")]
    private static partial Regex Comment();

    /// <summary>What a built assembly refers to.</summary>
    private sealed class Built : IDisposable
    {
        private readonly PEReader _file;
        private readonly MetadataReader _metadata;

        public Built(string room)
        {
            var name = room == "Host" ? "medai.dll" : $"{Prefix}{room}.dll";
            _file = new PEReader(File.OpenRead(Path.Combine(AppContext.BaseDirectory, name)));
            _metadata = _file.GetMetadataReader();
        }

        /// <summary>Assemblies.</summary>
        public IEnumerable<string> References => _metadata.AssemblyReferences
            .Select(r => _metadata.GetString(_metadata.GetAssemblyReference(r).Name));

        /// <summary>Types of other assemblies, with their namespaces.</summary>
        public IEnumerable<string> Types => _metadata.TypeReferences.Select(Name);

        /// <summary>Members of types of other assemblies, as <c>Namespace.Type::Member/parameters</c>.</summary>
        public IEnumerable<string> Calls => _metadata.MemberReferences
            .Select(handle => _metadata.GetMemberReference(handle))
            .Where(m => m.Parent.Kind == HandleKind.TypeReference && m.GetKind() == MemberReferenceKind.Method)
            .Select(m => $"{Name((TypeReferenceHandle)m.Parent)}::{_metadata.GetString(m.Name)}/{Parameters(m.Signature)}");

        public void Dispose() => _file.Dispose();

        private string Name(TypeReferenceHandle handle)
        {
            var type = _metadata.GetTypeReference(handle);
            return type.Namespace.IsNil
                ? _metadata.GetString(type.Name)
                : $"{_metadata.GetString(type.Namespace)}.{_metadata.GetString(type.Name)}";
        }

        private int Parameters(BlobHandle signature)
        {
            var reader = _metadata.GetBlobReader(signature);
            if (reader.ReadSignatureHeader().IsGeneric)
            {
                reader.ReadCompressedInteger();
            }

            return reader.ReadCompressedInteger();
        }
    }
}
