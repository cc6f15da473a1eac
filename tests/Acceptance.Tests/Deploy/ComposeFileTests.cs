// What docker-compose.yml says, held against the program, the repository and itself; no container engine is needed.
using System.Text.RegularExpressions;
using Acceptance.Tests.Configuration;
using Xunit;

namespace Acceptance.Tests.Deploy;

public sealed partial class ComposeFileTests
{
    private static readonly ComposeFile Compose = ComposeFile.Committed;

    public static TheoryData<string> Services => [.. Compose.Services.Keys];

    public static TheoryData<string> OwnServices => [.. Compose.OwnServices.Select(service => service.Key)];

    [Fact]
    public void The_parts_of_a_fleet_are_there() => Assert.Superset(
        new HashSet<string> { "kafka", "kafka-1", "kafka-2", "kafka-3", "influxdb", "rabbitmq", "grafana", "prometheus", "gateway", "worker-1", "worker-2", "topics", "series", "fleet" },
        Compose.Services.Keys.ToHashSet());

    [Theory]
    [MemberData(nameof(Services))]
    public void An_image_is_pinned_to_one_release_or_built_here(string name)
    {
        var image = Compose.Services[name].Text("image")!;

        if (image.StartsWith("medai:", StringComparison.Ordinal))
            Assert.Contains(Compose.OwnServices, service => service.Value.At("build") is not null);
        else
            Assert.Null(ImageName.Problem(image));
    }

    [Theory]
    [MemberData(nameof(Services))]
    public void No_container_is_root_or_becomes_it(string name)
    {
        var service = Compose.Services[name];

        Assert.Matches("^[1-9][0-9]*:[0-9]+$", service.Text("user"));
        Assert.Contains("no-new-privileges:true", service.List("security_opt").Select(option => option.AsText()));
        Assert.Equal(["ALL"], service.List("cap_drop").Select(capability => capability.AsText()));
        Assert.Null(service.At("privileged"));
    }

    [Theory]
    [MemberData(nameof(Services))]
    public void A_port_is_open_to_this_machine_only(string name) => Assert.All(
        Compose.Services[name].List("ports"), port => Assert.StartsWith("127.0.0.1:", port.AsText(), StringComparison.Ordinal));

    [Theory]
    [MemberData(nameof(Services))]
    public void A_volume_is_declared_or_a_path_of_the_repository(string name)
    {
        foreach (var volume in Compose.Services[name].List("volumes").Select(volume => volume.AsText()!.Split(':')[0]))
        {
            if (volume.StartsWith('.'))
                Assert.True(Path.Exists(RepositoryFiles.At(volume)), $"{volume} is not there");
            else
                Assert.Contains(volume, Compose.Filled.Members("volumes").Keys);
        }
    }

    [Fact]
    public void A_declared_volume_is_used() => Assert.Empty(Compose.Filled.Members("volumes").Keys
        .Except(Compose.Services.Values.SelectMany(service => service.List("volumes")).Select(volume => volume.AsText()!.Split(':')[0])));

    // Compose refuses a file in which an active service needs one that its profile leaves out.
    [Theory]
    [InlineData("single")]
    [InlineData("cluster")]
    public void A_service_waits_for_what_can_come_true(string profile)
    {
        var active = Compose.With(profile);
        foreach (var (name, service) in active)
        {
            foreach (var (needed, how) in service.Members("depends_on"))
            {
                Assert.True(Compose.Services.ContainsKey(needed), $"{name} needs {needed}, which does not exist");
                Assert.True(active.ContainsKey(needed) || how.Text("required") == "false", $"{name} needs {needed}, which {profile} leaves out");
                CheckCondition(name, needed, how.Text("condition"));
            }
        }
    }

    [Theory]
    [InlineData("single", 1)]
    [InlineData("cluster", 3)]
    public void A_profile_has_its_brokers_and_workers_find_them(string profile, int brokers)
    {
        var active = Compose.With(profile);
        var kafka = active.Where(service => service.Value.Text("image")!.StartsWith("apache/kafka:", StringComparison.Ordinal)).ToArray();
        var names = kafka.SelectMany(broker => ComposeFile.NamesOf(broker.Key, broker.Value)).ToHashSet();

        Assert.Equal(brokers, kafka.Length);
        foreach (var (_, service) in Compose.OwnServices.Where(service => service.Value.At("environment.MEDAI__kafka__bootstrapServers") is not null))
        {
            var asked = service.Text("environment.MEDAI__kafka__bootstrapServers")!.Split(',').Select(server => server.Split(':')[0]).ToArray();
            Assert.Empty(asked.Except(names));

            // Whichever broker is away, another one answers.
            Assert.All(kafka, broker => Assert.NotEmpty(ComposeFile.NamesOf(broker.Key, broker.Value).Intersect(asked)));
        }
    }

    [Theory]
    [InlineData("single", "1", "1")]
    [InlineData("cluster", "3", "2")]
    public void Brokers_vote_for_themselves_and_keep_enough_copies(string profile, string copies, string needed)
    {
        var brokers = Compose.With(profile).Where(service => service.Value.Text("image")!.StartsWith("apache/kafka:", StringComparison.Ordinal)).ToArray();
        var voters = string.Join(',', brokers.Select(broker => $"{broker.Value.Text("environment.KAFKA_NODE_ID")}@{broker.Key}:9093"));
        foreach (var (name, broker) in brokers)
        {
            var settings = broker.Texts("environment");
            Assert.Equal("broker,controller", settings["KAFKA_PROCESS_ROLES"]);
            Assert.Equal(voters, settings["KAFKA_CONTROLLER_QUORUM_VOTERS"]);
            Assert.Equal($"PLAINTEXT://{name}:9092", settings["KAFKA_ADVERTISED_LISTENERS"]);
            Assert.Equal(copies, settings["KAFKA_DEFAULT_REPLICATION_FACTOR"]);
            Assert.Equal(copies, settings["KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR"]);
            Assert.Equal(copies, settings["KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR"]);
            Assert.Equal(needed, settings["KAFKA_MIN_INSYNC_REPLICAS"]);
            Assert.Equal(needed, settings["KAFKA_TRANSACTION_STATE_LOG_MIN_ISR"]);
            Assert.Equal("false", settings["KAFKA_AUTO_CREATE_TOPICS_ENABLE"]);
            Assert.Matches("^[A-Za-z0-9_-]{22}$", settings["CLUSTER_ID"]);
        }

        Assert.Equal(brokers.Length, brokers.Select(broker => broker.Value.Text("environment.KAFKA_NODE_ID")).Distinct().Count());
    }

    [Theory]
    [MemberData(nameof(OwnServices))]
    public void The_program_takes_its_command_line_and_its_settings(string name)
    {
        var service = Compose.Services[name];
        var entry = service.List("entrypoint").Select(part => part.AsText()!).SkipWhile(part => !part.EndsWith("medai.dll", StringComparison.Ordinal)).Skip(1);

        Assert.Empty(ProgramInputs.ProblemsOfCommand(entry.Concat(service.List("command").Select(part => part.AsText()!))));
        Assert.Empty(ProgramInputs.ProblemsOfEnvironment(service.Texts("environment")));
    }

    [Theory]
    [MemberData(nameof(OwnServices))]
    public void The_program_writes_only_where_a_volume_is(string name)
    {
        var service = Compose.Services[name];
        var arguments = service.List("command").Select(part => part.AsText()!).ToList();
        var places = service.List("volumes").Select(volume => volume.AsText()!.Split(':')).Where(parts => parts.Length == 2).Select(parts => parts[1]);

        Assert.Equal("true", service.Text("read_only"));
        if (arguments.IndexOf("--store") is >= 0 and var at)
            Assert.Contains(places, place => arguments[at + 1].StartsWith(place + "/", StringComparison.Ordinal));
    }

    [Fact]
    public void Workers_have_names_of_their_own()
    {
        var workers = Compose.OwnServices.Where(service => service.Value.List("command").Any(part => part.AsText() == "worker")).ToArray();

        Assert.Equal(2, workers.Length);
        Assert.All(workers, worker => Assert.Equal(worker.Key, worker.Value.Text("environment.MEDAI__kafka__staticMember")));
    }

    // The bucket that the server makes at its first start is the one that is written, read and looked at.
    [Fact]
    public void Everybody_means_the_same_bucket()
    {
        var made = Compose.Services["influxdb"].Texts("environment");
        var source = YamlText.ReadFile(RepositoryFiles.At("deploy", "grafana", "provisioning", "datasources", "medai.yaml")).Single()
            .List("datasources").Single(one => one.Text("uid") == "medai-series");

        Assert.Equal(made["DOCKER_INFLUXDB_INIT_BUCKET"], source.Text("jsonData.dbName"));
        Assert.All(Compose.OwnServices.Where(service => service.Value.Text("environment.MEDAI__series__store") == "influx"), service =>
        {
            var settings = ProgramInputs.Settings(service.Value.Texts("environment"));
            Assert.Equal(made["DOCKER_INFLUXDB_INIT_BUCKET"], settings.Influx.Database);
            Assert.Equal(made["DOCKER_INFLUXDB_INIT_ORG"], settings.Influx.Organisation);
            Assert.Equal(made["DOCKER_INFLUXDB_INIT_ADMIN_TOKEN"], settings.Influx.Token);
            Assert.Equal($"{settings.SeriesPlan.RawDays}d", made["DOCKER_INFLUXDB_INIT_RETENTION"]);
        });
    }

    [Fact]
    public void Every_secret_comes_from_outside_and_the_example_holds_none()
    {
        foreach (var (name, service) in Compose.Raw.Members("services"))
        {
            foreach (var (key, value) in service.Texts("environment").Where(setting => Secret().IsMatch(setting.Key)))
            {
                Assert.True(FromOutside().IsMatch(value), $"{name}: {key} is written into the file");
                Assert.Equal("", ComposeFile.Example[FromOutside().Match(value).Groups[1].Value]);
            }
        }
    }

    [Fact]
    public void The_example_gives_every_variable_and_no_other() =>
        Assert.Equal(Compose.Variables.Append("COMPOSE_PROFILES").Order(), ComposeFile.Example.Keys.Order());

    [Fact]
    public void Everything_that_stays_up_is_looked_after()
    {
        var lasting = Compose.Services.Where(service => service.Value.Text("restart") == "unless-stopped" && service.Key != "fleet");

        Assert.All(lasting, service => Assert.NotNull(service.Value.At("healthcheck.test")));
    }

    private static void CheckCondition(string name, string needed, string? condition)
    {
        var there = Compose.Services[needed];
        switch (condition)
        {
            case "service_healthy":
                Assert.True(there.At("healthcheck.test") is not null, $"{name} waits for {needed} to be healthy, which nobody checks");
                break;
            case "service_completed_successfully":
                Assert.True(there.Text("restart") is "on-failure" or "no", $"{name} waits for {needed} to end, which starts again and again");
                break;
            default:
                Assert.Fail($"{name} waits for {needed} to be '{condition}'");
                break;
        }
    }

    [GeneratedRegex("PASS|TOKEN|SECRET|MEDAI_KEY$|password|token")]
    private static partial Regex Secret();

    [GeneratedRegex(@"^\$\{([A-Z_]+):[-?][^}]*\}$")]
    private static partial Regex FromOutside();
}
