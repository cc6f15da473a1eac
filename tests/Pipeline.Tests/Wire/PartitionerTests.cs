// Holds the partitioner to Kafka's own: the vectors are those of Kafka's test of its default partitioner's hash.
using System.Text;
using MedAI.Streaming.Pipeline.Wire;
using Xunit;

namespace MedAI.Streaming.Pipeline.Tests.Wire;

public sealed class PartitionerTests
{
    // UtilsTest.testMurmur2 of Apache Kafka.
    public static TheoryData<string, int> KafkaVectors => new()
    {
        { "21", -973932308 },
        { "foobar", -790332482 },
        { "a-little-bit-long-string", -985981536 },
        { "a-little-bit-longer-string", -1486304829 },
        { "lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971 },
        { "abc", 479470107 },
    };

    [Theory]
    [MemberData(nameof(KafkaVectors))]
    public void Murmur2_OfKafkasVectors_IsKafkas(string key, int hash) =>
        Assert.Equal(hash, (int)Partitioner.Murmur2(Encoding.UTF8.GetBytes(key)));

    [Theory]
    [MemberData(nameof(KafkaVectors))]
    public void PartitionOf_AnyCount_IsTheHashWithoutItsSignModuloTheCount(string key, int hash)
    {
        foreach (var partitions in new[] { 2, 3, 8, 48, 1000 })
        {
            Assert.Equal((hash & 0x7FFFFFFF) % partitions, Partitioner.PartitionOf(key, partitions));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("a patient")]
    public void PartitionOf_OnePartition_IsZero(string key) => Assert.Equal(0, Partitioner.PartitionOf(key, 1));

    [Fact]
    public void PartitionOf_TheEmptyKey_IsZero() => Assert.Equal(0, Partitioner.PartitionOf("", 8));

    [Fact]
    public void PartitionOf_AKeyLongerThanItsBuffer_HashesAllOfIt()
    {
        var key = new string('é', FrameDecoder.MaxIdBytes);
        var hash = Partitioner.Murmur2(Encoding.UTF8.GetBytes(key));

        Assert.Equal((int)((hash & 0x7FFFFFFF) % 7), Partitioner.PartitionOf(key, 7));
    }

    [Fact]
    public void PartitionOf_ManyKeys_SpreadsThemEvenly()
    {
        var counts = new int[8];
        for (var i = 0; i < 80_000; i++)
        {
            counts[Partitioner.PartitionOf($"patient-{i}", 8)]++;
        }

        // Binomial with a standard deviation below 94: a tenth is more than ten of them.
        Assert.All(counts, count => Assert.InRange(count, 9_000, 11_000));
    }
}
