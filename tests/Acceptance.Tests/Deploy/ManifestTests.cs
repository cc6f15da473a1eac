// What every pod of the Kubernetes manifests must have, held against the program, the repository and the other objects.
using System.Text.Json.Nodes;
using Acceptance.Tests.Configuration;
using MedAI.Streaming.Host;
using Xunit;

namespace Acceptance.Tests.Deploy;

public sealed class ManifestTests
{
    private static readonly string[] OwnNames = ["base", "small", "ward"];

    public static TheoryData<string> All => [.. OwnNames];

    [Theory]
    [MemberData(nameof(All))]
    public void The_parts_of_a_fleet_are_there(string name)
    {
        var manifests = Manifests.In(name);

        Assert.NotNull(manifests.Find("Deployment", "gateway"));
        Assert.NotNull(manifests.Find("Deployment", "control"));
        Assert.NotNull(manifests.Find("StatefulSet", "worker"));
        Assert.NotNull(manifests.Find("Job", "medai-topics"));
        Assert.NotNull(manifests.Find("Job", "medai-series"));
        Assert.NotNull(manifests.Find("PodDisruptionBudget", "worker"));
        Assert.NotNull(manifests.Find("Namespace", "medai"));
        Assert.Equal(name == "ward", manifests.Find("HorizontalPodAutoscaler", "worker") is not null);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void A_pod_may_do_no_more_than_an_ordinary_program(string name) => Each(name, (maker, pod, container) =>
    {
        Assert.Equal("true", pod.Text("securityContext.runAsNonRoot"));
        Assert.True(int.Parse(pod.Text("securityContext.runAsUser")!) > 0);
        Assert.Equal("RuntimeDefault", pod.Text("securityContext.seccompProfile.type"));
        Assert.Equal("false", pod.Text("automountServiceAccountToken"));
        Assert.Equal("false", container.Text("securityContext.allowPrivilegeEscalation"));
        Assert.Equal("true", container.Text("securityContext.readOnlyRootFilesystem"));
        Assert.Equal(["ALL"], container.List("securityContext.capabilities.drop").Select(c => c.AsText()));
        Assert.NotNull(Manifests.In(name).Find("ServiceAccount", pod.Text("serviceAccountName")));
    });

    [Theory]
    [MemberData(nameof(All))]
    public void A_container_is_of_this_version_and_has_requests_and_limits(string name) => Each(name, (maker, pod, container) =>
    {
        Assert.Null(ImageName.Problem(container.Text("image")!));
        Assert.EndsWith($":{MedaiVersion.Text}", container.Text("image"), StringComparison.Ordinal);
        foreach (var kind in (string[])["requests", "limits"])
        {
            Assert.NotNull(container.Text($"resources.{kind}.cpu"));
            Assert.NotNull(container.Text($"resources.{kind}.memory"));
        }
    });

    [Theory]
    [MemberData(nameof(All))]
    public void The_program_takes_its_command_line_and_its_settings(string name) => Each(name, (maker, pod, container) =>
    {
        var environment = Manifests.In(name).EnvironmentOf(container);

        Assert.Empty(ProgramInputs.ProblemsOfCommand(container.List("args").Select(argument => argument.AsText()!)));
        Assert.Empty(ProgramInputs.ProblemsOfEnvironment(environment));
        foreach (var port in container.List("ports"))
        {
            Assert.EndsWith($":{port.Text("containerPort")}", ProgramInputs.Settings(environment).Http.Listen, StringComparison.Ordinal);
        }
    });

    [Theory]
    [MemberData(nameof(All))]
    public void A_service_is_asked_how_it_is_at_paths_that_it_answers(string name) => Each(name, (maker, pod, container) =>
    {
        if (maker.Text("kind") == "Job")
            return;

        string[] probes = ["startupProbe", "livenessProbe", "readinessProbe"];
        foreach (var probe in probes.Select(probe => container.At($"{probe}.httpGet")))
        {
            Assert.NotNull(probe);
            Assert.True(ProgramInputs.Answers(probe.Text("path")!), $"nobody answers {probe.Text("path")}");
            Assert.Contains(probe.Text("port"), container.List("ports").Select(port => port.Text("name")));
        }

        Assert.Equal("/health/ready", container.Text("readinessProbe.httpGet.path"));

        // A process that waits for its brokers is not ready; to kill it for that would help nobody.
        Assert.Equal("/health/live", container.Text("livenessProbe.httpGet.path"));
        var scraped = maker.Texts("spec.template.metadata.annotations");
        Assert.True(ProgramInputs.Answers(scraped["prometheus.io/path"]));
        Assert.Contains(scraped["prometheus.io/port"], container.List("ports").Select(port => port.Text("containerPort")));
    });

    [Theory]
    [MemberData(nameof(All))]
    public void What_is_mounted_is_there_and_the_program_writes_only_where_it_may(string name) => Each(name, (maker, pod, container) =>
    {
        var volumes = pod.List("volumes").Select(volume => volume.Text("name"))
            .Concat(maker.List("spec.volumeClaimTemplates").Select(claim => claim.Text("metadata.name"))).ToArray();
        var mounts = container.List("volumeMounts").ToArray();
        var writable = mounts.Where(mount => mount.Text("readOnly") != "true").Select(mount => mount.Text("mountPath")!).ToArray();
        var arguments = container.List("args").Select(argument => argument.AsText()!).ToList();

        Assert.Equal(volumes.Order(), mounts.Select(mount => mount.Text("name")).Order());
        Assert.Contains("/tmp", writable);
        if (arguments.IndexOf("--store") is >= 0 and var at)
            Assert.Contains(writable, place => arguments[at + 1].StartsWith(place + "/", StringComparison.Ordinal));
        foreach (var claim in pod.List("volumes").Select(volume => volume.Text("persistentVolumeClaim.claimName")).OfType<string>())
        {
            Assert.NotNull(Manifests.In(name).Find("PersistentVolumeClaim", claim));
        }
    });

    // Files that the settings name lie in what is mounted.
    [Theory]
    [MemberData(nameof(All))]
    public void A_file_that_a_setting_names_is_mounted(string name) => Each(name, (maker, pod, container) =>
    {
        var environment = Manifests.In(name).EnvironmentOf(container);
        var places = container.List("volumeMounts").Select(mount => mount.Text("mountPath")!).ToArray();
        var isService = container.List("args").First().AsText() == "run";

        Assert.Contains(places, place => environment[ProgramInputs.ClientFile].StartsWith(place + "/", StringComparison.Ordinal));
        if (environment.TryGetValue(ProgramInputs.TokenFile, out var token))
            Assert.Contains(places, place => token.StartsWith(place + "/", StringComparison.Ordinal));
        if (isService && container.Text("name") != "worker")
            Assert.Contains(places, place => ProgramInputs.Settings(environment).Http.KeysFile.StartsWith(place + "/", StringComparison.Ordinal));
    });

    [Theory]
    [MemberData(nameof(All))]
    public void A_secret_is_only_named_and_the_documentation_says_how_to_make_it(string name)
    {
        var manifests = Manifests.In(name);
        var documentation = File.ReadAllText(RepositoryFiles.At("docs", "deploy.md"));
        var named = manifests.Makers.SelectMany(JsonPath.Objects)
            .Select(o => o.Text("secretName") ?? o.Text("secretKeyRef.name") ?? o.Text("secretRef.name")).OfType<string>().Distinct().ToArray();

        Assert.Empty(manifests.Of("Secret"));
        Assert.NotEmpty(named);
        Assert.All(named, secret => Assert.Contains($"create secret generic {secret} ", documentation, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void A_worker_has_the_name_of_its_pod_in_the_group(string name)
    {
        var worker = Manifests.In(name).Find("StatefulSet", "worker");
        var variable = worker.List("spec.template.spec.containers").Single().List("env").Single(env => env.Text("name") == "MEDAI__kafka__staticMember");

        Assert.Equal("metadata.name", variable.Text("valueFrom.fieldRef.fieldPath"));
    }

    // What is told to end must have the time to end in order, or it is as if it had been killed.
    [Theory]
    [MemberData(nameof(All))]
    public void A_service_has_the_time_to_end_in_order(string name) => Assert.All(
        Manifests.In(name).Of("Deployment", "StatefulSet"),
        maker => Assert.True(int.Parse(maker.Text("spec.template.spec.terminationGracePeriodSeconds")!) >= 60));

    private static void Each(string name, Action<JsonObject, JsonNode, JsonNode> check)
    {
        var makers = Manifests.In(name).Makers.ToArray();
        Assert.NotEmpty(makers);
        foreach (var maker in makers)
        {
            var pod = maker.At("spec.template.spec")!;
            foreach (var container in pod.List("containers").Concat(pod.List("initContainers")))
            {
                check(maker, pod, container);
            }
        }
    }
}
