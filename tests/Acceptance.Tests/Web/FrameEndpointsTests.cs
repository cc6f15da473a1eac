// POST /v1/frames: what is taken is in the log in its order before it is acknowledged, and what is not is told line by line.
using Google.Protobuf;
using MedAI.Streaming.Domain.Stream;
using MedAI.Streaming.Domain.Vitals;
using MedAI.Streaming.Host.Web;
using MedAI.Streaming.Host.Web.Patients;
using Xunit;
using static Acceptance.Tests.Web.FrameBodies;
using Proto = MedAI.Schemas.V1;

namespace Acceptance.Tests.Web;

public sealed class FrameEndpointsTests : FrameServiceTests
{
    public static TheoryData<string> Forms => ["application/x-ndjson", "application/json", "application/json; charset=\"UTF-8\"", "application/x-protobuf"];

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task Every_form_of_a_body_brings_its_frames_into_the_log_in_their_order(string form)
    {
        await using var service = await StartAsync();
        foreach (var body in new[] { Body(form, 1), Body(form, 300, first: 2) })
        {
            foreach (var content in new[] { Of(body, form), Packed(Gzip(body), form) })
            {
                var (status, answer, _) = await service.SendAsync(HttpMethod.Post, "/v1/frames", content: content);

                Assert.Equal(202, status);
                Assert.Empty(answer.GetProperty("refused").EnumerateArray());
            }
        }

        var expected = new[] { 1, 1 }.Concat(Enumerable.Range(2, 300)).Concat(Enumerable.Range(2, 300)).Select(n => (ulong)n);
        Assert.Equal(expected, Gateway.Frames.Select(frame => frame.Sequence));
        Assert.All(Gateway.Frames, frame => Assert.Equal(("p1", "d1", 2), (frame.Patient, frame.Device, frame.Readings.Count)));
    }

    [Fact]
    public async Task Lines_may_end_with_a_carriage_return_and_blank_ones_are_passed_over()
    {
        await using var service = await StartAsync();

        var (status, answer, _) = await PostAsync(service, $"\r\n{Frame(1)}\r\n \t\n{Frame(2)}\n\nnot json\n");

        Assert.Equal((400, 2), (status, answer.GetProperty("accepted").GetInt32()));
        Assert.Equal([(6, "malformed")], Refused(answer));
    }

    [Fact]
    public async Task What_is_refused_is_told_by_line_and_reason_and_the_rest_is_kept()
    {
        await using var service = await StartAsync();

        var (status, answer, response) = await PostAsync(
            service, $"{Frame(1)}\n{{\"device\":7}}\n{Frame(2)}\n{Frame(3, patient: null)}\n{{}}\n{Frame(4)}");

        Assert.Equal(422, status);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.ToString());
        Assert.Equal(3, answer.GetProperty("accepted").GetInt32());
        Assert.Equal([(2, "malformed"), (4, "device_not_associated"), (5, "missing_field")], Refused(answer));
        Assert.Equal([1, 2, 4], Gateway.Frames.Select(frame => (int)frame.Sequence));

        // In the log, too, so that nothing is lost from the accounting: in their places, with the readings they stand for.
        Assert.Equal(
            [RejectReason.Malformed, RejectReason.DeviceNotAssociated, RejectReason.MissingField], Gateway.Refused.Select(one => one.Reason));
        Assert.Equal([1, 2, 1], Gateway.Refused.Select(one => one.Readings));
        Assert.Equal([true, false, true, false, false, true], Gateway.Elements.Select(one => one is FrameElement));
        var first = Gateway.Refused.First();
        Assert.Equal("{\"device\":7}", first.Text);
        Assert.Equal($"http:anyone:{answer.GetProperty("requestId").GetString()}:2", first.Where);
    }

    [Theory]
    [InlineData("[]", 400, 0, "empty_body")]
    [InlineData("", 400, 0, "empty_body")]
    [InlineData("  \n ", 400, 0, "empty_body")]
    [InlineData("@", 202, 1, "")]
    [InlineData(" [ @ , @\n] ", 202, 2, "")]
    [InlineData("[@,]", 400, 1, "2 malformed")]
    [InlineData("[,@]", 400, 1, "1 malformed")]
    [InlineData("[@ @]", 400, 0, "1 malformed")]
    [InlineData("[@,{\"a\":[{}],\"x\":\"],\\\"}\"},@]", 400, 2, "2 malformed")]
    [InlineData("[@,{\"a\":[}],\"x\"},@]", 400, 2, "2 malformed 3 malformed")]
    [InlineData("[@,7,\"x\",null,[@],@]", 400, 2, "2 malformed 3 malformed 4 malformed 5 malformed")]
    [InlineData("[@,@", 400, 1, "2 truncated")]
    [InlineData("[", 400, 0, "1 truncated")]
    [InlineData("[@] x", 400, 1, "2 malformed")]
    [InlineData("[@][@]", 400, 1, "2 malformed")]
    [InlineData("{} @", 400, 0, "1 malformed")]
    public async Task An_array_is_cut_at_its_commas_whatever_is_between_them(string body, int expected, int accepted, string refused)
    {
        await using var service = await StartAsync();
        var content = Of(body.Replace("@", Frame(1), StringComparison.Ordinal), "application/json");

        var (status, answer, _) = await service.SendAsync(HttpMethod.Post, "/v1/frames", content: content);

        Assert.Equal((expected, accepted), (status, Gateway.Frames.Count()));
        if (refused == "empty_body")
            Assert.Equal(refused, answer.GetProperty("code").GetString());
        else
            Assert.Equal(refused, string.Join(' ', Refused(answer).Select(one => $"{one.Line} {one.Reason}")));
    }

    [Fact]
    public async Task A_batch_keeps_its_good_frames_and_names_the_others_by_their_number()
    {
        await using var service = await StartAsync();
        var batch = new Proto.FrameBatch { Frames = { Message(1), Message(2), Message(3) } };
        batch.Frames[1].Device = "";
        byte[] unknown = [0x10, 0x05, 0x1A, 0x02, 1, 2, 0x21, 1, 2, 3, 4, 5, 6, 7, 8, 0x2D, 1, 2, 3, 4];
        byte[] body = [.. unknown, .. batch.ToByteArray(), 0x0A, 0x01, 0xFF, .. unknown, .. new Proto.FrameBatch { Frames = { Message(5) } }.ToByteArray()];

        var (status, answer, _) = await service.SendAsync(HttpMethod.Post, "/v1/frames", content: Of(body, "application/x-protobuf"));

        Assert.Equal(422, status);
        Assert.Equal([(2, "missing_field"), (4, "malformed")], Refused(answer));
        Assert.Equal([1, 3, 5], Gateway.Frames.Select(frame => (int)frame.Sequence));
        Assert.Equal("FF", Gateway.Refused.Last().Text);
    }

    [Theory]
    [InlineData(new byte[] { 0x0A }, "2 truncated")]
    [InlineData(new byte[] { 0x0A, 0x05, 0x01 }, "2 truncated")]
    [InlineData(new byte[] { 0x12, 0x05, 0x01 }, "2 truncated")]
    [InlineData(new byte[] { 0x09, 0x05 }, "2 truncated")]
    [InlineData(new byte[] { 0x80 }, "2 truncated")]
    [InlineData(new byte[] { 0x00 }, "2 malformed")]
    [InlineData(new byte[] { 0x0B }, "2 malformed")]
    [InlineData(new byte[] { 0x12, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01 }, "2 malformed")]
    [InlineData(new byte[] { 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF }, "2 malformed")]
    public async Task A_batch_that_goes_wrong_keeps_what_came_before(byte[] rest, string refused)
    {
        await using var service = await StartAsync();
        byte[] body = [.. new Proto.FrameBatch { Frames = { Message(1) } }.ToByteArray(), .. rest];

        var (status, answer, _) = await service.SendAsync(HttpMethod.Post, "/v1/frames", content: Of(body, "application/x-protobuf"));

        Assert.Equal((400, 1), (status, Gateway.Frames.Count()));
        Assert.Equal(refused, string.Join(' ', Refused(answer).Select(one => $"{one.Line} {one.Reason}")));
    }

    [Theory]
    [InlineData("text/plain", null)]
    [InlineData(null, null)]
    [InlineData("application/x-ndjson; charset=utf-16", null)]
    [InlineData("application/x-ndjson", "br")]
    [InlineData("application/x-ndjson", "gzip, gzip")]
    public async Task A_form_that_is_not_known_is_refused_and_the_known_ones_are_named(string? form, string? encoding)
    {
        await using var service = await StartAsync();
        var content = Of(Frame(1), form ?? "text/plain");
        if (form is null)
            content.Headers.ContentType = null;
        if (encoding is not null)
            content.Headers.TryAddWithoutValidation("Content-Encoding", encoding);

        var (status, _, response) = await service.SendAsync(HttpMethod.Post, "/v1/frames", content: content);

        Assert.Equal(415, status);
        Assert.Contains(encoding is null ? "application/x-ndjson" : "gzip", response.Headers.ToString(), StringComparison.Ordinal);
        Assert.Empty(Gateway.Elements);
    }

    [Fact]
    public async Task A_device_is_its_wearers_at_the_time_of_the_reading()
    {
        Directory.Put("d1", Directory.Device("d1").Associate("p1", 1_000_000, 0, "x").History.Associate("p2", 2_000_000, 0, "x").History);
        await using var service = await StartAsync();

        var (status, answer, _) = await PostAsync(service, string.Join('\n',
            Frame(1, patient: null, time: 0), Frame(1, patient: null, time: 999_000), Frame(2, patient: null, time: 1_997_999),
            Frame(3, patient: null, time: 1_997_000), Frame(4, patient: "p2", time: 3_000_000), Frame(5, patient: "p1", time: 3_000_000),
            Frame(6, patient: "p9", time: 0), Frame(7, "d9", "p9"), Frame(8, "d9", null)));

        Assert.Equal(422, status);
        Assert.Equal(
            [(1, "device_not_associated"), (6, "other_patient"), (7, "other_patient"), (9, "device_not_associated")], Refused(answer));
        Assert.Equal(["1 p1", "2 p1", "3 p2", "4 p2", "7 p9"], Gateway.Frames.Select(frame => $"{frame.Sequence} {frame.Patient}"));
    }

    [Fact]
    public async Task A_key_for_some_devices_sends_for_no_others_and_learns_nothing_of_them()
    {
        Directory.Put("pump-1", Directory.Device("pump-1").Associate("p1", 0, 0, "x").History);
        await using var service = await StartAsync(caller: new("k7", Scopes.Ingest, ["mon-*"], []));
        var body = Ndjson(Frame(1, "mon-1"), Frame(2, "pump-1", null), Frame(3, "pump-2", null), Frame(4, "pump-1", "p2"));

        var (status, answer, _) = await service.SendAsync(HttpMethod.Post, "/v1/frames", "any", body);

        Assert.Equal(422, status);
        Assert.Equal([(2, "device_not_allowed"), (3, "device_not_allowed"), (4, "device_not_allowed")], Refused(answer));
        Assert.Equal([1], Gateway.Frames.Select(frame => (int)frame.Sequence));
        Assert.StartsWith("http:k7:", Gateway.Refused.First().Where, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_for_some_wards_sends_for_their_patients_only()
    {
        foreach (var (patient, ward) in new[] { ("p1", "icu"), ("p2", "er"), ("p3", null) })
        {
            Directory.Put(new PatientEntry(new PatientFactsElement(0, patient, Ward: ward), []));
        }

        Directory.Put("d2", Directory.Device("d2").Associate("p2", 0, 0, "x").History);
        await using var service = await StartAsync(caller: new("k", Scopes.Ingest, [], ["icu", "w2"]));
        var body = Ndjson(Frame(1), Frame(2, "d9", "p2"), Frame(3, "d2", null), Frame(4, "d9", "p3"), Frame(5, "d9", "stranger"));

        var (_, answer, _) = await service.SendAsync(HttpMethod.Post, "/v1/frames", "any", body);

        Assert.Equal([2, 3, 4, 5], Refused(answer).Select(one => one.Line));
        Assert.All(Refused(answer), one => Assert.Equal("device_not_allowed", one.Reason));
    }
}
