// The Dockerfile's stages, held against what an image of this program must be.
using System.Text.Json;
using System.Text.RegularExpressions;
using Acceptance.Tests.Configuration;
using Xunit;

namespace Acceptance.Tests.Deploy;

public sealed partial class DockerfileTests
{
    private static readonly List<Stage> Stages = Read();

    [Fact]
    public void Every_image_from_elsewhere_is_pinned()
    {
        var from = Stages.Select(stage => stage.From).Concat(Stages.SelectMany(stage => stage.Of("COPY")).Select(copy => From().Match(copy).Groups[1].Value));
        var elsewhere = from.Where(image => image.Length > 0 && Stages.All(stage => stage.Name != image)).ToArray();

        Assert.NotEmpty(elsewhere);
        Assert.All(elsewhere, image => Assert.Null(ImageName.Problem(image)));
    }

    [Fact]
    public void A_stage_takes_only_from_stages_before_it()
    {
        for (var i = 0; i < Stages.Count; i++)
        {
            var before = Stages.Take(i).Select(stage => stage.Name).ToArray();
            var needed = Stages[i].Of("COPY").Select(copy => From().Match(copy)).Where(match => match.Success).Select(match => match.Groups[1].Value);
            Assert.Empty(needed.Except(before));
        }
    }

    [Theory]
    [InlineData("cpu")]
    [InlineData("cuda")]
    public void A_final_stage_has_no_root_and_asks_the_program_itself_how_it_is(string name)
    {
        var stage = Stages.Single(stage => stage.Name == name);
        var check = HealthCheck().Match(stage.Of("HEALTHCHECK").Single()).Groups[1].Value;
        var command = JsonSerializer.Deserialize<string[]>(check)!;
        var entry = JsonSerializer.Deserialize<string[]>(stage.Of("ENTRYPOINT").Single())!;
        var start = JsonSerializer.Deserialize<string[]>(stage.Of("CMD").Single())!;

        Assert.Matches("^[1-9][0-9]*:[1-9][0-9]*$", stage.Of("USER")[^1]);
        Assert.Equal(entry, command[..entry.Length]);
        Assert.Empty(ProgramInputs.ProblemsOfCommand(command[entry.Length..]));
        Assert.Empty(ProgramInputs.ProblemsOfCommand(start));
        Assert.Empty(ProgramInputs.ProblemsOfEnvironment(stage.Environment));
        Assert.Contains($":{stage.Of("EXPOSE").Single()}", stage.Environment["MEDAI__http__listen"], StringComparison.Ordinal);
    }

    // What a user gets who names no stage; and only the variant for CUDA may need a driver.
    [Fact]
    public void The_last_stage_is_the_one_for_any_machine()
    {
        Assert.Equal("cpu", Stages[^1].Name);
        Assert.DoesNotContain("OrtGpu", Stages.Single(stage => stage.Name == "build-cpu").Environment.Keys);
        Assert.Equal("true", Stages.Single(stage => stage.Name == "build-cuda").Environment["OrtGpu"]);
        Assert.Equal("cuda", Stages.Single(stage => stage.Name == "cuda").Environment["MEDAI__model__provider"]);
    }

    [Fact]
    public void The_two_variants_are_built_alike() => Assert.Equal(
        Stages.Single(stage => stage.Name == "build-cpu").Of("RUN"), Stages.Single(stage => stage.Name == "build-cuda").Of("RUN"));

    [Fact]
    public void The_context_holds_what_the_build_reads_and_no_more()
    {
        var rules = File.ReadAllLines(RepositoryFiles.At(".dockerignore")).Where(line => line.Length > 0 && line[0] != '#').ToArray();
        var taken = rules.Where(rule => rule[0] == '!').Select(rule => rule[1..]).ToArray();

        Assert.Equal("*", rules[0]);
        Assert.All(taken, path => Assert.True(Path.Exists(RepositoryFiles.At(path)), $"{path} is not there"));
        string[] read =
        [
            "src", "eng", "models", "schemas", "global.json", "nuget.config", ".editorconfig", "BannedSymbols.txt",
            .. Directory.GetFiles(RepositoryFiles.Root, "Directory.*.props").Select(Path.GetFileName)!,
        ];
        Assert.Superset(read.ToHashSet(), taken.ToHashSet());
        Assert.DoesNotContain(taken, path => path is ".env" or ".git" or "tests" or "out" or "artifacts");
    }

    private static List<Stage> Read()
    {
        var text = Continued().Replace(File.ReadAllText(RepositoryFiles.At("deploy", "docker", "Dockerfile")), " ");
        var stages = new List<Stage>();
        foreach (var line in text.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0 && line[0] != '#'))
        {
            var (word, rest) = line.Split(' ', 2) is [var first, var others] ? (first, others.Trim()) : (line, "");
            if (word == "FROM")
                stages.Add(new Stage(rest.Split(' ')[0], rest.Split(' ')[^1], []));
            else
                stages[^1].Instructions.Add((word, rest));
        }

        return stages;
    }

    [GeneratedRegex(@"\\\n\s*")]
    private static partial Regex Continued();

    [GeneratedRegex(@"--from=(\S+)")]
    private static partial Regex From();

    [GeneratedRegex(@"CMD (\[.*\])$")]
    private static partial Regex HealthCheck();

    [GeneratedRegex(@"(\w+)=(\S+)")]
    private static partial Regex Variable();

    private sealed record Stage(string From, string Name, List<(string Word, string Text)> Instructions)
    {
        public IReadOnlyDictionary<string, string> Environment => Of("ENV").SelectMany(text => Variable().Matches(text))
            .ToDictionary(match => match.Groups[1].Value, match => match.Groups[2].Value);

        public IReadOnlyList<string> Of(string word) => [.. Instructions.Where(instruction => instruction.Word == word).Select(i => i.Text)];
    }
}
