// What a real InfluxDB 1.x does with what is written to it: ids of any kind, transitions, refusals, downsampling.
using System.Text;
using MedAI.Streaming.Adapters.Influx;
using MedAI.Streaming.Domain.Alerts;
using MedAI.Streaming.Domain.Patients;
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.TestKit.Influx;
using Xunit;

namespace MedAI.Streaming.Adapters.Tests.Influx;

public sealed class RealInfluxTests(InfluxFixture influx) : IAsyncLifetime
{
    private readonly SpillFolder _folder = new();
    private readonly List<string> _reports = [];
    private InfluxOptions _options = null!;

    public async ValueTask InitializeAsync()
    {
        var (url, database) = await influx.NewDatabaseAsync();
        _options = new InfluxOptions
        {
            Url = url,
            Version = InfluxVersion.One,
            Database = database,
            Patience = TimeSpan.FromSeconds(60),
            Report = _reports.Add,
        };
    }

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public void Write_IdsOfAnyCharacters_ComeBackAsTheyWent()
    {
        const string Letters = "ab%2C5é患\U0001F600 ,=\"'\\\n\r\t#|/~`{}();\u2028\u00a0\0\u001b\u007f";
        var random = new Random(11);
        var ids = new HashSet<string>(StringComparer.Ordinal) { "\\", "a\\", "%", "%5C", "=", ",", " ", "\"", "'", "\n" };
        var runes = Letters.EnumerateRunes().ToArray();
        while (ids.Count < 300)
        {
            var id = new StringBuilder();
            for (var i = random.Next(1, 12); i > 0; i--)
                id.Append(runes[random.Next(runes.Length)].ToString());
            ids.Add(id.ToString());
        }

        using var store = Open();
        var batch = new SeriesBatch();
        foreach (var (n, id) in ids.Index())
        {
            batch.Add(id, "s" + id, Points.Morning, n, device: id);
            batch.Transitions.Add(Points.Transition(id, "rule", Points.Morning, n, Points.Morning, text: id));
        }

        store.Write(0, 1, batch);

        Assert.Equal((0, 0), (store.Status.Rejected, store.Status.Waiting));
        foreach (var (n, id) in ids.Index())
        {
            var (series, point) = Assert.Single(store.Read(id));
            Assert.Equal(("s" + id, (double)n), (series, point.Value));
            Assert.Single(store.Read(id, "s" + id));
        }

        var rows = InfluxServer.Query(_options.Url, _options.Database, "SELECT * FROM transition");
        Assert.Equal(ids.Order(StringComparer.Ordinal), rows.Select(row => InfluxText.Decode(row["patient"].GetString()!)).Order(StringComparer.Ordinal));
        Assert.All(rows, row => Assert.Equal(InfluxText.Decode(row["patient"].GetString()!), InfluxText.Decode(row["text"].GetString()!)));
        Assert.Contains(ids, id => Identifier.IsValid(id));
    }

    [Fact]
    public void Write_Again_ChangesNothing()
    {
        var batch = Points.Seconds(0, 120);
        batch.Add("p1", "score.news2", Points.Morning, 3, device: null);
        batch.Add("p1", "heart_rate", Points.Morning, 99, device: "d2");
        batch.Transitions.Add(Points.Transition("p1", "r", Points.Morning, 0, Points.Morning));
        batch.Transitions.Add(Points.Transition("p1", "r", Points.Morning, 1, Points.Morning, TransitionKind.Resolved, double.NaN));
        using (var store = Open())
        {
            store.Write(0, 10, batch);
            store.Write(0, 10, batch);
        }

        using (var next = Open())
        {
            Assert.Equal(0, next.AppliedOffset(0));
            next.Write(0, 10, batch);
            Assert.Equal(122, next.Read("p1").Count());
        }

        Assert.Equal(121, Count("vital"));
        Assert.Equal(1, Count("score"));
        Assert.Equal(2, Count("transition", "text"));
        Assert.Equal(1, Count("transition", "value"));
    }

    [Fact]
    public void Read_MoreThanOnePage_GivesAllInOrder()
    {
        // Eight series a second: pages of 5,000 rows end within a second, and one time has more rows than a page.
        var batch = new SeriesBatch();
        for (var second = 0; second < 1500; second++)
        {
            for (var series = 0; series < 8; series++)
                batch.Add("p", $"s{series}", Points.Morning + (second * 1000), second);
            batch.Add("p", $"score.s", Points.Morning + (second * 1000), second, device: null);
        }

        for (var device = 0; device < 6000; device++)
            batch.Points.Add(new SeriesPoint(0, 0, Points.Morning + 700_500, device, PointFlags.None, device));
        batch.Devices.Clear();
        batch.Devices.AddRange(Enumerable.Range(0, 6000).Select(d => $"d{d}"));
        using var store = Open();
        store.Write(0, 1, batch);

        var read = store.Read("p").ToList();

        Assert.Equal(batch.Points.Count, read.Count);
        Assert.Equal(read.OrderBy(r => r.Point.EventTime).ThenBy(r => r.Series, StringComparer.Ordinal).Select(r => (r.Series, r.Point.EventTime)),
            read.Select(r => (r.Series, r.Point.EventTime)));
        Assert.Equal(6000, read.Where(r => r.Point.EventTime == Points.Morning + 700_500).Select(r => r.Point.Value).Distinct().Count());
    }

    [Fact]
    public void Write_PointsThatTheServerRefuses_AreCountedAndTheOthersStored()
    {
        // The field is text in this shard: numbers of the same day are refused, those of other days are not.
        InfluxServer.Query(_options.Url, _options.Database, "SHOW MEASUREMENTS");
        Raw($"vital,device=x,patient=p1,series=heart_rate flags=\"text\" {Points.Morning}000000");
        using var store = Open();

        store.Write(0, 1, Points.Seconds(0, 10).Add("p1", "heart_rate", Points.Morning + 30L * 86_400_000, 1));

        Assert.Equal((1, 10, 0), (store.Status.Written, store.Status.Rejected, store.Status.Waiting));
        Assert.Contains("field type conflict", store.Status.LastRejection, StringComparison.Ordinal);
        Assert.Contains("did not take 10 of 11 points", Assert.Single(_reports), StringComparison.Ordinal);
    }

    [Fact]
    public void Write_PointsOlderThanTheyAreKept_AreCounted()
    {
        InfluxServer.Query(_options.Url, "", $"ALTER RETENTION POLICY autogen ON \"{_options.Database}\" DURATION 52w SHARD DURATION 1d");
        using var store = Open();

        store.Write(0, 1, new SeriesBatch().Add("p", "x", 1000, 1).Add("p", "x", 2000, 1).Add("p", "x", DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(), 1));

        Assert.Equal((1, 2, 0), (store.Status.Written, store.Status.Rejected, store.Status.Waiting));
        Assert.Contains("retention policy", store.Status.LastRejection, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_ValuesThatAreNoNumbers_AreCountedAndLeftOut()
    {
        using var store = Open();

        store.Write(0, 1, new SeriesBatch().Add("p", "x", 1000, double.NaN).Add("p", "x", 2000, double.NegativeInfinity).Add("p", "x", 3000, 1));

        Assert.Equal((1, 2), (store.Status.Written, store.Status.Rejected));
        Assert.Equal(3000, Assert.Single(store.Read("p")).Point.EventTime);
    }

    [Fact]
    public async Task Write_WithoutTheDatabase_WaitsUntilItIsMade()
    {
        var options = _options with { Database = InfluxFixture.UniqueName(), FirstPause = TimeSpan.FromMilliseconds(20), LongestPause = TimeSpan.FromMilliseconds(50) };
        using var store = InfluxSeriesStore.Open(options, _folder.Path);

        store.Write(0, 1, Points.Seconds(0, 10));
        Assert.Equal((10, 0), (store.Status.Waiting, store.Status.Rejected));
        Assert.Contains("medai series init", store.Status.Trouble, StringComparison.Ordinal);
        InfluxSetup.Run(options, new SeriesPlan(RawDays: null), onlyShow: false);

        await TestKit.Waiting.Eventually.Async(() => store.Status.Waiting == 0, TimeSpan.FromSeconds(30), "what waits to be delivered");
        Assert.Equal(10, store.Read("p1").Count());
        await TestKit.Waiting.Eventually.Async(() => store.Status.Trouble is null, TimeSpan.FromSeconds(5), "the trouble to be over");
    }

    [Fact]
    public void Write_ToARetentionPolicyThatIsMissing_WaitsAndIsNotLost()
    {
        using var store = InfluxSeriesStore.Open(_options with { RetentionPolicy = "missing" }, _folder.Path);

        store.Write(0, 1, Points.Seconds(0, 10));

        Assert.Equal((10, 0), (store.Status.Waiting, store.Status.Rejected));
        Assert.Contains("retention policy not found", store.Status.Trouble, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_WithoutTheDatabase_SaysSo()
    {
        using var store = InfluxSeriesStore.OpenForReading(_options with { Database = "nobody-made-this" });

        var failure = Assert.Throws<StoreException>(() => store.Read("p").Count());

        Assert.Contains("database not found", failure.Message, StringComparison.Ordinal);
    }

    private InfluxSeriesStore Open() => InfluxSeriesStore.Open(_options, _folder.Path);

    private long Count(string measurement, string field = "value") =>
        InfluxServer.Count(_options.Url, _options.Database, measurement, field);

    private void Raw(string line)
    {
        using var client = new InfluxClient(_options);
        Assert.True(client.Write(LineBatch.Pack(Encoding.UTF8.GetBytes(line + "\n"), 1), TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken).IsDone);
    }
}
