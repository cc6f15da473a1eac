// Holds medai models compare to a store whose figures are known, and to what the pipeline wrote with a shadow beside the model.
using System.Buffers;
using System.Text.Json;
using MedAI.Streaming.Adapters.Sqlite;
using MedAI.Streaming.Domain.Features;
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Domain.Vitals;
using MedAI.Streaming.Evaluation.Metrics;
using MedAI.Streaming.Host;
using MedAI.Streaming.Host.Commands;
using MedAI.Streaming.Pipeline;
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.Pipeline.Scoring;
using MedAI.Streaming.Pipeline.Wire;
using MedAI.Streaming.TestKit.InMemory;
using MedAI.Streaming.TestKit.Worlds;
using Xunit;

namespace Acceptance.Tests.Commands;

public sealed class ModelComparisonTests : IDisposable
{
    private const long HourMs = 3_600_000;
    private const long Start = 1_772_431_200_000;
    private readonly ProgramRun _program = new();

    public ModelComparisonTests()
    {
        Card("here", "1.0.0", 0.5);
        Card("there", "2.0.0", 0.1);
        _program.Variables["MEDAI__directories__models"] = _program.At("models");
    }

    public void Dispose() => _program.Dispose();

    [Fact]
    public async Task Figures_of_a_store_are_those_of_the_steps_that_both_models_scored()
    {
        WriteStore();

        var code = await _program.RunAsync("models", "compare", "--store", _program.At("store"), "--active", "here", "--json");

        Assert.True(code == ExitCodes.Ok, _program.Error);
        using var json = JsonDocument.Parse(_program.Output);
        Assert.Equal("here@1.0.0", json.RootElement.GetProperty("active").GetProperty("model").GetString());
        var shadow = Assert.Single(json.RootElement.GetProperty("shadows").EnumerateArray());
        Assert.Equal(("there@2.0.0", 0.1), (shadow.GetProperty("model").GetString(), shadow.GetProperty("threshold").GetDouble()));
        Assert.Equal([2, 5, 1, 2], ((string[])["patients", "hours", "hoursOnlyActive", "hoursOnlyShadow"]).Select(name => shadow.GetProperty(name).GetInt32()));
        Assert.Equal([1, 1, 2, 1], Counts(shadow, "hoursAtThreshold"));
        Assert.Equal([1, 0, 1, 0], Counts(shadow, "patientsWithAlarm"));
        Assert.Equal([1, 2], ((string[])["active", "shadow"]).Select(name => shadow.GetProperty("alarms").GetProperty(name).GetInt32()));
        Assert.Equal(1 / (5 / 24.0), shadow.GetProperty("alarmsPerPatientDay").GetProperty("active").GetDouble(), 1e-6);
        Assert.Equal(JsonValueKind.Number, shadow.GetProperty("risk").GetProperty("psi").ValueKind);
    }

    [Fact]
    public async Task The_table_has_both_models_and_thresholds_of_ones_own()
    {
        WriteStore();

        var code = await _program.RunAsync(
            "models", "compare", "there", "--store", _program.At("store"), "--active", "here@1.0.0", "--shadow-threshold", "0.9", "--patient", "p1");

        Assert.True(code == ExitCodes.Ok, _program.Error);
        Assert.Contains("there@2.0.0 in shadow (alarms at 0.9) beside here@1.0.0 (at 0.5)", _program.Output, StringComparison.Ordinal);
        Assert.Contains("1 patients, 3 steps of both", _program.Output, StringComparison.Ordinal);
        Assert.Matches(@"steps at or above the threshold +0 +2 +0 +1 ", _program.Output);
    }

    [Theory]
    [InlineData("There is no model elsewhere", "--active", "elsewhere")]
    [InlineData("There is no series of elsewhere", "--active", "here", "elsewhere")]
    [InlineData("between 0 and 1", "--active", "here", "--active-threshold", "7")]
    public async Task What_cannot_be_compared_is_named(string said, params string[] arguments)
    {
        WriteStore();

        Assert.NotEqual(ExitCodes.Ok, await _program.RunAsync(["models", "compare", "--store", _program.At("store"), .. arguments]));
        Assert.Contains(said, _program.Error, StringComparison.Ordinal);
    }

    // The pipeline's own points: a twin in shadow agrees with the model in everything, and what is scored between steps does not count.
    [Fact]
    public void A_twin_in_shadow_agrees_with_the_model()
    {
        var law = TestLaw.Create();
        var twin = TestLaw.Card with { Name = "twin", Version = "2.0.0" };
        var features = FeatureSpec.Create(
            twin.Inputs, new Normalisation(twin.Mean, twin.StandardDeviation, twin.Clip, twin.SinceCapHours, twin.AdmissionCapHours), twin.StepSeconds, out _)!;
        var flow = new PartitionFlow(0, law with { Shadows = [new LoadedModel(features, new ModelScorer(new InMemoryModel(twin, 64)))] });
        Apply(flow, 3 * 3600);
        using var series = new InMemorySeriesStore();
        series.Write(0, flow.NextOffset, flow.Series);
        var (active, shadow) = (new JudgedModel("memory@1.0.0", "memory", 0.5, 600), new JudgedModel("twin@2.0.0", "memory", 0.5, 600));

        var comparison = Assert.Single(ModelComparison.Read(
            series, ["p"], Elections.Unknown, active, id => id == shadow.Id ? shadow : null, (long.MinValue, long.MaxValue), TestContext.Current.CancellationToken));

        var hours = comparison.Agreement.Hours;
        Assert.InRange(hours.Total, 15, 19);
        Assert.Equal((0, 0, 0, 0), (hours.OnlyFirst, hours.OnlySecond, comparison.OnlyActive, comparison.OnlyShadow));
        Assert.Equal(1, comparison.Agreement.Pearson()!.Value, 1e-12);
        Assert.Equal(0, comparison.Agreement.RiskPsi()!.Value, 1e-12);
        Assert.True(series.Read("p").Count(point => point.Series == "shadow.twin@2.0.0") > hours.Total);
    }

    // Of a model with an alarm score that score is held against its threshold, wherever the risk is.
    [Fact]
    public void Alarm_scores_decide_where_a_series_of_them_stands_beside_the_risks()
    {
        using var series = new InMemorySeriesStore();
        var batch = new SeriesBatch();
        batch.Patients.Add("p");
        batch.Names.AddRange(["heart_rate", "model.task", "shadow.there@2.0.0", "alarm.model.task", "alarm.shadow.there@2.0.0"]);
        for (var hour = 1; hour <= 3; hour++)
        {
            batch.Points.Add(new SeriesPoint(0, 0, Start + (hour * HourMs), 88, PointFlags.None));
            batch.Points.Add(new SeriesPoint(0, 1, Start + (hour * HourMs), 0.9, PointFlags.None));
            batch.Points.Add(new SeriesPoint(0, 2, Start + (hour * HourMs), 0.1, PointFlags.None));
            batch.Points.Add(new SeriesPoint(0, 3, Start + (hour * HourMs), hour == 1 ? 0.6 : 0.2, PointFlags.None));
            batch.Points.Add(new SeriesPoint(0, 4, Start + (hour * HourMs), hour == 3 ? 0.6 : 0.2, PointFlags.None));
        }

        // Before it another model decided, by its risk, with the same shadow beside it.
        batch.Points.Add(new SeriesPoint(0, 1, Start, 0.99, PointFlags.None));
        batch.Points.Add(new SeriesPoint(0, 2, Start, 0.1, PointFlags.None));
        batch.Points.Add(new SeriesPoint(0, 4, Start, 0.2, PointFlags.None));
        series.Write(0, 1, batch);
        var comparison = Assert.Single(ModelComparison.Read(
            series, ["p"], Elections.Unknown, new JudgedModel("here@1.0.0", "task", 0.5, 3600, HasAlarmScore: true), id => new JudgedModel(id, "task", 0.5, 3600, HasAlarmScore: true),
            (long.MinValue, long.MaxValue), TestContext.Current.CancellationToken));
        Assert.Equal((0, 1), (comparison.OnlyActive, comparison.OnlyShadow));

        Assert.Equal(new AgreementCounts(0, 1, 1, 1), comparison.Agreement.Hours);
        Assert.Equal((1, 1), (comparison.Agreement.FirstAlarms, comparison.Agreement.SecondAlarms));
        Assert.Equal((0.9, 0.1), (Math.Round(comparison.Agreement.FirstMean!.Value, 12), Math.Round(comparison.Agreement.SecondMean!.Value, 12)));
    }

    // Until hour 1 "there" decided, with "here" beside it; then "here" was promoted. Only what "here" said is held against its threshold.
    [Fact]
    public async Task Only_the_time_in_which_the_named_model_decided_is_compared()
    {
        WriteStore(("there@2.0.0", Start - HourMs), ("here@1.0.0", Start + 1));

        var code = await _program.RunAsync("models", "compare", "--store", _program.At("store"), "--active", "here", "--json");

        Assert.True(code == ExitCodes.Ok, _program.Error);
        using var json = JsonDocument.Parse(_program.Output);
        var time = Assert.Single(json.RootElement.GetProperty("active").GetProperty("decided").EnumerateArray());
        Assert.Equal((Start + 1, JsonValueKind.Null), (time.GetProperty("from").GetDateTimeOffset().ToUnixTimeMilliseconds(), time.GetProperty("until").ValueKind));
        var shadow = Assert.Single(json.RootElement.GetProperty("shadows").EnumerateArray());
        Assert.Equal([2, 3, 1, 2, 2], ((string[])["patients", "hours", "hoursOnlyActive", "hoursOnlyShadow", "hoursOfOthers"]).Select(name => shadow.GetProperty(name).GetInt32()));
        Assert.Equal([1, 1, 1, 0], Counts(shadow, "hoursAtThreshold"));
        Assert.Equal(ExitCodes.Ok, await _program.RunAsync("models", "compare", "--store", _program.At("store"), "--active", "here"));
        Assert.Contains("Compared is the time in which here@1.0.0 decided: from 2026-03-02 06:00:00Z on", _program.Output, StringComparison.Ordinal);
        Assert.Contains("; 2 decided by others are left out", _program.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_that_decided_nothing_is_not_compared_as_the_active_one()
    {
        WriteStore(("there@2.0.0", Start - HourMs));

        Assert.Equal(ExitCodes.Failure, await _program.RunAsync("models", "compare", "--store", _program.At("store"), "--active", "here"));
        Assert.Contains("here@1.0.0 decided nothing in this store; that did there@2.0.0. Name one of them by --active.", _program.Error, StringComparison.Ordinal);
    }

    private static int[] Counts(JsonElement shadow, string name) =>
        [.. ((string[])["both", "onlyActive", "onlyShadow", "neither"]).Select(count => shadow.GetProperty(name).GetProperty(count).GetInt32())];

    // p1: at hours 1 and 2 the active model is above, the shadow at hour 2. p2: the shadow is above throughout, and twice more without the model;
    // behind the last reading nothing counts.
    private void WriteStore(params (string Model, long At)[] elections)
    {
        using var store = EdgeStore.Create(_program.At("store"), 1);
        var appender = new LogAppender(store.Log);
        foreach (var (model, at) in elections)
            appender.AddInput(new ModelElectedElement(at, 0, new ModelElection(model, new string('0', 64), 0.5, 0.4, Pages: true, "a test")));
        appender.Flush();
        var batch = new SeriesBatch();
        batch.Patients.AddRange(["p1", "p2"]);
        batch.Names.AddRange(["heart_rate", "model.here", "shadow.there@2.0.0"]);
        Add(0, 1, 0.2, 0.6, 0.7, 0.9);
        Add(0, 2, 0.05, 0.05, 0.3);
        Add(1, 1, 0.1, 0.1);
        Add(1, 2, 0.4, 0.4, 0.4, 0.4, 0.99);
        batch.Points.Add(new SeriesPoint(0, 0, Start + (3 * HourMs), 88, PointFlags.None));
        batch.Points.Add(new SeriesPoint(1, 0, Start + (3 * HourMs), 88, PointFlags.None));
        batch.Points.Add(new SeriesPoint(0, 1, Start + 60_000, 0.99, PointFlags.Provisional));
        batch.Points.Add(new SeriesPoint(0, 2, Start + 60_000, 0.99, PointFlags.Provisional));
        store.Series.Write(0, 1, batch);
        var commit = new CommitBatch(0) { Offset = 1 };
        commit.Patients.Add(("p1", new byte[8]));
        commit.Patients.Add(("p2", new byte[8]));
        store.State.Commit(commit);

        void Add(int patient, ushort series, params double[] risks)
        {
            for (var hour = 0; hour < risks.Length; hour++)
            {
                batch.Points.Add(new SeriesPoint(patient, series, Start + (hour * HourMs), risks[hour], PointFlags.None));
            }
        }
    }

    private void Card(string name, string version, double threshold) => _program.Write(
        Path.Combine("models", name, version, "card.json"),
        $$"""
        {
          "name": "{{name}}", "version": "{{version}}", "inputs": ["age_years"], "stepSeconds": 3600, "stateSize": 0,
          "normalisation": { "mean": { "age_years": 60 }, "std": { "age_years": 16 }, "clip": 5, "sinceCapHours": 24, "admissionCapHours": 336 },
          "output": { "meaning": "a number" },
          "thresholds": { "alert": {{threshold.ToString(System.Globalization.CultureInfo.InvariantCulture)}}, "clear": 0.01 },
          "sha256": "{{new string('0', 64)}}"
        }
        """);

    private static void Apply(PartitionFlow flow, int seconds)
    {
        var buffer = new ArrayBufferWriter<byte>();
        var writer = new RecordWriter();
        var count = 0;
        for (var second = 0; second < seconds; second += 20, count++)
        {
            var time = Start + (second * 1000L);
            writer.Write(
                new FrameElement(time, "p", "d", SourceClass.Bedside, 1, (ulong)count + 1, time, [new(VitalSign.HeartRate, 60 + (second / 120))]), buffer);
        }

        var batch = new LogBatch();
        batch.Reset(flow.NextOffset);
        buffer.WrittenSpan.CopyTo(batch.Add(buffer.WrittenCount, count));
        flow.Process(batch);
    }
}
