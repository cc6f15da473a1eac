// The web service as an object: a test makes one of the groups it needs, starts it on a free port, and stops it.
using System.Security.Cryptography.X509Certificates;
using MedAI.Streaming.Host.Commands;
using MedAI.Streaming.Host.Composition;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace MedAI.Streaming.Host.Web;

/// <summary>Serves groups of endpoints. Started and stopped once.</summary>
internal sealed class WebService : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    // Endpoints hold bodies to limits of their own. What they leave of a body is read and dropped up to here, so that a sender who is
    // refused gets the answer and can go on with the same connection; a longer body ends the connection.
    private const long MaxDrainedBytes = 32 << 20;

    private readonly WebApplication _app;

    /// <summary>Puts the service together; nothing is opened yet.</summary>
    /// <param name="settings">Where it listens, and its limits.</param>
    /// <param name="callers">Tells callers; null: everybody may do everything (settings allow that only on the machine itself).</param>
    /// <param name="log">Notes for the person who runs the program.</param>
    /// <param name="groups">The endpoints.</param>
    /// <exception cref="FailureException">The certificate cannot be read.</exception>
    public WebService(HttpSettings settings, ICallerSource? callers, HostLog log, params IReadOnlyList<IEndpointGroup> groups)
    {
        // Empty: no file or variable of the surroundings changes what it does, and it writes nothing by itself.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions
        {
            ApplicationName = "medai",
            EnvironmentName = Environments.Production,
            ContentRootPath = AppContext.BaseDirectory,
        });
        var certificate = Certificate(settings);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => Configure(kestrel, settings, certificate));
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton<IHostLifetime, NoSignals>();
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = Patience);
        _app = builder.Build();
        Watch(_app, [.. groups.OfType<IRequestWatcher>()]);
        _app.Use(following => new RequestGuard(following, log).InvokeAsync);
        _app.UseRouting();
        _app.Use(following => new AccessGate(following, callers).InvokeAsync);
        foreach (var group in groups)
        {
            group.Map(_app);
        }

        RefuseEndpointsWithoutRule(_app);
    }

    /// <summary>Where it can be reached, once it was started.</summary>
    public IReadOnlyList<Uri> Addresses => [.. _app.Urls.Select(url => new Uri(url))];

    /// <summary>Opens the addresses.</summary>
    /// <exception cref="FailureException">One of them cannot be had.</exception>
    public async Task StartAsync(CancellationToken stop)
    {
        try
        {
            await _app.StartAsync(stop);
        }
        catch (Exception reason) when (reason is IOException or System.Net.Sockets.SocketException)
        {
            throw new FailureException($"The web service cannot listen: {reason.Message} Set http.listen to a free address.", reason);
        }
    }

    /// <summary>Takes no more requests, and waits for those that are being worked on, for 10 s at most.</summary>
    public Task StopAsync(CancellationToken stop) => _app.StopAsync(stop);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static void Configure(KestrelServerOptions kestrel, HttpSettings settings, X509Certificate2? certificate)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = Math.Max(MaxDrainedBytes, 4L * settings.MaxBodyBytes);
        kestrel.Limits.MaxConcurrentConnections = settings.MaxConnections;
        foreach (var address in ListenAddress.ParseAll(settings.Listen) ?? throw new FailureException($"http.listen is '{settings.Listen}'."))
        {
            kestrel.Listen(address.Address, address.Port, options =>
            {
                if (address.IsTls)
                    options.UseHttps(certificate!);
            });
        }
    }

    private static X509Certificate2? Certificate(HttpSettings settings)
    {
        if (settings.CertificateFile is null)
            return null;

        try
        {
            return X509Certificate2.CreateFromPemFile(settings.CertificateFile, settings.CertificateKeyFile);
        }
        catch (Exception reason) when (reason is IOException or UnauthorizedAccessException or System.Security.Cryptography.CryptographicException)
        {
            throw new FailureException(
                $"The certificate {settings.CertificateFile} cannot be used: {reason.Message} See http.certificate.", reason);
        }
    }

    // Outermost, so that they see the status that the caller sees; a stream counts when it ends.
    private static void Watch(WebApplication app, IReadOnlyList<IRequestWatcher> watchers) => app.Use(next => async context =>
    {
        try
        {
            await next(context);
        }
        finally
        {
            foreach (var watcher in watchers)
            {
                watcher.Handled(context);
            }
        }
    });

    // An endpoint that was added in haste must not be open to everybody.
    private static void RefuseEndpointsWithoutRule(IEndpointRouteBuilder routes)
    {
        var bare = routes.DataSources.SelectMany(source => source.Endpoints)
            .FirstOrDefault(endpoint => endpoint.Metadata.GetMetadata<AccessRule>() is null);
        if (bare is not null)
            throw new InvalidOperationException($"The endpoint {bare.DisplayName} does not say whom it lets in.");
    }

    // The program watches for signals itself, and stops the service in its own order.
    private sealed class NoSignals : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
