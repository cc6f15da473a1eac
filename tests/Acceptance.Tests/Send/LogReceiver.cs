// A receiver of frames over HTTP with a real log in a folder, whose door can be told to fail.
using Acceptance.Tests.Web;
using MedAI.Streaming.Adapters.Sqlite;
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Host.Composition;
using MedAI.Streaming.Host.Web;
using MedAI.Streaming.Host.Web.Control;
using MedAI.Streaming.Host.Web.Frames;
using MedAI.Streaming.Host.Web.Patients;
using MedAI.Streaming.Pipeline;
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.TestKit.InMemory;

namespace Acceptance.Tests.Send;

/// <summary>What the door of the log does with a request.</summary>
internal enum Mood
{
    /// <summary>Takes it.</summary>
    Takes,

    /// <summary>Has no room, and takes nothing.</summary>
    Busy,

    /// <summary>Takes it, and fails before it can say so.</summary>
    TakesAndFails,

    /// <summary>Fails, and takes nothing.</summary>
    Fails,
}

internal sealed class LogReceiver : ILogGateway, IAsyncDisposable
{
    private readonly EdgeStore _store;
    private readonly LogGateway _gateway;
    private readonly Task _work;
    private readonly Func<int, Mood> _mood;
    private readonly TimeProvider _time;
    private RunningService? _service;
    private int _requests;

    private LogReceiver(string folder, Func<int, Mood> mood, TimeProvider time)
    {
        _time = time;
        _mood = mood;
        _store = EdgeStore.Create(folder, 3);
        _gateway = new LogGateway(new LogAppender(_store.Log), new LogGatewayOptions(), new ArrivalClock(time, long.MinValue), () => 0);
        _work = _gateway.RunAsync();
    }

    public PatientDirectory Directory { get; } = new(new InMemoryDirectoryStore());

    public string Address => _service!.Client.BaseAddress!.ToString();

    public int Requests => _requests;

    /// <summary>Starts one.</summary>
    /// <param name="folder">Of the store.</param>
    /// <param name="mood">What becomes of the requests, counted from 0.</param>
    /// <param name="settings">Limits.</param>
    /// <param name="time">Its clock.</param>
    /// <param name="callers">Who may do what; null: everybody may do everything.</param>
    public static async Task<LogReceiver> StartAsync(
        string folder, Func<int, Mood>? mood = null, HttpSettings? settings = null, TimeProvider? time = null, ICallerSource? callers = null)
    {
        var receiver = new LogReceiver(folder, mood ?? (_ => Mood.Takes), time ?? TimeProvider.System);
        settings ??= RunningService.Settings;
        receiver._service = await RunningService.StartAsync(
            settings, callers, new FrameEndpoints(receiver, receiver.Directory, settings),
            new ControlEndpoints(new PatientControl(receiver, receiver.Directory, [], static _ => false, receiver._time), receiver.Directory));
        return receiver;
    }

    public async Task<AppendResult> AppendAsync(IReadOnlyList<LogElement> elements, CancellationToken stop)
    {
        var mood = _mood(Interlocked.Increment(ref _requests) - 1);
        if (mood == Mood.Busy)
            return AppendResult.Busy(TimeSpan.FromSeconds(2));

        if (mood == Mood.Takes)
            return await _gateway.AppendAsync(elements, stop);

        if (mood == Mood.TakesAndFails)
            await _gateway.AppendAsync(elements, stop);
        throw new StoreException(StoreFailure.DiskFull, "full");
    }

    /// <summary>Stops, so that its store can be looked at.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_service is not null)
            await _service.DisposeAsync();
        _gateway.Complete();
        await _work;
        _store.Dispose();
    }
}
