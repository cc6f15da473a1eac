// Makes, lists and revokes the keys by which devices and people call the web service.
using System.CommandLine;
using System.Globalization;
using MedAI.Streaming.Host.Web.Keys;

namespace MedAI.Streaming.Host.Commands;

/// <summary><c>medai keys</c>.</summary>
internal sealed class KeysCommand : MedaiCommand
{
    public KeysCommand(CommandLine line)
        : base(
            "keys", "Makes, lists and revokes keys of the web service (http.keysFile). A service that runs follows within a second.",
            "medai keys create --name \"gateway ward 3\" --scope ingest --device 'mon-*'",
            "medai keys list",
            "medai keys revoke k3mqz7w2ab")
    {
        Subcommands.Add(new Create(line));
        Subcommands.Add(new List(line));
        Subcommands.Add(new Revoke(line));
    }

    private static string Date(DateTimeOffset? time) =>
        time?.ToString("yyyy-MM-dd HH:mm'Z'", CultureInfo.InvariantCulture) ?? "";

    private sealed class Create : MedaiCommand
    {
        private const int LongestName = 128;
        private readonly Option<string> _name = new("--name") { Description = "Whose it is, for people.", Required = true };

        private readonly Option<string[]> _scopes = new("--scope")
        {
            Description = "What it may be used for: ingest (send frames), read, control (change how patients are watched). Several times for several.",
            HelpName = "SCOPE",
            Required = true,
        };

        private readonly Option<string[]> _devices = new("--device")
        {
            Description = "Only for this device, or for all that begin so: 'mon-*'. Several times for several.",
            HelpName = "ID",
        };

        private readonly Option<string[]> _wards = new("--ward")
        {
            Description = "Only for patients of this ward. Several times for several.",
            HelpName = "WARD",
        };

        private readonly Option<int?> _days = CommandLine.Whole("--days", "For how many days it is of use; without it until it is revoked.", 1, 36_500);

        public Create(CommandLine line)
            : base(
                "create", "Makes a key and prints its token, which is never shown again.",
                "medai keys create --name \"pump 7\" --scope ingest --device pump-7 --days 90",
                "medai keys create --name \"ward 3 screen\" --scope read --ward \"ward 3\" > token")
        {
            Options.Add(_name);
            Options.Add(_scopes);
            Options.Add(_devices);
            Options.Add(_wards);
            Options.Add(_days);
            _scopes.Validators.Add(result =>
            {
                foreach (var token in result.Tokens.Where(token => AccessKey.Scope(token.Value) is null))
                {
                    result.AddError($"--scope: '{token.Value}' is not {AccessKey.AllowedScopes}.");
                }
            });
            SetAction(parsed =>
            {
                var now = line.Surroundings.Time.GetUtcNow();
                var name = parsed.GetValue(_name)!;
                if (name.Length is 0 or > LongestName || name.Any(char.IsControl))
                    throw new UsageException($"--name: give 1 to {LongestName} printable characters.");

                var id = KeyToken.NewId();
                var (token, hash) = KeyToken.New(id);
                var key = new AccessKey(
                    id, name, hash, [.. parsed.GetValue(_scopes)!.Distinct()], parsed.GetValue(_devices) ?? [], parsed.GetValue(_wards) ?? [], now,
                    parsed.GetValue(_days) is { } days ? now.AddDays(days) : null);
                if (key.Problem() is { } problem)
                    throw new UsageException($"The key {problem}.");

                var file = new KeyFile(line.Settings(parsed).Http.KeysFile);
                file.Change(keys => [.. keys, key]);
                line.Surroundings.Output.WriteLine(token);
                line.Surroundings.Error.WriteLine(
                    $"medai: key {id} is in {file.Path}. The token above is not kept and cannot be shown again; it is sent as 'Authorization: Bearer TOKEN'.");
                return ExitCodes.Ok;
            });
        }
    }

    private sealed class List : MedaiCommand
    {
        public List(CommandLine line)
            : base("list", "Lists the keys, without their secrets.", "medai keys list", "medai keys list --json")
        {
            var json = StoreOption.Json();
            Options.Add(json);
            SetAction(parsed =>
            {
                var now = line.Surroundings.Time.GetUtcNow();
                var table = new TextTable<AccessKey>(
                    new("KEY", "id", key => key.Id),
                    new("NAME", "name", key => key.Name),
                    new("STATE", "state", key => key.IsValidAt(now) ? "valid" : key.Revoked is null ? "expired" : "revoked"),
                    new("SCOPES", "scopes", key => string.Join(' ', key.Scopes)),
                    new("DEVICES", "devices", key => string.Join(' ', key.Devices)),
                    new("WARDS", "wards", key => string.Join(", ", key.Wards)),
                    new("CREATED", "created", key => Date(key.Created)),
                    new("EXPIRES", "expires", key => Date(key.Expires)),
                    new("REVOKED", "revoked", key => Date(key.Revoked)));
                var file = new KeyFile(line.Settings(parsed).Http.KeysFile);
                if (table.Write(line.Surroundings.Output, file.Read(), parsed.GetValue(json)) == 0)
                    line.Surroundings.Error.WriteLine($"medai: there are no keys in {file.Path}.");
                return ExitCodes.Ok;
            });
        }
    }

    private sealed class Revoke : MedaiCommand
    {
        public Revoke(CommandLine line)
            : base("revoke", "Revokes a key; it stays in the list.", "medai keys revoke k3mqz7w2ab")
        {
            var id = new Argument<string>("KEY") { Description = "Its id, as 'medai keys list' shows it." };
            Arguments.Add(id);
            SetAction(parsed =>
            {
                var revoked = parsed.GetValue(id)!;
                var file = new KeyFile(line.Settings(parsed).Http.KeysFile);
                file.Change(keys => keys.Any(key => key.Id == revoked)
                    ? [.. keys.Select(key => key.Id == revoked ? key with { Revoked = key.Revoked ?? line.Surroundings.Time.GetUtcNow() } : key)]
                    : throw new FailureException($"There is no key {revoked} in {file.Path}; 'medai keys list' lists them."));
                line.Surroundings.Output.WriteLine($"revoked {revoked}");
                return ExitCodes.Ok;
            });
        }
    }
}
