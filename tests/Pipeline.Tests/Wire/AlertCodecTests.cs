// Messages about what was decided are the same to Google.Protobuf as to the program's own reader and writer.
using System.Buffers;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using MedAI.Streaming.Domain.Alerts;
using MedAI.Streaming.Pipeline.Explaining;
using MedAI.Streaming.Pipeline.Ports;
using MedAI.Streaming.Pipeline.Wire;
using Xunit;
using Proto = MedAI.Schemas.V1;

namespace MedAI.Streaming.Pipeline.Tests.Wire;

public sealed class AlertCodecTests
{
    private static readonly FileDescriptor Schema = Proto.AlertsReflection.Descriptor;

    [Fact]
    public void Transition_AnyContent_IsWhatGoogleWritesAndReads()
    {
        for (var seed = 0; seed < 2000; seed++)
        {
            var random = new RandomMessages(seed);
            var transition = Transition(random);
            long? page = random.Random.Next(2) == 0 ? random.Random.Next(3) * 1000L : null;
            var written = Written(into => AlertWriter.Write(transition, page, into));

            var expected = Message(transition, page);
            Assert.Equal(expected, Proto.AlertTransition.Parser.ParseFrom(written));
            Assert.Equal(expected.ToByteArray(), written);
            Assert.Equal(new AlertMessage(IdOf(transition), transition, page), AlertReader.Transition(expected.ToByteArray()));
        }
    }

    [Fact]
    public void Page_OfAnEarlierTransition_HasOnlyItsIdAndDelay()
    {
        var id = new TransitionId("p|1", "limit.spo2.low", -5, 3);

        var written = Written(into => AlertWriter.WritePage(id, 0, into));

        var expected = new Proto.AlertTransition
        {
            Patient = "p|1",
            Rule = "limit.spo2.low",
            OpenedEventTimeMs = -5,
            Ordinal = 3,
            PageDelayMs = 0,
        };
        Assert.Equal(expected.ToByteArray(), written);
        Assert.Equal(new AlertMessage(id, null, 0), AlertReader.Transition(written));
    }

    [Fact]
    public void DeadLetterAndScore_AnyContent_AreWhatGoogleWritesAndReads()
    {
        for (var seed = 0; seed < 1000; seed++)
        {
            var random = new RandomMessages(seed);
            var letter = new DeadLetter(
                random.Random.Next(4096), random.Random.NextInt64(), random.Random.Next(100), random.Random.Next(1, 65), random.Text(0, 20),
                random.Text(0, 20), random.Text(0, 200));
            var message = new Proto.DeadLetter
            {
                Partition = (uint)letter.Partition,
                Offset = (ulong)letter.Offset,
                Index = (uint)letter.Index,
                Readings = (uint)letter.Readings,
                Patient = letter.Patient,
                Reason = letter.Reason,
                Detail = letter.Detail,
            };
            Assert.Equal(message.ToByteArray(), Written(into => AlertWriter.Write(letter, into)));
            Assert.Equal(letter, AlertReader.DeadLetter(message.ToByteArray()));

            var flags = (PointFlags)(random.Random.Next(4) << 2);
            var score = new ScoreRecord(random.Text(0, 20), random.Text(0, 20), random.Random.NextInt64(), random.Random.NextDouble(), flags);
            var point = new Proto.ScorePoint
            {
                Patient = score.Patient,
                Series = score.Series,
                EventTimeMs = score.EventTime,
                Value = score.Value,
                Partial = (flags & PointFlags.Partial) != 0,
                Provisional = (flags & PointFlags.Provisional) != 0,
            };
            Assert.Equal(point.ToByteArray(), Written(into => AlertWriter.Write(in score, into)));
            Assert.Equal(score, AlertReader.Score(point.ToByteArray()));
        }
    }

    [Fact]
    public void Read_BytesCutOrChanged_GiveNullOrAMessageAndNeverThrow()
    {
        var random = new Random(11);
        for (var i = 0; i < 20_000; i++)
        {
            var transition = Transition(new RandomMessages(i % 50));
            var bytes = Message(transition, 5).ToByteArray();
            if (i % 2 == 0) bytes = bytes[..random.Next(bytes.Length)];
            else bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));

            // That it comes back at all is what is asked of broken bytes.
            _ = AlertReader.Transition(bytes);
            _ = AlertReader.DeadLetter(bytes);
            _ = AlertReader.Score(bytes);
        }

        Assert.Null(AlertReader.Transition([0x0A, 0x05, 0x41]));
    }

    [Theory]
    [InlineData(10, 1, 1, 1)]
    [InlineData(1, 3, 1, 1)]
    [InlineData(1, 1, 4, 1)]
    [InlineData(1, 1, 1, 26)]
    [InlineData(1, 0, 1, 1)]
    [InlineData(1, 1, 1, 0)]
    [InlineData(0, 1, 1, 1)]
    public void Transition_NumberOfALaterVersionOrMissing_IsNotRead(int kind, int category, int priority, int reason)
    {
        var message = new Proto.AlertTransition
        {
            Patient = "p",
            Rule = "r",
            Kind = (Proto.TransitionKind)kind,
            Category = (Proto.AlertCategory)category,
            Priority = (Proto.AlertPriority)priority,
            Reason = (Proto.TransitionReason)reason,
        };

        Assert.Null(AlertReader.Transition(message.ToByteArray()));
    }

    [Fact]
    public void Enums_OnTheWire_AreOneMoreThanHereExceptPriority()
    {
        Assert.Equal(Names<TransitionKind>(1), InSchema("TransitionKind", "TRANSITION_KIND_"));
        Assert.Equal(Names<AlertKind>(1), InSchema("AlertCategory", "ALERT_CATEGORY_"));
        Assert.Equal(Names<TransitionReason>(1), InSchema("TransitionReason", "TRANSITION_REASON_"));
        Assert.Equal(Names<AlertPriority>(0), InSchema("AlertPriority", "ALERT_PRIORITY_"));
    }

    [Theory]
    [InlineData("p|r|1|0", "p", "r", 1, 0)]
    [InlineData("odd|patient|1|2|r.x|-5|13", "odd|patient|1|2", "r.x", -5, 13)]
    [InlineData("|r|0|0", "", "r", 0, 0)]
    public void TransitionId_OfATransition_ComesApartAndTogetherAgain(string id, string patient, string rule, long opened, int ordinal)
    {
        Assert.True(TransitionId.TryParse(id, out var parts));
        Assert.Equal(new(patient, rule, opened, ordinal), parts);
        Assert.Equal(id, parts.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("not an id")]
    [InlineData("p|r|1")]
    [InlineData("p|r|1|")]
    [InlineData("p|r|x|0")]
    [InlineData("p|r|1|-1")]
    [InlineData("p|r|1| 1")]
    public void TransitionId_OfSomethingElse_IsNone(string id) => Assert.False(TransitionId.TryParse(id, out _));

    private static TransitionRecord Transition(RandomMessages random)
    {
        var r = random.Random;
        double Number() => r.Next(5) switch { 0 => double.NaN, 1 => 0, 2 => double.NegativeInfinity, _ => r.NextDouble() * 200 };
        InputContribution[] Contributions(int count) =>
        [
            .. Enumerable.Range(0, count).Select(_ => new InputContribution(
                random.Text(0, 20), Logit(r), Number(), Number(), random.Text(0, 6), Any<ValueDirection>(r))),
        ];
        return new(
            random.Text(0, 24), random.Text(0, 24), r.NextInt64(long.MinValue, long.MaxValue), r.Next(), Any<TransitionKind>(r), Any<AlertKind>(r),
            Any<AlertPriority>(r), Any<TransitionReason>(r), r.Next(3) == 0 ? 0 : r.NextInt64(), r.NextInt64(), Number(), Number(),
            random.Text(0, 40), random.Text(0, 40), random.Text(0, 20), random.Text(0, 200))
        {
            Explanation = r.Next(2) == 0
                ? null
                : new Explanation(
                    Contributions(r.Next(6)), Contributions(r.Next(3)),
                    [.. Enumerable.Range(0, r.Next(4)).Select(_ => new AttendedStep(r.Next(3), r.NextDouble()))],
                    Number(), Number(), Number()),
        };
    }

    private static double Logit(Random random) => random.Next(3) == 0 ? 0 : random.NextDouble() - 0.5;

    private static T Any<T>(Random random)
        where T : struct, Enum => Enum.GetValues<T>()[random.Next(Enum.GetValues<T>().Length)];

    private static Proto.AlertTransition Message(TransitionRecord t, long? page)
    {
        var message = new Proto.AlertTransition
        {
            Patient = t.Patient,
            Rule = t.Rule,
            OpenedEventTimeMs = t.OpenedEventTime,
            Ordinal = (uint)t.Ordinal,
            Kind = (Proto.TransitionKind)t.Kind + 1,
            Category = (Proto.AlertCategory)t.Alert + 1,
            Priority = (Proto.AlertPriority)t.Priority,
            Reason = (Proto.TransitionReason)t.Reason + 1,
            EventTimeMs = t.EventTime,
            ArrivalTimeMs = t.ArrivalTime,
            Inputs = t.Inputs,
            Missing = t.Missing,
            ModelVersion = t.ModelVersion,
            Text = t.Text,
        };
        if (!double.IsNaN(t.Value)) message.Value = t.Value;
        if (!double.IsNaN(t.Threshold)) message.Threshold = t.Threshold;
        if (page is { } delay) message.PageDelayMs = delay;
        if (t.Explanation is { } explanation) message.Explanation = Message(explanation);
        return message;
    }

    private static Proto.Explanation Message(Explanation explanation)
    {
        var message = new Proto.Explanation();
        message.Contributions.AddRange(explanation.Contributions.Select(Message));
        message.Background.AddRange(explanation.Background.Select(Message));
        message.Attention.AddRange(explanation.Attention.Select(a => new Proto.AttendedStep { HoursAgo = a.HoursAgo, Share = a.Share }));
        if (!double.IsNaN(explanation.RiskBefore)) message.RiskBefore = explanation.RiskBefore;
        if (!double.IsNaN(explanation.HoursBefore)) message.HoursBefore = explanation.HoursBefore;
        if (!double.IsNaN(explanation.RiskChange)) message.RiskChange = explanation.RiskChange;
        return message;
    }

    private static Proto.InputContribution Message(InputContribution c)
    {
        var message = new Proto.InputContribution { Input = c.Input, Logit = c.Logit, Unit = c.Unit, Direction = (Proto.ValueDirection)c.Direction };
        if (!double.IsNaN(c.Value)) message.Value = c.Value;
        if (!double.IsNaN(c.Change)) message.Change = c.Change;
        return message;
    }

    private static TransitionId IdOf(TransitionRecord t) => new(t.Patient, t.Rule, t.OpenedEventTime, t.Ordinal);

    private static byte[] Written(Action<ArrayBufferWriter<byte>> write)
    {
        var into = new ArrayBufferWriter<byte>();
        write(into);
        return into.WrittenSpan.ToArray();
    }

    private static IEnumerable<string> Names<T>(int more)
        where T : struct, Enum =>
        Enum.GetValues<T>().Select(v => $"{Convert.ToInt32(v, System.Globalization.CultureInfo.InvariantCulture) + more} {v.ToString().ToUpperInvariant()}");

    private static IEnumerable<string> InSchema(string name, string prefix) => Schema.FindTypeByName<EnumDescriptor>(name).Values
        .Where(v => v.Name != prefix + "UNSPECIFIED")
        .Select(v => $"{v.Number} {v.Name[prefix.Length..].Replace("_", "", StringComparison.Ordinal)}");
}
