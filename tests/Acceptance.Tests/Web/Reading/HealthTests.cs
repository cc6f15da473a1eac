// Whether the service is ready: what makes it unready, what it says of it to anybody, and that it becomes ready again.
using MedAI.Streaming.Host.Web.Health;
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.Simulation;
using Xunit;

namespace Acceptance.Tests.Web.Reading;

public sealed class HealthTests
{
    [Fact]
    public async Task The_process_answers_before_it_is_ready_and_is_ready_once_it_has_its_partitions()
    {
        await using var service = await MonitoredService.StartAsync();

        var (live, body, _) = await service.Running.SendAsync(HttpMethod.Get, "/health/live");
        var before = await service.ReadyAsync();
        service.Flows.Take([0, 1]);
        var after = await service.ReadyAsync();

        Assert.Equal((200, true), (live, body.GetProperty("isLive").GetBoolean()));
        Assert.Equal((503, "0 of 2 partitions are being worked on."), (before.Status, before.Reasons["flows"]));
        Assert.Equal(200, after.Status);
        Assert.Equal(["log", "flows", "flow_series", "lag", "clock"], after.Reasons.Keys);
        Assert.All(after.Reasons.Values, Assert.Null);
    }

    [Fact]
    public async Task A_store_that_fails_makes_it_unready_until_the_store_is_back()
    {
        await using var service = await MonitoredService.StartAsync();
        var isFull = true;
        service.State.BeforeCommit = () =>
        {
            if (isFull)
                throw new StoreException(StoreFailure.DiskFull, "no space left on /secret/place");
        };
        service.Flows.Take([0, 1]);
        Append(service);

        await service.UntilAsync(now => now.Status == 503 && now.Reasons["flows"] is not null);
        var (_, reasons) = await service.ReadyAsync();
        isFull = false;
        await service.UntilAsync(now => now.Status == 200);

        Assert.DoesNotContain("secret", string.Join(' ', reasons.Values), StringComparison.Ordinal);
        Assert.Contains("not ready: flows", service.Notes.ToString(), StringComparison.Ordinal);
        Assert.Contains("no space left on /secret/place", service.Notes.ToString(), StringComparison.Ordinal);
        Assert.Contains("ready again: flows", service.Notes.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Series_that_cannot_be_written_are_told_and_leave_it_ready()
    {
        await using var service = await MonitoredService.StartAsync();
        service.Series.BeforeWrite = () => throw new StoreException(StoreFailure.DiskFull, "no space left on /secret/place");
        service.Flows.Take([0, 1]);
        Append(service);

        await service.UntilAsync(now => now.Reasons["flow_series"] is not null && now.Reasons["lag"] is null);
        var (status, reasons) = await service.ReadyAsync();
        service.Series.BeforeWrite = null;
        await service.UntilAsync(now => now.Reasons["flow_series"] is null);

        Assert.Equal(200, status);
        Assert.Null(reasons["flows"]);
        Assert.EndsWith("cannot be written at present; alarms go on.", reasons["flow_series"], StringComparison.Ordinal);
        Assert.Contains("trouble: flow_series", service.Notes.ToString(), StringComparison.Ordinal);
        Assert.Contains("no space left on /secret/place", service.Notes.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("not ready: flow_series", service.Notes.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Flows_that_fall_behind_make_it_unready_until_they_have_caught_up()
    {
        await using var service = await MonitoredService.StartAsync();
        using var held = new ManualResetEventSlim();
        service.State.BeforeCommit = () => held.Wait(TestContext.Current.CancellationToken);
        service.Flows.Take([0, 1]);
        Append(service);
        await service.UntilAsync(now => service.Flows.Lag == 0 || now.Reasons["lag"] is not null || now.Status == 200);
        for (var more = 0; more <= MonitoredService.MaxLag; more++)
        {
            service.Appender.AppendClocks([0, 1], service.Clock.GetUtcNow().ToUnixTimeMilliseconds());
        }

        await service.UntilAsync(now => now is { Status: 503 } && now.Reasons["lag"]!.EndsWith("50 may be.", StringComparison.Ordinal));
        held.Set();
        await service.UntilAsync(now => now.Status == 200);
    }

    [Fact]
    public async Task Clock_records_that_cannot_be_appended_make_it_unready()
    {
        await using var service = await MonitoredService.StartAsync();
        service.Flows.Take([0, 1]);
        Assert.Equal(200, (await service.ReadyAsync()).Status);

        service.Log.BeforeAppend = () => throw new StoreException(StoreFailure.DiskFull, "full");
        await service.UntilAsync(now => now.Status == 503);
        var broken = await service.ReadyAsync();
        service.Log.BeforeAppend = null;
        await service.UntilAsync(now => now.Status == 200);

        Assert.Equal(["clock"], broken.Reasons.Where(r => r.Value is not null).Select(r => r.Key));
    }

    [Fact]
    public async Task A_flow_that_ended_for_good_is_said_to_have()
    {
        await using var service = await MonitoredService.StartAsync();
        service.State.BeforeCommit = () => throw new StoreException(StoreFailure.Corrupt, "damaged");
        service.Flows.Take([0, 1]);
        Append(service);

        await service.UntilAsync(now => now.Reasons["flows"] == "A flow has ended, and waiting does not mend it.");
    }

    [Fact]
    public async Task A_gateway_is_ready_when_its_log_answers_and_does_not_pretend_to_watch()
    {
        await using var service = await MonitoredService.StartAsync(decides: false);

        var (status, reasons) = await service.ReadyAsync();
        var answers = new List<int>();
        foreach (var path in (string[])["/v1/ward", "/v1/patients/p/series", "/v1/patients/p/scores", "/v1/patients/p/episodes", "/v1/alerts"])
        {
            answers.Add((await service.Running.SendAsync(HttpMethod.Get, path)).Status);
        }

        Assert.Equal(200, status);
        Assert.Equal(["log"], reasons.Keys);
        Assert.Equal([421, 421, 421, 200, 200], answers);
    }

    [Fact]
    public void A_log_that_does_not_answer_is_a_reason_that_tells_nothing_of_the_inside()
    {
        var trouble = HealthParts.Log(new DeadLog()).Look();

        Assert.Equal(new HealthTrouble("The log does not answer.", "broker 10.0.0.1 is down"), trouble);
    }

    [Fact]
    public void A_lag_that_is_not_known_yet_is_no_reason_to_ask_the_broker_and_none_to_be_ready()
    {
        using var log = new SilentLog();
        using var flows = log.Flows();

        var unread = HealthParts.Lag(flows, 10).Look();
        log.Known = 0;
        var read = HealthParts.Lag(flows, 10).Look();

        Assert.Equal(new HealthTrouble("Of 1 partitions it is not known yet how many records are in the log."), unread);
        Assert.Null(read);
    }

    private static void Append(MonitoredService service)
    {
        foreach (var element in FaultyFleet.Generate(5).Elements)
        {
            service.Appender.AddInput(element);
        }

        service.Appender.Flush();
    }

    private sealed class DeadLog : IEventLog
    {
        public int Partitions => 1;

        public long NextOffset(int partition) => throw new StoreException(StoreFailure.Unavailable, "broker 10.0.0.1 is down");

        public void Append(AppendBatch batch) => throw new NotSupportedException();

        public bool Read(int partition, long fromOffset, int maxRecords, LogBatch into) => throw new NotSupportedException();

        public void Dispose()
        {
        }
    }
}
