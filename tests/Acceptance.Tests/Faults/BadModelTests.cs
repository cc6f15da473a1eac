// A model that cannot be trusted stops a run before it starts, says what to do, and leaves the way without a model open.
using System.Security.Cryptography;
using Acceptance.Tests.Configuration;
using Acceptance.Tests.Replay;
using MedAI.Streaming.Adapters.Sqlite;
using MedAI.Streaming.Host;
using Xunit;

namespace Acceptance.Tests.Faults;

public sealed class BadModelTests : IDisposable
{
    private const string Folder = "models/sepsis-vitals/2.1.0";

    private readonly Medai _medai = new();
    private readonly string _input;

    public BadModelTests()
    {
        _input = _medai.Write("readings.csv", "patient,time,vital,value\np1,2026-01-05T08:00:00Z,heart_rate,80\n");
        _medai.Variables["MEDAI__directories__models"] = _medai.At("models");
    }

    public static TheoryData<string, string, string> Spoilt => new()
    {
        { "one byte of the model changed", "the checksum does not fit", "restore it" },
        { "the model cut in half", "the checksum does not fit", "restore it" },
        { "the model cut in half and the card signed again", "model.onnx", "xport" },
        { "the card's checksum changed", "the checksum does not fit", "restore it" },
        { "no model file", "model.onnx", "Restore the file" },
        { "no card", "the card is missing", "restore the file" },
        { "no folder", "there is no such model folder", "medai models" },
        { "a card of another version", "lies in the folder of", "NAME/VERSION" },
    };

    public void Dispose() => _medai.Dispose();

    [Theory]
    [MemberData(nameof(Spoilt))]
    public async Task A_model_that_is_not_whole_stops_the_run_and_says_what_to_do(string spoilt, string what, string remedy)
    {
        Spoil(spoilt);
        string[] arguments = ["replay", "csv", _input, "--out", _medai.At("store")];

        Assert.Equal(ExitCodes.Failure, await _medai.RunAsync(arguments));

        Assert.Contains(_medai.At("models"), _medai.Error, StringComparison.Ordinal);
        Assert.Contains(what, _medai.Error, StringComparison.Ordinal);
        Assert.Contains(remedy, _medai.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("unexpected", _medai.Error, StringComparison.Ordinal);
        Assert.False(EdgeStore.Exists(_medai.At("store")));
        Assert.Equal(ExitCodes.Ok, await _medai.RunAsync([.. arguments, "--no-model"]));
    }

    [Fact]
    public async Task A_whole_copy_of_the_model_serves()
    {
        Spoil("nothing");

        var report = await _medai.ReplayAsync("store", "csv", _input);

        Assert.Equal("sepsis-vitals@2.1.0", report.Json.GetProperty("scores").GetProperty("model").GetString());
    }

    private void Spoil(string how)
    {
        if (how == "no folder")
            return;

        var model = File.ReadAllBytes(RepositoryFiles.At(Folder, "model.onnx"));
        var card = File.ReadAllText(RepositoryFiles.At(Folder, "card.json"));
        var whole = Sha(model);
        Assert.Contains(whole, card, StringComparison.Ordinal);
        switch (how)
        {
            case "one byte of the model changed":
                model[model.Length / 2] ^= 1;
                break;
            case "the model cut in half":
                model = model[..(model.Length / 2)];
                break;
            case "the model cut in half and the card signed again":
                model = model[..(model.Length / 2)];
                card = card.Replace(whole, Sha(model), StringComparison.Ordinal);
                break;
            case "the card's checksum changed":
                card = card.Replace(whole, new string('0', 64), StringComparison.Ordinal);
                break;
            case "a card of another version":
                card = card.Replace("\"2.1.0\"", "\"2.1.1\"", StringComparison.Ordinal);
                break;
        }

        if (how != "no model file")
        {
            _medai.Write($"{Folder}/model.onnx", model);
        }

        if (how != "no card")
        {
            _medai.Write($"{Folder}/card.json", card);
        }
    }

    private static string Sha(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));
}
