// Bytes cut off or changed never throw and never take memory out of proportion; what is still taken means what protobuf says it means.
using Google.Protobuf;
using MedAI.Streaming.Domain;
using MedAI.Streaming.Domain.Alerts;
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Domain.Vitals;
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.Pipeline.Wire;
using MedAI.Streaming.TestKit.Contracts;
using Xunit;
using Proto = MedAI.Schemas.V1;

namespace MedAI.Streaming.Pipeline.Tests.Wire;

public sealed class BrokenBytesTests
{
    // A copy of a record for every two bytes (a known field of a control record), and a list of what was rejected.
    private const int BytesPerByte = 128;
    private const int BytesAtLeast = 16 * 1024;

    [Fact]
    public void Decode_EveryPrefixOfAFrame_DoesNotThrow()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var bytes = new RandomMessages(seed).Frame().ToByteArray();
            for (var length = 0; length < bytes.Length; length++)
            {
                DecodeInBounds(bytes.AsSpan(0, length), seed);
            }
        }
    }

    [Fact]
    public void Decode_EveryPrefixOfAControlRecord_DoesNotThrow()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            foreach (var element in Controls(seed))
            {
                var record = Record.Of(element);
                for (var length = 0; length < record.Payload.Length; length++)
                {
                    DecodeInBounds(record.Kind, record.Payload.AsSpan(0, length), seed);
                }
            }
        }
    }

    [Fact]
    public void Decode_ChangedFrames_DoNotThrowAndMeanWhatProtobufReads()
    {
        var taken = 0;
        for (var seed = 0; seed < 20_000; seed++)
        {
            var random = new RandomMessages(seed);
            var bytes = Mutate(random.Frame().ToByteArray(), random.Random);
            if (DecodeInBounds(bytes, seed) != RejectReason.None)
            {
                continue;
            }

            taken++;
            var decoded = DecodedFrame.Of(bytes);
            Expected.Equal(
                Proto.Frame.Parser.ParseFrom(bytes), demo: false, decoded.Frame, decoded.Patient, decoded.Device, decoded.Rejected);
        }

        // Otherwise the changes are so coarse that this shows nothing.
        Assert.InRange(taken, 2000, 18_000);
    }

    [Fact]
    public void Decode_ChangedControlRecords_DoNotThrow()
    {
        for (var seed = 0; seed < 5000; seed++)
        {
            foreach (var element in Controls(seed))
            {
                var record = Record.Of(element);
                DecodeInBounds(record.Kind, Mutate(record.Payload, new Random(seed)), seed);
            }
        }
    }

    [Fact]
    public void Decode_RandomBytes_DoNotThrow()
    {
        for (var seed = 0; seed < 20_000; seed++)
        {
            var random = new Random(seed);
            var bytes = new byte[random.Next(200)];
            random.NextBytes(bytes);
            DecodeInBounds(bytes, seed);
            DecodeInBounds((RecordKind)random.Next(256), bytes, seed);
        }
    }

    [Fact]
    public void Decode_ALengthFarBeyondTheEnd_TakesNoMemory()
    {
        // Field 1, two gigabytes of text, of which nothing is there.
        byte[] bytes = [0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0x07];

        Assert.Equal(RejectReason.Malformed, DecodeInBounds(bytes, 0));
        DecodeInBounds(RecordKind.PatientFacts, bytes, 0);
    }

    [Fact]
    public void Process_ALogOfChangedRecords_AccountsForEverything()
    {
        for (var seed = 0; seed < 300; seed++)
        {
            var random = new RandomMessages(seed);
            var flow = new PartitionFlow(0, new FlowLaw(new RuleBook(new MonitorSettings()), null, null));
            var batch = new LogBatch();
            batch.Reset(0);
            for (var i = 0; i < 40; i++)
            {
                Add(batch, Element(random, 1_700_000_000_000 + (i * 500L)), random.Random);
            }

            flow.Process(batch);

            var totals = new FlowTotals();
            flow.AddTo(totals);
            Assert.Equal(totals.In, totals.Accepted + totals.Late + totals.Duplicate + totals.Rejected);
            Assert.True(totals.In > 0, $"seed {seed}");
            Assert.Equal(40, flow.NextOffset);
        }
    }

    private static void Add(LogBatch batch, LogElement element, Random random)
    {
        var record = Record.Of(element);
        var payload = random.Next(4) == 0 ? record.Payload : Mutate(record.Payload, random);
        var kind = random.Next(20) == 0 ? (byte)random.Next(256) : (byte)record.Kind;
        var bytes = TestRecords.Make(kind, record.ArrivalTime, payload);
        bytes.CopyTo(batch.Add(bytes.Length, 1));
    }

    // Three patients with a device each, so that changed records meet ordinary ones.
    private static LogElement Element(RandomMessages random, long arrivalTime)
    {
        var message = random.Frame();
        message.Patient = $"p{random.Random.Next(3)}";
        message.Device = "d";
        message.Epoch = 1;
        message.Sequence = (ulong)random.Random.Next(1, 40);
        message.EventTimeMs = arrivalTime - random.Random.Next(5000);
        return random.Random.Next(8) == 0 ? random.Random.GetItems([.. Controls(random.Random.Next(1000))], 1)[0] : RandomMessages.Element(message, arrivalTime);
    }

    private static IEnumerable<LogElement> Controls(int seed) => new RandomMessages(seed).Controls(seed, 0);

    private static byte[] Mutate(byte[] bytes, Random random)
    {
        var changed = bytes.ToList();
        for (var changes = random.Next(1, 4); changes > 0 && changed.Count > 0; changes--)
        {
            var at = random.Next(changed.Count);
            switch (random.Next(6))
            {
                case 0:
                    changed.RemoveRange(at, random.Next(1, Math.Min(8, changed.Count - at) + 1));
                    break;
                case 1:
                    changed.Insert(at, (byte)random.Next(256));
                    break;
                case 2:
                    changed[at] = (byte)(random.Next(2) == 0 ? 0xFF : 0x80);
                    break;
                case 3:
                    changed.InsertRange(at, changed.GetRange(at, random.Next(1, Math.Min(20, changed.Count - at) + 1)));
                    break;
                default:
                    changed[at] ^= (byte)(1 << random.Next(8));
                    break;
            }
        }

        return [.. changed];
    }

    private static RejectReason DecodeInBounds(ReadOnlySpan<byte> bytes, int seed)
    {
        // Once beforehand: what is made once for the process is not what these bytes cost.
        var rejected = new List<RejectedReading>();
        var frame = default(Frame);
        FrameDecoder.Decode(bytes, demo: false, ref frame, out _, out _, rejected);
        rejected.Clear();
        var before = GC.GetAllocatedBytesForCurrentThread();
        var reason = FrameDecoder.Decode(bytes, demo: false, ref frame, out var patient, out var device, rejected);
        AssertInBounds(GC.GetAllocatedBytesForCurrentThread() - before, bytes.Length, seed);
        if (reason == RejectReason.None)
        {
            Assert.InRange(patient.Length, 1, FrameDecoder.MaxIdBytes);
            Assert.InRange(device.Length, 1, FrameDecoder.MaxIdBytes);
        }
        else
        {
            Assert.Empty(rejected);
        }

        return reason;
    }

    private static void DecodeInBounds(RecordKind kind, ReadOnlySpan<byte> bytes, int seed)
    {
        ControlDecoder.Decode(kind, 1, 0, bytes);
        var before = GC.GetAllocatedBytesForCurrentThread();
        ControlDecoder.Decode(kind, 1, 0, bytes);
        AssertInBounds(GC.GetAllocatedBytesForCurrentThread() - before, bytes.Length, seed);
    }

    private static void AssertInBounds(long allocated, int length, int seed) =>
        Assert.True(allocated <= BytesAtLeast + ((long)BytesPerByte * length), $"seed {seed}: {allocated} bytes for {length}");
}
