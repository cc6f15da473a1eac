// Holds the state store in SQLite to its contract, and to what is its own: readers beside a writer, torn files.
using System.Globalization;
using MedAI.Streaming.Adapters.Sqlite;
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.TestKit.Contracts;
using Xunit;

namespace MedAI.Streaming.Adapters.Tests.Sqlite;

public sealed class SqliteStateStoreTests : EmbeddedStateStoreContract, IDisposable
{
    private readonly StoreDirectory _directory = new();
    private readonly string _path;

    public SqliteStateStoreTests() => _path = _directory.File("state.db");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Open_ReadOnlyBesideTheWriter_SeesEachCommitAndMayNotCommit()
    {
        using var store = Create();
        using var reader = SqliteStateStore.Open(_path, readOnly: true);
        Assert.Empty(reader.Transitions());
        store.SetFact(0, "a", "b");
        store.Commit(Full(partition: 0, offset: 3));

        Assert.Equal("b", reader.GetFact(0, "a"));
        Assert.Single(reader.Transitions());
        Assert.Equal([("p0", 0, 1)], reader.Patients());
        Assert.Single(reader.UnsentPages(5));
        Assert.Single(reader.DeadLetters());
        Assert.Equal(3, LoadAll(reader, 0).Offset);
        Assert.Throws<InvalidOperationException>(() => reader.Commit(Full(partition: 0, offset: 4)));
        Assert.Throws<StoreException>(() => reader.SetFact(0, "a", "c"));
    }

    [Fact]
    public void Transitions_WhileCommitsGoOn_AreThoseOfTheMomentItBegan()
    {
        using var store = Create();
        store.Commit(Full(partition: 0, offset: 1));
        store.Commit(Full(partition: 1, offset: 1));

        using var transitions = History(store).Transitions().GetEnumerator();
        Assert.True(transitions.MoveNext());
        for (var p = 2; p < 9; p++)
            store.Commit(Full(p, offset: 1));
        Assert.True(transitions.MoveNext());
        Assert.False(transitions.MoveNext());
    }

    [Fact]
    public void Open_AfterAWriteTornAnywhere_HasWholeCommitsOnly()
    {
        using var store = (SqliteStateStore)Reopen(Create());
        var empty = _directory.Copy(_path);
        store.Execute("PRAGMA wal_autocheckpoint = 0");
        for (var i = 1; i <= 40; i++)
        {
            var batch = new CommitBatch(0) { Offset = i };
            batch.Transitions.Add(Transition("p", "r", i, 0));
            batch.Pages.Add((batch.Transitions[0].Id, 1));
            batch.Patients.Add(("p", BitConverter.GetBytes(i)));
            store.Commit(batch);
        }

        var wal = File.ReadAllBytes(_path + "-wal");
        var random = new Random(5);
        var seen = new HashSet<long>();
        for (var i = 0; i < 40; i++)
        {
            var copy = _directory.File($"torn{i}.db");
            File.Copy(empty, copy);
            File.WriteAllBytes(copy + "-wal", wal[..(i == 0 ? wal.Length : random.Next(wal.Length))]);

            using var after = SqliteStateStore.Open(copy);
            var (offset, patients) = LoadAll(after, 0);
            seen.Add(offset);
            Assert.Equal(offset, after.Transitions().Count());
            Assert.Equal(offset, after.UnsentPages(100).Count);
            Assert.Equal(offset == 0 ? [] : ["p=" + Convert.ToHexString(BitConverter.GetBytes((int)offset))], patients);
        }

        Assert.Contains(40, seen);
        Assert.True(seen.Count > 10);
    }

    [Theory]
    [InlineData("")]
    [InlineData("|")]
    [InlineData("||")]
    [InlineData("|||")]
    [InlineData("p|r|1")]
    [InlineData("p|r|1|x")]
    [InlineData("p|r|x|1")]
    [InlineData("p|r|1|99999999999")]
    public void MarkSent_WhatIsNoId_IsHarmless(string id)
    {
        using var store = Create();
        store.Commit(Full(partition: 0, offset: 1));

        History(store).MarkSent(id);

        Assert.Single(History(store).UnsentPages(10));
    }

    [Fact]
    public void Id_OfAnyTransition_FindsItsPage()
    {
        using var store = Create();
        foreach (var patient in new[] { "", "|", "a|b|3|4", "é" })
        {
            foreach (var opened in new[] { 0, long.MinValue, long.MaxValue })
            {
                var batch = new CommitBatch(0);
                var transition = Transition(patient, "r.x", opened, 12);
                batch.Transitions.Add(transition);
                batch.Pages.Add((transition.Id, opened));
                store.Commit(batch);
                Assert.Equal(transition, Assert.Single(History(store).UnsentPages(5)).Transition);
                History(store).MarkSent(string.Create(CultureInfo.InvariantCulture, $"{patient}|r.x|{opened}|12"));
                Assert.Empty(History(store).UnsentPages(5));
            }
        }
    }

    protected override IStateStore Create() => SqliteStateStore.Create(_path);

    protected override IStateStore Reopen(IStateStore store)
    {
        store.Dispose();
        return SqliteStateStore.Open(_path);
    }

    protected override IAlertHistory History(IStateStore store) => (IAlertHistory)store;

    protected override IStateStore Crash(IStateStore store) => SqliteStateStore.Open(_directory.Copy(_path));

    protected override void SetFull(IStateStore store, bool full) => ((SqliteStateStore)store).Execute(StoreDirectory.Limit(full));
}
