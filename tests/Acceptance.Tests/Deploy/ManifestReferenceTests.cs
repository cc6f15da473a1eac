// Every name by which one object of the manifests means another: selectors, services, policies, budgets, the autoscaler, kustomize.
using System.Text.Json.Nodes;
using Acceptance.Tests.Configuration;
using Xunit;

namespace Acceptance.Tests.Deploy;

public sealed class ManifestReferenceTests
{
    public static TheoryData<string> All => ManifestTests.All;

    [Theory]
    [MemberData(nameof(All))]
    public void A_selector_finds_the_pods_it_is_for(string name)
    {
        var manifests = Manifests.In(name);
        foreach (var maker in manifests.Of("Deployment", "StatefulSet"))
        {
            Assert.NotEmpty(maker.Texts("spec.selector.matchLabels"));
            Assert.True(Manifests.Matches(maker.Texts("spec.selector.matchLabels"), maker.At("spec.template")), $"{Name(maker)} does not find its own pods");
            foreach (var spread in maker.List("spec.template.spec.topologySpreadConstraints"))
            {
                Assert.True(Manifests.Matches(spread.Texts("labelSelector.matchLabels"), maker.At("spec.template")), $"{Name(maker)} spreads others");
            }
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void A_service_finds_one_kind_of_pod_and_its_port(string name)
    {
        var manifests = Manifests.In(name);
        foreach (var service in manifests.Of("Service"))
        {
            var maker = Assert.Single(manifests.Makers, maker => Manifests.Matches(service.Texts("spec.selector"), maker.At("spec.template")));
            var ports = maker.List("spec.template.spec.containers").SelectMany(container => container.List("ports")).Select(port => port.Text("name"));
            Assert.All(service.List("spec.ports"), port => Assert.Contains(port.Text("targetPort"), ports));
        }

        foreach (var set in manifests.Of("StatefulSet"))
        {
            Assert.Equal("None", manifests.Find("Service", set.Text("spec.serviceName")).Text("spec.clusterIP"));
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void A_budget_is_for_pods_of_which_there_can_be_several(string name)
    {
        var manifests = Manifests.In(name);
        foreach (var budget in manifests.Of("PodDisruptionBudget"))
        {
            var maker = Assert.Single(manifests.Makers, maker => Manifests.Matches(budget.Texts("spec.selector.matchLabels"), maker.At("spec.template")));
            Assert.NotEqual("control", Name(maker));
            Assert.Equal("1", budget.Text("spec.maxUnavailable"));
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Nothing_is_reached_but_what_a_policy_allows(string name)
    {
        var policies = Manifests.In(name).Of("NetworkPolicy").ToArray();
        var makers = Manifests.In(name).Makers.ToArray();
        var deny = Assert.Single(policies, policy => policy.Members("spec.podSelector").Count == 0 && policy.List("spec.policyTypes").Count() == 2);

        Assert.Null(deny.At("spec.ingress"));
        Assert.Null(deny.At("spec.egress"));
        foreach (var policy in policies.Where(policy => policy.Members("spec.podSelector").Count > 0))
        {
            var chosen = makers.Where(maker => Manifests.Matches(policy.Texts("spec.podSelector.matchLabels"), maker.At("spec.template"))).ToArray();
            Assert.True(chosen.Length > 0, $"{Name(policy)} is for no pod");
            CheckRules(policy, chosen);
        }

        // Who needs a server is let out to it: the topics' job needs no InfluxDB, and the series' job no Kafka.
        bool IsLet(JsonObject maker, string to) => policies.Any(policy => Name(policy) == to
            && Manifests.Matches(policy.Texts("spec.podSelector.matchLabels"), maker.At("spec.template")));
        Assert.All(makers, maker => Assert.Equal(Name(maker) != "medai-series", IsLet(maker, "to-kafka")));
        Assert.All(makers, maker => Assert.Equal(Name(maker) != "medai-topics", IsLet(maker, "to-influxdb")));
    }

    [Fact]
    public void The_autoscaler_scales_workers_on_a_number_that_the_program_and_the_adapter_give()
    {
        var manifests = Manifests.In("ward");
        var scaler = manifests.Of("HorizontalPodAutoscaler").Single();
        var metric = scaler.List("spec.metrics").Single().Text("pods.metric.name")!;
        var adapter = YamlText.ReadFile(RepositoryFiles.At("deploy", "prometheus", "adapter-rules.yaml")).Single().List("rules.custom").Single();
        var partitions = manifests.Find("Job", "medai-topics").List("spec.template.spec.containers").Single().List("args").Select(a => a.AsText()!).ToList();

        Assert.NotNull(manifests.Find(scaler.Text("spec.scaleTargetRef.kind")!, scaler.Text("spec.scaleTargetRef.name")));
        Assert.Contains(metric, MetricNames.OfTheProgram);
        Assert.Equal(metric, adapter.Text("name.as"));
        Assert.StartsWith(metric + "{", adapter.Text("seriesQuery"), StringComparison.Ordinal);
        Assert.True(int.Parse(scaler.Text("spec.maxReplicas")!) <= int.Parse(partitions[partitions.IndexOf("--partitions") + 1]));
        Assert.Null(manifests.Find("StatefulSet", "worker").At("spec.replicas"));
    }

    [Theory]
    [InlineData("base")]
    [InlineData("overlays/small")]
    [InlineData("overlays/ward")]
    public void A_kustomization_names_every_file_beside_it_and_no_other(string folder)
    {
        var path = RepositoryFiles.At("deploy", "k8s", folder);
        var kustomization = YamlText.ReadFile(Path.Combine(path, "kustomization.yaml")).Single();
        var named = kustomization.List("resources").Select(resource => resource.AsText()!)
            .Concat(kustomization.List("patches").Select(patch => patch.Text("path")).OfType<string>()).ToArray();

        Assert.All(named, file => Assert.True(Path.Exists(Path.Combine(path, file)), $"{file} is not there"));
        Assert.Equal(
            Directory.GetFiles(path).Select(Path.GetFileName).Where(file => file != "kustomization.yaml").Order(),
            named.Where(file => !file.StartsWith("..", StringComparison.Ordinal)).Order());
    }

    [Theory]
    [InlineData("small")]
    [InlineData("ward")]
    public void An_overlay_changes_what_the_base_has(string overlay)
    {
        var manifests = Manifests.In("base");
        var kustomization = YamlText.ReadFile(Path.Combine(Manifests.Folder(overlay), "kustomization.yaml")).Single();
        foreach (var replicas in kustomization.List("replicas"))
        {
            Assert.Contains(manifests.Makers, maker => Name(maker) == replicas.Text("name"));
        }

        foreach (var patch in kustomization.List("patches").SelectMany(patch => YamlText.ReadFile(Path.Combine(Manifests.Folder(overlay), patch.Text("path")!))))
        {
            var patched = manifests.Find(patch.Text("kind")!, Name(patch));
            Assert.NotNull(patched);
            Assert.Subset(
                patched.List("spec.template.spec.containers").Select(container => container.Text("name")).ToHashSet(),
                patch.List("spec.template.spec.containers").Select(container => container.Text("name")).ToHashSet());
        }
    }

    [Fact]
    public void The_base_changes_the_images_it_has()
    {
        var kustomization = YamlText.ReadFile(Path.Combine(Manifests.Folder("base"), "kustomization.yaml")).Single();
        var images = Manifests.In("base").Makers.SelectMany(maker => maker.List("spec.template.spec.containers")).Select(container => container.Text("image"));

        Assert.All(images, image => Assert.Contains(kustomization.List("images"), change => $"{change.Text("name")}:{change.Text("newTag")}" == image));
    }

    private static void CheckRules(JsonObject policy, JsonObject[] chosen)
    {
        var ports = chosen.SelectMany(maker => maker.List("spec.template.spec.containers")).SelectMany(container => container.List("ports"))
            .Select(port => port.Text("name")).ToArray();
        foreach (var rule in policy.List("spec.ingress").Concat(policy.List("spec.egress")))
        {
            // An empty list of peers or ports would mean all of them.
            Assert.NotEmpty(rule.List("from").Concat(rule.List("to")));
            Assert.NotEmpty(rule.List("ports"));
            Assert.All(rule.List("from").Concat(rule.List("to")), peer => Assert.NotEmpty(peer.Texts("namespaceSelector.matchLabels")));
        }

        Assert.All(policy.List("spec.ingress").SelectMany(rule => rule.List("ports")), port => Assert.Contains(port.Text("port"), ports));
    }

    private static string Name(JsonNode o) => o.Text("metadata.name")!;
}
