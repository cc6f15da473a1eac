// What a simulated fleet was told to be in the log is in the log, whatever happens on the way.
using System.Text.Json;
using MedAI.Streaming.Host;
using MedAI.Streaming.Host.Web;
using Xunit;

namespace Acceptance.Tests.Send;

public sealed class SimulateCommandTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("medai-simulate-");
    private readonly HurriedTime _time = new();
    private string _output = "";
    private string _error = "";

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("--form protobuf")]
    [InlineData("--form json")]
    [InlineData("--form protobuf --gzip")]
    [InlineData("--form json --gzip --connections 1 --batch 7")]
    public async Task A_fleet_without_faults_arrives_whole_and_in_order(string options)
    {
        await using var receiver = await LogReceiver.StartAsync(At("store"), time: _time);

        var report = await SimulateAsync(receiver, $"--devices 20 --seconds 30 {options}");

        await receiver.DisposeAsync();
        var journal = SentJournal.Read(At("journal.tsv"));
        journal.AssertAgreesWithLogOf(At("store"));
        Assert.Equal(20 * 30, journal.Count("acknowledged"));
        Assert.Equal((600, 600, 600, 600, 0, 0), Numbers(report, "frames", "unique", "sent", "acknowledged", "refused", "undelivered"));
        Assert.Equal(20, report.GetProperty("devices").GetInt32());
        Assert.All(
            SentJournal.FirstCopiesByDevice(At("store")),
            device => Assert.Equal(Enumerable.Range(1, 30), device.Select(frame => (int)frame.Sequence)));
    }

    [Theory]
    [InlineData("protobuf", 1)]
    [InlineData("json", 2)]
    public async Task With_all_faults_and_a_receiver_that_fails_what_was_acknowledged_is_in_the_log(string form, int seed)
    {
        await using var receiver = await LogReceiver.StartAsync(At("store"), request => (request % 11) switch
        {
            3 => Mood.Busy,
            5 => Mood.TakesAndFails,
            8 => Mood.Fails,
            _ => Mood.Takes,
        }, time: _time);

        var report = await SimulateAsync(
            receiver, $"--devices 60 --seconds 90 --form {form} --seed {seed} --give-up 3600 "
            + "--faults duplicates,disorder,late=0.2,skew=0.1,corrupt=0.05,gaps,restart=0.005");

        await receiver.DisposeAsync();
        var journal = SentJournal.Read(At("journal.tsv"));
        journal.AssertAgreesWithLogOf(At("store"));
        Assert.Equal(0, journal.Count("undelivered"));
        Assert.All(journal.Frames, frame => Assert.Equal(frame.Outcome == "lost", frame.Faults.Contains("gap")));
        Assert.All(journal.Frames, frame => Assert.Equal(frame.Outcome == "lost", frame.Sent == 0));
        Assert.All(journal.Frames.Where(frame => frame.Outcome == "refused"), frame => Assert.Equal("malformed", frame.Reason));
        Assert.All(journal.Frames.Where(frame => frame.Outcome == "refused"), frame => Assert.Contains("corrupt", frame.Faults));
        Assert.All(
            new[] { "-", "duplicate", "disorder", "late", "skew", "corrupt", "gap", "restart" },
            fault => Assert.Contains(journal.Frames, frame => frame.Faults.Contains(fault)));
        AssertCounts(journal, report);
        Assert.InRange(report.GetProperty("busy").GetInt32(), 1, receiver.Requests);
        Assert.True(report.GetProperty("resent").GetInt32() > 0);
    }

    [Fact]
    public async Task A_receiver_that_stays_busy_is_given_up_in_time_and_the_journal_says_so()
    {
        await using var receiver = await LogReceiver.StartAsync(At("store"), _ => Mood.Busy, time: _time);

        var report = await SimulateAsync(receiver, "--devices 3 --seconds 10 --give-up 20 --register never", ExitCodes.Failure);

        await receiver.DisposeAsync();
        var journal = SentJournal.Read(At("journal.tsv"));
        journal.AssertAgreesWithLogOf(At("store"));
        Assert.Equal(30, journal.Count("undelivered"));
        Assert.All(journal.Frames, frame => Assert.Equal("busy", frame.Reason));
        AssertCounts(journal, report);
        Assert.Contains("30 frames got no answer", _error, StringComparison.Ordinal);
        Assert.Contains("429", _error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_limit_of_the_receiver_cuts_requests_and_nothing_else()
    {
        var settings = Web.RunningService.Settings with { MaxFrames = 40 };
        await using var receiver = await LogReceiver.StartAsync(At("store"), settings: settings, time: _time);

        var report = await SimulateAsync(receiver, "--devices 200 --rate 5 --seconds 3 --connections 1 --faults corrupt=0.1");

        await receiver.DisposeAsync();
        var journal = SentJournal.Read(At("journal.tsv"));
        journal.AssertAgreesWithLogOf(At("store"));
        AssertCounts(journal, report);
        Assert.Equal(3000, report.GetProperty("unique").GetInt32());
        Assert.All(journal.Frames.Where(frame => frame.Outcome == "refused"), frame => Assert.Equal("malformed", frame.Reason));
        Assert.True(report.GetProperty("resent").GetInt32() > 0);
    }

    [Theory]
    [InlineData("auto", Scopes.All, true)]
    [InlineData("always", Scopes.All, true)]
    [InlineData("auto", Scopes.Ingest, false)]
    [InlineData("never", Scopes.All, false)]
    public async Task Patients_and_devices_are_registered_where_that_is_wanted_and_allowed(string wish, object scopes, bool isRegistered)
    {
        await using var receiver = await LogReceiver.StartAsync(At("store"), time: _time, callers: new OneCaller((Scopes)scopes));

        await SimulateAsync(receiver, $"--devices 25 --seconds 20 --faults skew=0.3 --name trial --key medai_x --register {wish}");

        var patients = receiver.Directory.Patients;
        var worn = receiver.Directory.Intervals().Select(device => (device.Device, device.Interval.Patient)).ToHashSet();
        await receiver.DisposeAsync();
        var journal = SentJournal.Read(At("journal.tsv"));
        journal.AssertAgreesWithLogOf(At("store"));
        Assert.Equal(500, journal.Count("acknowledged"));
        var said = journal.Frames.Select(frame => (frame.Device, frame.Patient)).ToHashSet();
        Assert.Equal(isRegistered ? said : [], worn);
        Assert.Equal(isRegistered ? said.Select(one => one.Patient).Distinct().Order() : [], patients.Select(patient => patient.Id));
        Assert.All(patients, patient => Assert.StartsWith("trial-ward-", patient.Facts.Ward, StringComparison.Ordinal));
        Assert.Contains(isRegistered ? "were registered" : "named their patients", _output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Registering_that_must_be_and_may_not_is_a_failure()
    {
        await using var receiver = await LogReceiver.StartAsync(At("store"), time: _time, callers: new OneCaller(Scopes.Ingest));

        var code = await RunAsync(Arguments(receiver, "--key medai_x --seconds 5 --register always"));

        Assert.Equal(ExitCodes.Failure, code);
        Assert.Contains("cannot be registered: 403", _error, StringComparison.Ordinal);
        Assert.Contains("--register never", _error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_run_is_the_same_devices_switched_on_again()
    {
        await using var receiver = await LogReceiver.StartAsync(At("store"), time: _time);
        await SimulateAsync(receiver, "--devices 10 --seconds 20");
        var first = SentJournal.Read(At("journal.tsv"));

        await SimulateAsync(receiver, "--devices 10 --seconds 20");

        await receiver.DisposeAsync();
        var second = SentJournal.Read(At("journal.tsv"));
        Assert.Equal(200, second.Count("acknowledged"));
        Assert.True(first.Frames.Max(frame => frame.Epoch) < second.Frames.Min(frame => frame.Epoch));
        Assert.Equal(first.Frames.Select(frame => frame.Device).ToHashSet(), second.Frames.Select(frame => frame.Device).ToHashSet());
    }

    [Fact]
    public async Task Nobody_listening_is_a_failure_that_says_so()
    {
        var code = await RunAsync("simulate", "--to", "http://127.0.0.1:9", "--seconds", "1", "--give-up", "5");

        Assert.Equal(ExitCodes.Failure, code);
        Assert.Contains("no answer", _error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_interruption_ends_in_order_and_the_journal_tells_all()
    {
        await using var receiver = await LogReceiver.StartAsync(At("store"), time: _time);
        using var interrupt = new CancellationTokenSource();
        var arguments = Arguments(receiver, "--devices 50 --seconds 3600 --register never --faults late=0.5,duplicates=0.5");

        // Some minutes of the fleet go by meanwhile.
        var run = RunUntilAsync(arguments, interrupt.Token);
        while (receiver.Requests < 60 && !run.IsCompleted)
        {
            await Task.Yield();
        }

        await interrupt.CancelAsync();
        var code = await run;

        Assert.Equal(ExitCodes.Interrupted, code);
        await receiver.DisposeAsync();
        var journal = SentJournal.Read(At("journal.tsv"));
        journal.AssertAgreesWithLogOf(At("store"));
        AssertCounts(journal, Report(), isInterrupted: true);
        Assert.True(journal.Count("acknowledged") > 30);
    }

    [Theory]
    [InlineData("simulate", "Say by --to where to send")]
    [InlineData("simulate --to ftp://x", "--to: 'ftp://x' is no receiver. Write http://HOST:PORT")]
    [InlineData("simulate --to http://x --faults lightning", "--faults: 'lightning' is no fault")]
    [InlineData("simulate --to http://x --rate 0", "--rate: '0' is not a number from 0.01 to 50")]
    [InlineData("simulate --to http://x --seconds 1 --minutes 1", "--seconds and --minutes both")]
    [InlineData("simulate --to http://x --form xml", "--form: 'xml' is neither protobuf nor json")]
    [InlineData("simulate --to http://x --register perhaps", "--register: 'perhaps'")]
    [InlineData("simulate --to http://x --journal /no/such/folder/j", "--journal: there is no folder")]
    [InlineData("simulate --to http://x --report /no/such/folder/r", "--report: there is no folder")]
    [InlineData("simulate --to kafka://k:9092 --gzip", "--gzip is of HTTP")]
    [InlineData("simulate --to kafka://k:9092 --key k", "--key is of HTTP")]
    [InlineData("simulate --to kafka://k:9092 --register always", "--register always is of HTTP")]
    public async Task Wrong_arguments_are_refused(string arguments, string part)
    {
        var code = await RunAsync(arguments.Split(' '));

        Assert.Equal(ExitCodes.Usage, code);
        Assert.Contains(part, _error, StringComparison.Ordinal);
    }

    private sealed class OneCaller(Scopes scopes) : ICallerSource
    {
        public Caller? Identify(ReadOnlySpan<char> token) => token is "medai_x" ? new Caller("x", scopes, [], []) : null;
    }

    private static void AssertCounts(SentJournal journal, JsonElement report, bool isInterrupted = false)
    {
        Assert.Equal(
            (journal.Count("acknowledged"), journal.Count("refused"), journal.Count("undelivered"), journal.Count("lost")),
            (report.GetProperty("acknowledged").GetInt32(), report.GetProperty("refused").GetInt32(), report.GetProperty("undelivered").GetInt32(),
                report.GetProperty("lost").GetInt32()));
        Assert.Equal(journal.Frames.Count(frame => frame.Outcome != "lost"), report.GetProperty("unique").GetInt32());
        Assert.Equal(journal.Frames.Sum(frame => frame.Sent), report.GetProperty("sent").GetInt32());

        // Whoever is interrupted may have frames that never went out.
        var first = report.GetProperty("sent").GetInt32() - report.GetProperty("resent").GetInt32();
        Assert.InRange(first, isInterrupted ? 0 : report.GetProperty("frames").GetInt32(), report.GetProperty("frames").GetInt32());
    }

    private static (int, int, int, int, int, int) Numbers(JsonElement report, params string[] names)
    {
        var n = names.Select(name => report.GetProperty(name).GetInt32()).ToArray();
        return (n[0], n[1], n[2], n[3], n[4], n[5]);
    }

    private string At(string name) => Path.Combine(_folder.FullName, name);

    private JsonElement Report() => JsonDocument.Parse(File.ReadAllBytes(At("report.json"))).RootElement;

    private string[] Arguments(LogReceiver receiver, string options) =>
    [
        "simulate", "--to", receiver.Address, "--journal", At("journal.tsv"), "--report", At("report.json"), .. options.Split(' '),
    ];

    private async Task<JsonElement> SimulateAsync(LogReceiver receiver, string options, int expected = ExitCodes.Ok)
    {
        var code = await RunAsync(Arguments(receiver, options));
        Assert.True(code == expected, $"exit code {code}: {_error}{_output}");
        return Report();
    }

    private Task<int> RunAsync(params string[] arguments) => RunUntilAsync(arguments, TestContext.Current.CancellationToken);

    private async Task<int> RunUntilAsync(string[] arguments, CancellationToken interrupted)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        var app = new MedaiApp(new Surroundings { Output = output, Error = error, Time = _time });
        var code = await app.RunAsync(arguments, interrupted);
        (_output, _error) = (output.ToString(), error.ToString());
        return code;
    }
}
