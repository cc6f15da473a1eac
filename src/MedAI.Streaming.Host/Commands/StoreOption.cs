// The options by which commands are told a store and what to take from it.
using System.CommandLine;
using System.Globalization;
using MedAI.Streaming.Adapters.Sqlite;

namespace MedAI.Streaming.Host.Commands;

/// <summary>Options about stores.</summary>
internal static class StoreOption
{
    /// <summary>The store to read.</summary>
    public static Option<string?> Read() =>
        new("--store")
        {
            Description = "The store's folder; without it directories.store of the configuration.",
            HelpName = "DIR",
        };

    /// <summary>Only one patient.</summary>
    public static Option<string?> Patient() => new("--patient") { Description = "Only this patient.", HelpName = "ID" };

    /// <summary>JSON instead of a table.</summary>
    public static Option<bool> Json() => new("--json") { Description = "As JSON: an array with one object a line." };

    /// <summary>A time in UTC.</summary>
    public static Option<DateTimeOffset?> Time(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "TIME",
        CustomParser = result =>
        {
            const DateTimeStyles Utc = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;
            var text = result.Tokens[0].Value;
            if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, Utc, out var time))
                return time;

            result.AddError($"{name}: '{text}' is not a time. Write it like 2026-03-02T08:30:00Z.");
            return null;
        },
    };

    /// <summary>Opens a store for reading beside its writer.</summary>
    public static EdgeStore Open(CommandLine line, ParseResult parsed, Option<string?> option) =>
        EdgeStore.Open(parsed.GetValue(option) ?? line.Settings(parsed).StoreDirectory, readOnly: true);
}
