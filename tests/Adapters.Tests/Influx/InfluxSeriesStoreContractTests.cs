// The contract of series stores, held by a real InfluxDB 1.x.
using MedAI.Streaming.Adapters.Influx;
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.TestKit.Contracts;
using MedAI.Streaming.TestKit.Influx;
using Xunit;

namespace MedAI.Streaming.Adapters.Tests.Influx;

public sealed class InfluxSeriesStoreContractTests(InfluxFixture influx) : SeriesStoreContract, IAsyncLifetime
{
    private readonly SpillFolder _folder = new();
    private InfluxOptions _options = null!;

    public async ValueTask InitializeAsync()
    {
        var (url, database) = await influx.NewDatabaseAsync();
        _options = new InfluxOptions { Url = url, Version = InfluxVersion.One, Database = database, Patience = TimeSpan.FromSeconds(60) };
    }

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    protected override ISeriesStore Create() => InfluxSeriesStore.Open(_options, _folder.Path);

    protected override ISeriesStore Reopen(ISeriesStore store)
    {
        store.Dispose();
        return Create();
    }

    protected override ISeriesStore Crash(ISeriesStore store) => InfluxSeriesStore.Open(_options, _folder.Copy());
}
