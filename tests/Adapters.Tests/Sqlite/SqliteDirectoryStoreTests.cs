// Holds the directory in SQLite to its contract, and to what is its own: opening again, and refusing another file.
using MedAI.Streaming.Adapters.Sqlite;
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.TestKit.Contracts;
using Xunit;

namespace MedAI.Streaming.Adapters.Tests.Sqlite;

public sealed class SqliteDirectoryStoreTests : DirectoryStoreContract, IDisposable
{
    private readonly StoreDirectory _directory = new();
    private readonly string _path;

    public SqliteDirectoryStoreTests() => _path = _directory.File(SqliteDirectoryStore.FileName);

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Open_Again_HasWhatWasPut()
    {
        using (var store = Create())
        {
            store.Put(new("k", new byte[] { 7 }));
        }

        using var again = SqliteDirectoryStore.Open(_path);

        Assert.Equal([7], Assert.Single(again.Load()).Value.ToArray());
    }

    [Fact]
    public void Open_AnotherKindOfFile_IsRefused()
    {
        SqliteStateStore.Create(_path).Dispose();

        var refused = Assert.Throws<StoreException>(() => SqliteDirectoryStore.Open(_path));

        Assert.Equal(StoreFailure.Corrupt, refused.Failure);
    }

    protected override IDirectoryStore Create() => SqliteDirectoryStore.Open(_path);

    protected override IDirectoryStore Crash(IDirectoryStore store) => SqliteDirectoryStore.Open(_directory.Copy(_path));

    protected override void SetFull(IDirectoryStore store, bool full) =>
        ((SqliteDirectoryStore)store).Execute(StoreDirectory.Limit(full));
}
