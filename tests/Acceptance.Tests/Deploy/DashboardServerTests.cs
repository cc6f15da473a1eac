// Every query of the dashboards, asked of a real InfluxDB that holds what the program wrote there.
using Acceptance.Tests.Web.Reading;
using MedAI.Streaming.Adapters.Influx;
using MedAI.Streaming.Domain.Alerts;
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.TestKit.Influx;
using Xunit;

namespace Acceptance.Tests.Deploy;

public sealed class DashboardServerTests : IDisposable
{
    private const long Noon = 1_767_225_600_000 + 1_800_000;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("medai-dashboards-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Every_panel_shows_something_of_a_patient_whose_series_the_program_wrote()
    {
        await using var server = await InfluxServer.StartNewAsync();
        InfluxServer.Query(server.Url, "", "CREATE DATABASE medai");
        var options = new InfluxOptions { Url = server.Url, Version = InfluxVersion.One, Database = "medai" };
        using (var store = InfluxSeriesStore.Open(options, _folder.FullName))
        {
            store.Write(0, 1, Batch());
        }

        foreach (var query in Dashboards.InfluxQueries)
        {
            var rows = InfluxServer.Query(server.Url, "medai", Dashboards.Filled(query));
            Assert.True(rows.Count > 0, $"nothing is found by {query}");
        }
    }

    private static SeriesBatch Batch()
    {
        var batch = new SeriesBatch();
        batch.Patients.Add("p1");
        batch.Devices.Add("mon-1");
        string[] names =
            ["heart_rate", "spo2", "respiratory_rate", "systolic_pressure", "temperature", "glucose", "score.news2", "model.sepsis", "alarm.model.sepsis"];
        for (var i = 0; i < names.Length; i++)
        {
            batch.Names.Add(names[i]);
            var device = names[i].Contains('.', StringComparison.Ordinal) ? -1 : 0;
            batch.Points.Add(new SeriesPoint(0, (ushort)i, Noon, 7.5, PointFlags.None, device));
        }

        foreach (var priority in (AlertPriority[])[AlertPriority.Low, AlertPriority.Medium, AlertPriority.High])
        {
            batch.Transitions.Add(Decided.Of("p1", $"limit.spo2.low.{priority}", Noon, 0, TransitionKind.Opened, priority));
        }

        return batch;
    }
}
