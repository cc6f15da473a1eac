// The description of the interface is the one that is served, and describes every endpoint that there is and no other.
using System.Text.Json;
using System.Text.RegularExpressions;
using Acceptance.Tests.Commands;
using Acceptance.Tests.Configuration;
using Acceptance.Tests.Web.Inference;
using MedAI.Streaming.Domain;
using MedAI.Streaming.Domain.Alerts;
using MedAI.Streaming.Domain.Vitals;
using MedAI.Streaming.Host;
using MedAI.Streaming.Host.Composition;
using MedAI.Streaming.Host.Web;
using MedAI.Streaming.Host.Web.Control;
using MedAI.Streaming.Host.Web.Frames;
using MedAI.Streaming.Host.Web.Inference;
using MedAI.Streaming.Host.Web.Patients;
using MedAI.Streaming.Host.Web.Reading;
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.TestKit.InMemory;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Acceptance.Tests.Web.Reading;

public sealed class ApiDescriptionTests
{
    private const string Advice = "schemas/openapi.json is kept by hand: change it together with the endpoints, and build again.";
    private static readonly JsonElement Schemas = Description.Root.GetProperty("components").GetProperty("schemas");

    [Fact]
    public async Task The_description_in_the_repository_is_the_one_that_is_served_and_printed()
    {
        await using var service = await MonitoredService.StartAsync();
        var kept = await File.ReadAllTextAsync(RepositoryFiles.At("schemas", "openapi.json"), TestContext.Current.CancellationToken);

        var served = await service.Running.Client.GetStringAsync("/v1/openapi.json", TestContext.Current.CancellationToken);
        using var program = new ProgramRun();
        await program.RunAsync("api");

        Assert.True(kept == served, Advice);
        Assert.True(kept == program.Output, Advice);
    }

    [Fact]
    public async Task Every_endpoint_is_described_and_every_described_one_is_there()
    {
        await using var service = await MonitoredService.StartAsync();
        var mapped = Endpoints(service).Select(e => $"{Method(e)} {e.RoutePattern.RawText}").Order(StringComparer.Ordinal).ToArray();
        var described = Description.Paths.EnumerateObject()
            .SelectMany(path => path.Value.EnumerateObject().Select(method => $"{method.Name} {path.Name}"))
            .Order(StringComparer.Ordinal)
            .ToArray();

        Assert.True(mapped.SequenceEqual(described), $"{Advice} Only there: {string.Join(", ", mapped.Except(described))}. Only described: {string.Join(", ", described.Except(mapped))}.");
    }

    [Fact]
    public async Task Every_parameter_of_a_query_is_described_and_every_described_one_is_taken()
    {
        await using var service = await MonitoredService.StartAsync();
        foreach (var endpoint in Endpoints(service))
        {
            var described = Parameters(Operation(endpoint)).Where(p => p.In == "query").Select(p => p.Name).Order();

            // The control plane does not say which ones it takes.
            if (endpoint.Metadata.GetMetadata<QueryNames>()?.Names is { } taken)
                Assert.True(taken.Order().SequenceEqual(described), $"{endpoint.DisplayName}: {Advice}");
            Assert.Equal(
                endpoint.RoutePattern.Parameters.Select(p => p.Name),
                Parameters(Operation(endpoint)).Where(p => p.In == "path").Select(p => p.Name));
        }
    }

    [Fact]
    public async Task An_endpoint_that_asks_for_a_scope_says_so()
    {
        await using var service = await MonitoredService.StartAsync(metricsNeedKey: false);
        foreach (var endpoint in Endpoints(service).Where(e => e.RoutePattern.RawText != "/metrics"))
        {
            var (scope, isAny) = endpoint.Metadata.GetMetadata<AccessRule>()!;
            var operation = Operation(endpoint);

            Assert.Equal(scope != Scopes.None, operation.GetProperty("security").GetArrayLength() == 1);
            Assert.Equal(scope != Scopes.None, operation.GetProperty("responses").TryGetProperty("401", out _));
            if (scope != Scopes.None)
                Assert.StartsWith($"Scope: {scope.ToString().ToLowerInvariant().Replace(", ", isAny ? " or " : " and ", StringComparison.Ordinal)}.", operation.GetProperty("description").GetString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Words_of_enumerations_are_the_programs()
    {
        AssertWords<AlertPriority>("Priority");
        AssertWords<AlertKind>("AlertKind");
        AssertWords<EpisodeState>("EpisodeState");
        AssertWords<TransitionKind>("TransitionKind");
        AssertWords<TransitionReason>("TransitionReason");
        Assert.Equal(
            EnumWord.All<PointFlags>().Skip(1),
            Words(Schemas.GetProperty("Point").GetProperty("properties").GetProperty("flags").GetProperty("items")));
        Assert.Equal(
            EnumWord.All<SourceClass>(),
            Words(Schemas.GetProperty("PatientView").GetProperty("properties").GetProperty("vitals").GetProperty("items")
                .GetProperty("properties").GetProperty("source")));

        static void AssertWords<T>(string schema)
            where T : struct, Enum => Assert.Equal(EnumWord.All<T>(), Words(Schemas.GetProperty(schema)));

        static IEnumerable<string> Words(JsonElement schema) => schema.GetProperty("enum").EnumerateArray().Select(w => w.GetString()!);
    }

    [Fact]
    public void The_description_holds_together()
    {
        var text = Description.Root.GetRawText();
        var operations = Description.Paths.EnumerateObject().SelectMany(path => path.Value.EnumerateObject()).Select(o => o.Value).ToArray();

        Assert.All(Regex.Matches(text, "\"\\$ref\": \"([^\"]+)\"").Select(m => m.Groups[1].Value).Distinct(), reference => Assert.Equal(
            JsonValueKind.Object,
            reference.Split('/').Skip(1).Aggregate(Description.Root, (at, name) => at.GetProperty(name)).ValueKind));
        Assert.All(Schemas.EnumerateObject(), schema => Assert.Contains($"#/components/schemas/{schema.Name}\"", text, StringComparison.Ordinal));
        Assert.Equal(operations.Length, operations.Select(o => o.GetProperty("operationId").GetString()).Distinct().Count());
        Assert.Contains("does not replace the bedside alarm", Description.Root.GetProperty("info").GetProperty("description").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_root_says_what_this_is_not_and_where_to_go_on()
    {
        await using var service = await MonitoredService.StartAsync();

        var (_, body, _) = await service.Running.SendAsync(HttpMethod.Get, "/v1");

        Assert.Equal(Notice.SecondaryMonitor, body.GetProperty("notice").GetString());
        foreach (var link in body.GetProperty("links").EnumerateObject())
        {
            Assert.True(Description.Paths.TryGetProperty(link.Value.GetString()!, out _), link.Name);
        }
    }

    // What a service that does everything serves.
    private static IEnumerable<IEndpointGroup> Groups(MonitoredService service)
    {
        var directory = new PatientDirectory(new InMemoryDirectoryStore());
        var shelf = new HeldModels();
        var control = new PatientControl(service.Gateway, directory, new MonitorSettings().Limits, static _ => false, service.Clock);
        return
        [
            .. service.Groups, new FrameEndpoints(service.Gateway, directory, RunningService.Settings),
            new ControlEndpoints(control, directory),
            new InferenceEndpoints(shelf, new InferenceSessions(shelf, 1, service.Clock, new HostLog(TextWriter.Null, LogLevel.Error)), RunningService.Settings),
        ];
    }

    private static IEnumerable<RouteEndpoint> Endpoints(MonitoredService service)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore();
        builder.Services.AddRoutingCore();
        IEndpointRouteBuilder routes = builder.Build();
        foreach (var group in Groups(service))
        {
            group.Map(routes);
        }

        return routes.DataSources.SelectMany(source => source.Endpoints).Cast<RouteEndpoint>();
    }

    private static string Method(RouteEndpoint endpoint) =>
        endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods.Single().ToLowerInvariant();

    private static JsonElement Operation(RouteEndpoint endpoint) =>
        Description.Paths.GetProperty(endpoint.RoutePattern.RawText!).GetProperty(Method(endpoint));

    private static IEnumerable<(string In, string Name)> Parameters(JsonElement operation) =>
        operation.TryGetProperty("parameters", out var parameters)
            ? parameters.EnumerateArray().Select(Description.Resolve).Select(p => (p.GetProperty("in").GetString()!, p.GetProperty("name").GetString()!))
            : [];
}
