// The files held to the schemas of those who read them; each check is also shown something wrong, which it must find.
using System.Text.Json.Nodes;
using Acceptance.Tests.Configuration;
using Xunit;

namespace Acceptance.Tests.Deploy;

public sealed class SchemaTests
{
    [Fact]
    public async Task The_compose_file_is_of_the_specification()
    {
        var (code, said) = await DeployTools.NodeAsync("compose.mjs", ComposeFile.Committed.Raw.ToJsonString());

        Assert.True(code == 0, said);
    }

    [Theory]
    [InlineData("gateway", "helthcheck", "{}")]
    [InlineData("gateway", "cap_drop", "\"ALL\"")]
    [InlineData("grafana", "depends_on", """{"influxdb":{"condition":"service_well"}}""")]
    public async Task A_compose_file_that_is_not_is_refused(string service, string key, string value)
    {
        var compose = (JsonObject)ComposeFile.Committed.Raw.DeepClone();
        compose["services"]![service]![key] = JsonNode.Parse(value);

        var (code, said) = await DeployTools.NodeAsync("compose.mjs", compose.ToJsonString());

        Assert.True(code == 1, said);
        Assert.Contains($"/services/{service}", said, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(ManifestTests.All), MemberType = typeof(ManifestTests))]
    public async Task Manifests_are_what_Kubernetes_describes(string name)
    {
        var (code, said) = await DeployTools.NodeAsync("kubernetes.mjs", Text(Manifests.In(name).Objects));

        Assert.True(code == 0, said);
    }

    // One of each: a field that does not exist, one that is missing, a wrong type, a kind that does not exist.
    [Fact]
    public async Task Manifests_that_are_not_are_refused()
    {
        var objects = Manifests.In("base").Objects.Select(o => (JsonObject)o.DeepClone()).ToArray();
        JsonObject Find(string kind, string name) => objects.Single(o => o.Text("kind") == kind && o.Text("metadata.name") == name);
        Find("StatefulSet", "worker").At("spec.template.spec")!["terminationGracePeriod"] = 60;
        ((JsonObject)Find("Deployment", "gateway")["spec"]!).Remove("selector");
        Find("Deployment", "control")["spec"]!["replicas"] = "one";
        Find("ServiceAccount", "medai")["kind"] = "ServiceAcount";

        var (code, said) = await DeployTools.NodeAsync("kubernetes.mjs", Text(objects));

        Assert.Equal(1, code);
        string[] told = ["terminationGracePeriod", "selector", "replicas must be integer", "ServiceAcount"];
        Assert.All(told, part => Assert.Contains(part, said, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("", 0)]
    [InlineData("CPY a b\n", 1)]
    [InlineData("EXPOSE eighty\n", 1)]
    public async Task The_Dockerfile_is_of_the_language(string more, int expected)
    {
        var dockerfile = await File.ReadAllTextAsync(RepositoryFiles.At("deploy", "docker", "Dockerfile"), TestContext.Current.CancellationToken);

        var (code, said) = await DeployTools.NodeAsync("dockerfile.mjs", dockerfile + more);

        Assert.True(code == expected, said);
    }

    private static string Text(IEnumerable<JsonObject> objects) => new JsonArray([.. objects.Select(o => o.DeepClone())]).ToJsonString();
}
