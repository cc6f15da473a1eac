// Whose a frame is stands until it is in the log: a device that changes hands meanwhile puts no frame behind the end of its wearer.
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Host.Web;
using MedAI.Streaming.Host.Web.Control;
using MedAI.Streaming.Host.Web.Frames;
using MedAI.Streaming.Host.Web.Patients;
using MedAI.Streaming.Pipeline.Ports;
using Xunit;
using static Acceptance.Tests.Web.FrameBodies;

namespace Acceptance.Tests.Web;

public sealed class FrameOwnersTests
{
    private const long Start = 1_714_550_400_000;
    private static readonly Caller Anyone = Caller.Anyone;
    private readonly HeldGateway _gateway = new();
    private readonly SharedStore _store = new();
    private readonly TestTime _time = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_frame_that_comes_while_a_device_changes_hands_waits_and_is_the_new_wearers()
    {
        var directory = Worn();
        await using var service = await RunningService.StartAsync(null, new FrameEndpoints(_gateway, directory, RunningService.Settings));
        var control = new PatientControl(_gateway, directory, [], static _ => false, _time);

        // The change is in the log, and not yet in the directory.
        _gateway.Hold = new TaskCompletionSource<AppendResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        var change = control.AssociateAsync(Anyone, "p2", "d1", Start + 5000, "x", Stop);
        Assert.Equal(["DeviceAssociationElement p1", "DeviceAssociationElement p2"], _gateway.Logged);
        var sent = service.SendAsync(HttpMethod.Post, "/v1/frames", content: Ndjson(
            Frame(4, patient: null), Frame(6, patient: null), Frame(7, patient: "p1"), Frame(8, "d9", null)));
        await _store.Asked.Task.WaitAsync(Stop);
        Assert.Equal(2, _gateway.Logged.Count);
        _gateway.Hold.SetResult(AppendResult.Durable);
        await change;

        var (status, answer, _) = await sent;
        Assert.Equal((422, 2), (status, answer.GetProperty("accepted").GetInt32()));
        Assert.Equal("other_patient", answer.GetProperty("refused")[0].GetProperty("reason").GetString());
        Assert.Equal(["FrameElement p1", "FrameElement p2", "RefusedElement ", "RefusedElement "], _gateway.Logged.Skip(2));
    }

    [Fact]
    public async Task A_frame_that_was_refused_while_its_device_was_being_associated_is_taken()
    {
        var directory = Worn();
        await using var service = await RunningService.StartAsync(null, new FrameEndpoints(_gateway, directory, RunningService.Settings));
        var control = new PatientControl(_gateway, directory, [], static _ => false, _time);
        _gateway.Hold = new TaskCompletionSource<AppendResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        var change = control.AssociateAsync(Anyone, "p2", "d2", Start, "x", Stop);
        var sent = service.SendAsync(HttpMethod.Post, "/v1/frames", content: Ndjson(Frame(4, "d2", patient: null)));
        await _store.Asked.Task.WaitAsync(Stop);
        _gateway.Hold.SetResult(AppendResult.Durable);
        await change;

        Assert.Equal(202, (await sent).Status);
        Assert.Equal(["DeviceAssociationElement p2", "FrameElement p2"], _gateway.Logged);
    }

    [Fact]
    public async Task What_another_gateway_changed_is_learned_before_a_frame_is_refused_and_only_once_for_a_request()
    {
        var directory = Worn();
        await using var service = await RunningService.StartAsync(null, new FrameEndpoints(_gateway, directory, RunningService.Settings));
        using var other = new PatientDirectory(_store.Entries);
        other.Put("d2", other.Device("d2").Associate("p2", Start, 0, "x").History);
        _store.Changed = [.. _store.Entries.Load()];

        var (status, answer, _) = await service.SendAsync(
            HttpMethod.Post, "/v1/frames", content: Ndjson(Frame(1, "d2", null), Frame(2, "d3", null), Frame(3, "d4", null)));

        Assert.Equal((422, 1), (status, answer.GetProperty("accepted").GetInt32()));
        Assert.Equal(1, _store.Takes);
        Assert.Equal(["FrameElement p2", "RefusedElement ", "RefusedElement "], _gateway.Logged);
    }

    [Fact]
    public async Task Where_what_others_changed_cannot_be_learned_a_frame_is_to_come_again_and_is_not_refused()
    {
        var directory = Worn();
        await using var service = await RunningService.StartAsync(null, new FrameEndpoints(_gateway, directory, RunningService.Settings));
        _store.Failure = new StoreException(StoreFailure.Unavailable, "no broker answers");

        var (taken, _, _) = await service.SendAsync(HttpMethod.Post, "/v1/frames", content: Ndjson(Frame(1, patient: null)));
        var (status, _, response) = await service.SendAsync(HttpMethod.Post, "/v1/frames", content: Ndjson(Frame(2, "d2", null)));

        Assert.Equal((202, 503), (taken, status));
        Assert.NotNull(response.Headers.RetryAfter);
        Assert.Equal(["FrameElement p1"], _gateway.Logged);
    }

    [Fact]
    public async Task Where_only_patients_who_were_entered_are_taken_those_that_were_not_or_are_discharged_are_refused()
    {
        var directory = Worn();
        directory.Put(new(new PatientFactsElement(0, "p3"), [], DischargedAt: Start));
        var settings = RunningService.Settings with { RegisteredOnly = true };
        await using var service = await RunningService.StartAsync(settings, null, new FrameEndpoints(_gateway, directory, settings));

        var (status, answer, _) = await service.SendAsync(HttpMethod.Post, "/v1/frames", content: Ndjson(
            Frame(1, patient: null), Frame(2, "d2", "p2"), Frame(3, "d2", "p3"), Frame(4, "d2", "invented"), Frame(5, "d2", null)));

        Assert.Equal((422, 2), (status, answer.GetProperty("accepted").GetInt32()));
        Assert.Equal(
            ["unknown_patient", "unknown_patient", "device_not_associated"],
            answer.GetProperty("refused").EnumerateArray().Select(one => one.GetProperty("reason").GetString()));
        Assert.Equal(["FrameElement p1", "FrameElement p2"], _gateway.Logged.Take(2));
    }

    private PatientDirectory Worn()
    {
        var directory = new PatientDirectory(_store);
        foreach (var patient in (string[])["p1", "p2"])
        {
            directory.Put(new(new PatientFactsElement(0, patient), []));
        }

        directory.Put("d1", directory.Device("d1").Associate("p1", Start, 0, "x").History);
        return directory;
    }

    // What it is given is in the log at once; its answer to changes can be held back.
    private sealed class HeldGateway : ILogGateway
    {
        private readonly GatewayDouble _kept = new();

        public TaskCompletionSource<AppendResult>? Hold { get; set; }

        public IReadOnlyList<string> Logged => [.. _kept.Elements.Select(one => $"{one.GetType().Name} {one.Key}")];

        public Task<AppendResult> AppendAsync(IReadOnlyList<LogElement> elements, CancellationToken stop)
        {
            var kept = _kept.AppendAsync(elements, stop);
            return elements.Any(one => one is DeviceAssociationElement) && Hold is { } hold ? hold.Task : kept;
        }
    }

    // A store that others change, too.
    private sealed class SharedStore : IDirectoryStore
    {
        public MedAI.Streaming.TestKit.InMemory.InMemoryDirectoryStore Entries { get; } = new();

        public IReadOnlyList<DirectoryEntry> Changed { get; set; } = [];

        public StoreException? Failure { get; set; }

        public int Takes { get; private set; }

        /// <summary>Done once a frame would be refused by the directory.</summary>
        public TaskCompletionSource Asked { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public IReadOnlyList<DirectoryEntry> Load() => Entries.Load();

        public void Put(DirectoryEntry entry) => Entries.Put(entry);

        public IReadOnlyList<DirectoryEntry> TakeChanges()
        {
            Takes++;
            Asked.TrySetResult();
            if (Failure is { } failure)
                throw failure;

            var changed = Changed;
            Changed = [];
            return changed;
        }

        public void Dispose() => Entries.Dispose();
    }
}
