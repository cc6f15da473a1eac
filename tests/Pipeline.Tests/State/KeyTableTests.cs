// The table of patient ids finds what was added, and nothing else.
using System.Text;
using MedAI.Streaming.Pipeline.State;
using Xunit;

namespace MedAI.Streaming.Pipeline.Tests.State;

public sealed class KeyTableTests
{
    [Fact]
    public void Find_ManyKeysOfEveryLength_AgreesWithADictionary()
    {
        var table = new KeyTable();
        var model = new Dictionary<string, int>();
        var random = new Random(1);
        for (var i = 0; i < 50_000; i++)
        {
            // Few letters and lengths from 0: many keys differ in one byte, or only in length.
            var key = new string([.. Enumerable.Range(0, random.Next(0, 20)).Select(_ => (char)('a' + random.Next(3)))]);
            var bytes = Encoding.UTF8.GetBytes(key);

            var found = table.Find(bytes);

            Assert.Equal(model.TryGetValue(key, out var number) ? number : -1, found);
            if (found < 0)
            {
                Assert.Equal(model.Count, table.Add(bytes));
                model.Add(key, model.Count);
            }
        }

        Assert.Equal(model.Count, table.Count);
        Assert.All(model, pair => Assert.Equal(pair.Value, table.Find(Encoding.UTF8.GetBytes(pair.Key))));
    }

    [Fact]
    public void Find_InAnEmptyTable_IsMinusOne() => Assert.Equal(-1, new KeyTable().Find("p"u8));

    [Fact]
    public void Find_AKeyThatTheCallerChangedLater_IsTheOneAdded()
    {
        var table = new KeyTable();
        var key = "patient"u8.ToArray();
        table.Add(key);
        key[0] = (byte)'q';

        Assert.Equal((0, -1), (table.Find("patient"u8), table.Find(key)));
    }

    [Fact]
    public void Find_KeysWithZeroBytesAtTheirEnd_AreDifferentKeys()
    {
        var table = new KeyTable();
        for (var length = 0; length < 40; length++)
        {
            Assert.Equal(-1, table.Find(new byte[length]));
            table.Add(new byte[length]);
        }

        Assert.All(Enumerable.Range(0, 40), length => Assert.Equal(length, table.Find(new byte[length])));
    }
}
