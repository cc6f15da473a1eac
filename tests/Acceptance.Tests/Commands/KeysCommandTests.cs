// The keys command: a key is made, shown once, listed, of use, and revoked.
using System.Text.Json;
using MedAI.Streaming.Host;
using MedAI.Streaming.Host.Composition;
using MedAI.Streaming.Host.Web.Keys;
using Xunit;

namespace Acceptance.Tests.Commands;

public sealed class KeysCommandTests : IDisposable
{
    private readonly ProgramRun _program = new();

    public KeysCommandTests() => _program.Variables["MEDAI__http__keysFile"] = _program.At("keys/keys.json");

    public void Dispose() => _program.Dispose();

    [Fact]
    public async Task A_key_is_shown_once_and_let_in_until_it_is_revoked()
    {
        var code = await _program.RunAsync(
            "keys", "create", "--name", "ward 3", "--scope", "ingest", "--scope", "read", "--device", "mon-*", "--ward", "w3", "--days", "9");
        var token = _program.Output.Trim();
        var id = token.Split('_')[1];

        Assert.Equal(ExitCodes.Ok, code);
        Assert.Contains("cannot be shown again", _program.Error, StringComparison.Ordinal);
        Assert.Equal(id, Ring().Identify(token)!.Id);

        await _program.RunAsync("keys", "list", "--json");
        using var listed = JsonDocument.Parse(_program.Output);
        var row = Assert.Single(listed.RootElement.EnumerateArray());
        Assert.Equal(
            (id, "ward 3", "valid", "ingest read", "mon-*", "w3"),
            (Text("id"), Text("name"), Text("state"), Text("scopes"), Text("devices"), Text("wards")));
        Assert.DoesNotContain(token.Split('_', 3)[2], _program.Output, StringComparison.Ordinal);

        Assert.Equal(ExitCodes.Ok, await _program.RunAsync("keys", "revoke", id));
        Assert.Null(Ring().Identify(token));
        await _program.RunAsync("keys", "list");
        Assert.Matches($"{id} +ward 3 +revoked", _program.Output);

        string Text(string name) => row.GetProperty(name).GetString()!;
    }

    [Theory]
    [InlineData("keys create --name x --scope admin", ExitCodes.Usage, "'admin' is not ingest, read or control")]
    [InlineData("keys create --name x", ExitCodes.Usage, "--scope")]
    [InlineData("keys create --scope read", ExitCodes.Usage, "--name")]
    [InlineData("keys create --name x --scope read --days 0", ExitCodes.Usage, "--days")]
    [InlineData("keys revoke nobody", ExitCodes.Failure, "There is no key nobody")]
    public async Task What_cannot_be_done_says_why(string arguments, int expected, string part)
    {
        Assert.Equal(expected, await _program.RunAsync(arguments.Split(' ')));
        Assert.Contains(part, _program.Error, StringComparison.Ordinal);
        Assert.Empty(_program.Output);
    }

    [Fact]
    public async Task A_file_that_is_no_keys_is_not_overwritten()
    {
        var file = _program.Write("keys/keys.json", "precious");

        Assert.Equal(ExitCodes.Failure, await _program.RunAsync("keys", "create", "--name", "x", "--scope", "read"));
        Assert.Equal("precious", await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
    }

    private KeyRing Ring() => new(_program.At("keys/keys.json"), TimeProvider.System, new HostLog(TextWriter.Null, LogLevel.Error));
}
