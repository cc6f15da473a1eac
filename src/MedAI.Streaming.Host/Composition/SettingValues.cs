// Takes checked values out of the tree; where a key is missing or faulty, the table's default stands in.
using System.Globalization;
using MedAI.Streaming.Domain.Alerts;

namespace MedAI.Streaming.Host.Composition;

/// <summary>Reads single values by key. A faulty value never leaves the loader, since its error refuses the
/// configuration.</summary>
internal sealed class SettingValues(ConfigurationNode root)
{
    public int Whole(string key) => (int)double.Parse(Text(key), CultureInfo.InvariantCulture);

    public double? NumberOrNull(string key) =>
        Text(key) is var text && text == "null" ? null : double.Parse(text, CultureInfo.InvariantCulture);

    public bool Flag(string key) => Text(key) == "true";

    public string Word(string key) => Text(key);

    public string? WordOrNull(string key) =>
        Node(key) is { Faulty: false, Kind: not NodeKind.Null } ? Text(key) : null;

    public AlertPriority Priority(string key) => ParsePriority(Text(key));

    /// <summary>A node by its key, or null where it is not there.</summary>
    public ConfigurationNode? Node(string key)
    {
        var node = root;
        foreach (var name in key.Split('.'))
        {
            node = node?[name];
        }

        return node;
    }

    /// <summary>A priority by its word.</summary>
    public static AlertPriority ParsePriority(string word) => word switch
    {
        "none" => AlertPriority.None,
        "low" => AlertPriority.Low,
        "medium" => AlertPriority.Medium,
        _ => AlertPriority.High,
    };

    private string Text(string key)
    {
        var node = Node(key);
        return node is null || node.Faulty ? ConfigurationKeys.Find(key)!.Default.Trim('"') : node.Text;
    }
}
