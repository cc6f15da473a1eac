// Keys: who is let in by which token, and that a change of the file holds without a restart.
using MedAI.Streaming.Host.Commands;
using MedAI.Streaming.Host.Composition;
using MedAI.Streaming.Host.Web;
using MedAI.Streaming.Host.Web.Keys;
using Xunit;

namespace Acceptance.Tests.Web;

public sealed class KeyRingTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("medai-keys-").FullName;
    private readonly TestTime _time = new();
    private readonly StringWriter _notes = new();

    private string Path => System.IO.Path.Combine(_folder, "sub", "keys.json");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_token_lets_in_with_what_its_key_may()
    {
        var token = Add("k1", scopes: ["ingest", "read"], devices: ["d1"], wards: ["icu"]);
        Add("k2", scopes: ["control"]);

        var caller = Ring().Identify(token)!;

        Assert.Equal(("k1", Scopes.Ingest | Scopes.Read), (caller.Id, caller.Scopes));
        Assert.Equal(["d1"], caller.Devices);
        Assert.Equal(["icu"], caller.Wards);
    }

    [Fact]
    public void A_token_that_is_not_right_in_any_way_lets_nobody_in()
    {
        var token = Add("k1");
        var other = Add("k2");
        var ring = Ring();
        var secret = token["medai_k1_".Length..];
        string[] wrong =
        [
            "", "medai_", "medai__", "medai_k1", "medai_k1_", $"medai_k2_{secret}", $"medai_k9_{secret}", $"medai_K1_{secret}", $"MEDAI_k1_{secret}",
            $"k1_{secret}", token[..^1], token + "A", token + "\0", $" {token}", token.Replace('a', 'b'), $"medai_{new string('k', 40)}_{secret}",
            $"medai_k1_{new string('x', 100_000)}", "medai_k1_éééé", other.Replace("k2", "k1", StringComparison.Ordinal),
        ];

        Assert.NotNull(ring.Identify(token));
        Assert.All(wrong.Where(one => one != token), one => Assert.Null(ring.Identify(one)));
    }

    [Fact]
    public void A_key_expires_at_its_time()
    {
        var token = Add("k1", expires: _time.GetUtcNow().AddHours(1));
        var ring = Ring();

        Assert.NotNull(ring.Identify(token));
        _time.Advance(TimeSpan.FromHours(1));
        Assert.Null(ring.Identify(token));
    }

    [Fact]
    public void A_key_that_is_made_or_revoked_while_the_service_runs_holds_within_a_second()
    {
        var first = Add("k1");
        var ring = Ring();
        var second = Add("k2");
        new KeyFile(Path).Change(keys => [.. keys.Select(key => key.Id == "k1" ? key with { Revoked = _time.GetUtcNow() } : key)]);
        Assert.NotNull(ring.Identify(first));

        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Null(ring.Identify(first));
        Assert.NotNull(ring.Identify(second));
    }

    [Fact]
    public void A_file_that_is_spoilt_while_the_service_runs_leaves_the_keys_and_one_that_is_gone_leaves_none()
    {
        var token = Add("k1");
        var ring = Ring();

        File.WriteAllText(Path, "{ \"keys\": [");
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.NotNull(ring.Identify(token));
        Assert.Contains("stay in force", _notes.ToString(), StringComparison.Ordinal);

        File.Delete(Path);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(ring.Identify(token));
    }

    [Fact]
    public void A_change_that_cannot_be_read_for_a_moment_is_read_later_and_told_of_once()
    {
        var token = Add("k1");
        var ring = Ring();
        new KeyFile(Path).Change(keys => [.. keys.Select(key => key with { Revoked = _time.GetUtcNow() })]);
        using (new FileStream(Path, FileMode.Open, FileAccess.ReadWrite, FileShare.None))
        {
            for (var look = 0; look < 3; look++)
            {
                _time.Advance(TimeSpan.FromSeconds(1));
                Assert.NotNull(ring.Identify(token));
            }
        }

        Assert.Equal(2, _notes.ToString().Split("stay in force").Length);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(ring.Identify(token));
    }

    [Fact]
    public void Without_a_file_nobody_is_let_in_and_a_note_says_what_to_do()
    {
        Assert.Null(Ring().Identify("medai_k1_x"));
        Assert.Contains("medai keys create", _notes.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "JSON")]
    [InlineData("{}", "no list 'keys'")]
    [InlineData("[]", "JSON")]
    [InlineData("""{"keys":[null]}""", "keys[0] is null")]
    [InlineData("""{"keys":[{"id":"a_b"}]}""", "keys[0] has an id of other characters")]
    [InlineData("""{"keys":[{"id":"a","sha256":"00"}]}""", "keys[0] has no sha256")]
    [InlineData("""{"keys":[{"id":"a","sha256":"@","scopes":[]}]}""", "keys[0] has no scopes")]
    [InlineData("""{"keys":[{"id":"a","sha256":"@","scopes":["admin"]}]}""", "scope that is not known")]
    [InlineData("""{"keys":[{"id":"a","sha256":"@","scopes":["read"]}]}""", "no list of devices")]
    [InlineData("""{"keys":[{"id":"a","sha256":"@","scopes":["read"],"devices":[""],"wards":[]}]}""", "empty device")]
    [InlineData(
        """{"keys":[{"id":"a","sha256":"@","scopes":["read"],"devices":[],"wards":[]},{"id":"a","sha256":"@","scopes":["read"],"devices":[],"wards":[]}]}""",
        "keys[1] has the id a of another")]
    public void A_file_that_holds_no_keys_refuses_the_start_and_says_why(string json, string part)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Path)!);
        File.WriteAllText(Path, json.Replace("@", new string('0', 64), StringComparison.Ordinal));

        var refused = Assert.Throws<FailureException>(Ring);

        Assert.Contains(part, refused.Message, StringComparison.Ordinal);
        Assert.Contains(Path, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_file_is_for_its_owner_only_and_holds_no_secret()
    {
        var token = Add("k1");

        Assert.DoesNotContain(token["medai_k1_".Length..], File.ReadAllText(Path), StringComparison.Ordinal);
        Assert.False(File.Exists(Path + ".new"));
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path));
    }

    [Fact]
    public void Tokens_are_never_alike()
    {
        var tokens = Enumerable.Range(0, 1000).Select(_ => KeyToken.New(KeyToken.NewId()).Token).ToArray();

        Assert.Equal(tokens.Length, tokens.Distinct().Count());
        Assert.All(tokens, token => Assert.Matches("^medai_[a-z2-9]{10}_[A-Za-z0-9_-]{43}$", token));
    }

    [Theory]
    [InlineData("mon-1", true)]
    [InlineData("mon-", true)]
    [InlineData("mon", false)]
    [InlineData("pump", true)]
    [InlineData("pump1", false)]
    [InlineData("Pump", false)]
    public void A_device_is_allowed_by_its_id_or_its_beginning(string device, bool expected) =>
        Assert.Equal(expected, new Caller("k", Scopes.Ingest, ["mon-*", "pump"], []).AllowsDevice(device));

    private KeyRing Ring() => new(Path, _time, new HostLog(_notes, LogLevel.Info));

    private string Add(
        string id, string[]? scopes = null, string[]? devices = null, string[]? wards = null, DateTimeOffset? expires = null)
    {
        var (token, hash) = KeyToken.New(id);
        new KeyFile(Path).Change(keys =>
            [.. keys, new AccessKey(id, id, hash, scopes ?? ["ingest"], devices ?? [], wards ?? [], _time.GetUtcNow(), expires)]);
        return token;
    }
}
