// Bodies with frames as no sane device sends them: seeded, so that each can be made again.
using System.Text;
using Google.Protobuf;
using Proto = MedAI.Schemas.V1;

namespace Acceptance.Tests.Web;

/// <summary>One body and what it claims to be.</summary>
/// <param name="Plain">Its bytes before packing.</param>
/// <param name="Sent">Its bytes as they are sent.</param>
/// <param name="MediaType">What it claims to be.</param>
/// <param name="IsGzip">Whether it claims to be packed.</param>
/// <param name="IsSoundlyPacked">Whether it is as it claims about that.</param>
internal sealed record MutatedBody(byte[] Plain, byte[] Sent, string MediaType, bool IsGzip, bool IsSoundlyPacked);

/// <summary>Makes bodies. Each seed gives one, always the same.</summary>
internal static class MutatedBodies
{
    public const string Ndjson = "application/x-ndjson";
    public const string Json = "application/json";
    public const string Protobuf = "application/x-protobuf";

    private static readonly string[] Snippets =
    [
        "\"", "{", "}", "[", "]", ",", ":", "\n", "\r\n", "\\", "\\u", "\\ud800", "\\u0000", "\\\"", "null", "true", "NaN", "-", "1e999", "-1e-999", "0x10", "1.",
        "18446744073709551616", "9223372036854775808", "99999999999999999999999999999999999999", "\"patient\":", "\"device\":\"x\",", "\"readings\":[", "\"time\":",
        "{}", "[]", "[[[[[[[[[[[[", "{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":1}}}}}", "/*", "//", "é", "\uFEFF", "\0", "\u2028", " ", "\t", "'",
    ];

    public static MutatedBody Of(int seed)
    {
        var random = new Random(seed);
        var form = random.Next(10) switch { < 5 => Ndjson, < 7 => Json, _ => Protobuf };
        var body = form == Protobuf ? Message(random) : Text(random, form);
        for (var i = random.Next(3); i > 0; i--)
        {
            body = Mutate(random, body);
        }

        var mediaType = random.Next(100) == 0 ? Other(random) : form;
        if (random.Next(10) > 0)
            return new(body, body, mediaType, IsGzip: false, IsSoundlyPacked: true);

        var packed = random.Next(20) == 0 ? body : FrameBodies.Gzip(body);
        var isSound = packed != body && random.Next(4) > 0;
        return new(body, isSound ? packed : Mutate(random, packed), mediaType, IsGzip: true, isSound);
    }

    private static byte[] Text(Random random, string form)
    {
        var frames = Enumerable.Range(1, random.Next(50) == 0 ? random.Next(60, 200) : random.Next(1, 4)).Select(n => random.Next(40) switch
        {
            0 => "",
            1 => "   ",
            2 => FrameBodies.Frame(n, patient: null),
            3 => FrameBodies.Frame(n, new string('x', random.Next(1, 10_000))),
            4 => FrameBodies.Frame(n, time: random.NextInt64(-100_000_000_000_000, 300_000_000_000_000)),
            _ => FrameBodies.Frame(n),
        }).ToArray();
        var text = form == Ndjson ? string.Join(random.Next(5) == 0 ? "\r\n" : "\n", frames)
            : frames.Length == 1 ? frames[0]
            : $"[{string.Join(',', frames)}]";
        return Encoding.UTF8.GetBytes(random.Next(3) == 0 ? text + "\n" : text);
    }

    private static byte[] Message(Random random)
    {
        var batch = new Proto.FrameBatch();
        for (var n = random.Next(50) == 0 ? random.Next(60, 200) : random.Next(1, 4); n > 0; n--)
        {
            batch.Frames.Add(new Proto.Frame
            {
                Patient = random.Next(20) == 0 ? "" : "p1",
                Device = random.Next(20) == 0 ? new string('x', random.Next(1, 5000)) : "d1",
                Source = (Proto.SourceClass)random.Next(0, 5),
                Epoch = (ulong)random.Next(0, 3),
                Sequence = (ulong)random.NextInt64(),
                EventTimeMs = random.Next(5) == 0 ? random.NextInt64() : 1_714_550_400_000,
                Readings = { Enumerable.Range(0, random.Next(20) == 0 ? random.Next(0, 70) : 2).Select(_ => Reading(random)) },
            });
        }

        return batch.ToByteArray();
    }

    private static Proto.Reading Reading(Random random) => new()
    {
        Vital = (Proto.VitalSign)random.Next(0, 20),
        Value = BitConverter.Int64BitsToDouble(random.NextInt64()),
        Unit = (Proto.Unit)random.Next(0, 13),
        Validity = (Proto.Validity)random.Next(0, 5),
        Name = random.Next(10) == 0 ? "mood" : "",
    };

    public static byte[] Mutate(Random random, byte[] body)
    {
        var at = random.Next(body.Length + 1);
        var length = random.Next(Math.Min(body.Length - at, 40) + 1);
        var (before, part, after) = (body[..at], body[at..(at + length)], body[(at + length)..]);
        switch (random.Next(9))
        {
            case 0 when length > 0:
                part[random.Next(length)] ^= (byte)(1 << random.Next(8));
                return [.. before, .. part, .. after];
            case 1:
                return [.. before, .. after];
            case 2:
                return [.. before, .. part, .. part, .. after];
            case 3:
                random.NextBytes(part);
                return [.. before, .. part, .. after];
            case 4:
                return before;
            case 5:
                return [.. before, .. Enumerable.Repeat((byte)random.Next(256), random.Next(200) == 0 ? random.Next(100_000) : random.Next(300)), .. after];
            case 6:
                return [.. after, .. part, .. before];
            default:
                return [.. before, .. Encoding.UTF8.GetBytes(Snippets[random.Next(Snippets.Length)]), .. part, .. after];
        }
    }

    private static string Other(Random random) =>
        new[] { Ndjson, Json, Protobuf, "text/plain", "application/json; charset=utf-16", "multipart/form-data; boundary=x" }[random.Next(6)];
}
