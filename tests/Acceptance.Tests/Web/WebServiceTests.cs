// What holds for every endpoint: who is let in, and that every failure is an answer that says what to do.
using MedAI.Streaming.Host.Commands;
using MedAI.Streaming.Host.Web;
using MedAI.Streaming.Pipeline.Ports;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Xunit;

namespace Acceptance.Tests.Web;

public sealed class WebServiceTests
{
    [Theory]
    [InlineData(null, "/read", 401)]
    [InlineData("wrong", "/read", 401)]
    [InlineData("sender", "/read", 403)]
    [InlineData("reader", "/read", 200)]
    [InlineData("reader", "/both", 403)]
    [InlineData("all", "/both", 200)]
    [InlineData(null, "/open", 200)]
    [InlineData("wrong", "/open", 200)]
    public async Task An_endpoint_lets_in_whom_its_rule_names(string? token, string path, int expected)
    {
        await using var service = await RunningService.StartAsync(new Callers(), new Endpoints());

        var (status, body, response) = await service.SendAsync(HttpMethod.Get, path, token);

        Assert.Equal(expected, status);
        Assert.Equal(expected == 401, response.Headers.WwwAuthenticate.Count > 0);
        if (expected >= 400)
        {
            Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.ToString());
            Assert.Equal(expected, body.GetProperty("status").GetInt32());
            Assert.NotEmpty(body.GetProperty("requestId").GetString()!);
        }
    }

    [Fact]
    public async Task A_token_that_is_sent_twice_is_nobodys()
    {
        await using var service = await RunningService.StartAsync(new Callers(), new Endpoints());
        var request = new HttpRequestMessage(HttpMethod.Get, "/read");
        request.Headers.TryAddWithoutValidation("Authorization", ["Bearer reader", "Bearer all"]);

        var (status, _, _) = await service.SendAsync(request);

        Assert.Equal(401, status);
    }

    [Theory]
    [InlineData("/absent", "GET", 404, "not_found")]
    [InlineData("/open", "DELETE", 405, "method_not_allowed")]
    [InlineData("/full", "GET", 503, "disk_full")]
    [InlineData("/broken", "GET", 503, "store_unavailable")]
    [InlineData("/fault", "GET", 500, "internal")]
    public async Task Every_failure_is_an_answer_that_says_what_to_do(string path, string method, int status, string code)
    {
        await using var service = await RunningService.StartAsync(null, new Endpoints());

        var (found, body, response) = await service.SendAsync(new HttpMethod(method), path);

        Assert.Equal((status, code), (found, body.GetProperty("code").GetString()));
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.ToString());
        Assert.Equal(status == 503, response.Headers.RetryAfter is not null);
        Assert.True(response.Headers.CacheControl!.NoStore);
        Assert.Equal(status >= 500, service.Notes.ToString().Contains(body.GetProperty("requestId").GetString()!, StringComparison.Ordinal));
        Assert.DoesNotContain("secret inside", body.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public void An_endpoint_that_does_not_say_whom_it_lets_in_is_not_served()
    {
        var refused = Assert.Throws<InvalidOperationException>(() => new WebService(
            RunningService.Settings, null, new(TextWriter.Null, MedAI.Streaming.Host.Composition.LogLevel.Error), new Bare()));

        Assert.Contains("/bare", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_that_is_taken_is_a_failure_that_names_the_setting()
    {
        await using var first = await RunningService.StartAsync(null, new Endpoints());
        var settings = RunningService.Settings with { Listen = first.Client.BaseAddress!.ToString() };

        var refused = await Assert.ThrowsAsync<FailureException>(() => RunningService.StartAsync(settings, null, new Endpoints()));

        Assert.Contains("http.listen", refused.Message, StringComparison.Ordinal);
    }

    private sealed class Callers : ICallerSource
    {
        public Caller? Identify(ReadOnlySpan<char> token) => token switch
        {
            "reader" => new("r", Scopes.Read, [], []),
            "sender" => new("s", Scopes.Ingest, [], []),
            "all" => new("a", Scopes.All, [], []),
            _ => null,
        };
    }

    private sealed class Endpoints : IEndpointGroup
    {
        public void Map(IEndpointRouteBuilder routes)
        {
            routes.MapGet("/read", (HttpContext context) => $"\"{context.Caller().Id}\"").RequireScope(Scopes.Read);
            routes.MapGet("/both", () => "").RequireScope(Scopes.Read | Scopes.Control);
            routes.MapGet("/open", () => "").AllowAnyone();
            routes.MapGet("/full", string () => throw new StoreException(StoreFailure.DiskFull, "secret inside")).AllowAnyone();
            routes.MapGet("/broken", string () => throw new StoreException(StoreFailure.Other, "secret inside")).AllowAnyone();
            routes.MapGet("/fault", string () => throw new InvalidOperationException("secret inside")).AllowAnyone();
        }
    }

    private sealed class Bare : IEndpointGroup
    {
        public void Map(IEndpointRouteBuilder routes) => routes.MapGet("/bare", () => "");
    }
}
