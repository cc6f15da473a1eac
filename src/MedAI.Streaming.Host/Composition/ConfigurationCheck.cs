// Holds a configuration against the table of keys: unknown keys, wrong kinds of values, ranges and words.
using System.Globalization;

namespace MedAI.Streaming.Host.Composition;

/// <summary>Checks every value by itself; what several values mean together is checked where settings are made of them.</summary>
internal sealed class ConfigurationCheck(List<ConfigurationError> errors)
{
    /// <summary>Checks a node and all below it, and marks what may not be used.</summary>
    public void Visit(ConfigurationNode node, string key = "", string pattern = "")
    {
        var row = ConfigurationKeys.Find(pattern);
        switch (row?.Kind ?? KeyKind.Object)
        {
            case KeyKind.Object:
                VisitMembers(node, key, pattern);
                break;
            case KeyKind.List:
                VisitItems(node, key, pattern, row!);
                break;
            default:
                VisitScalar(node, key, row!);
                break;
        }
    }

    private void VisitMembers(ConfigurationNode node, string key, string pattern)
    {
        if (node.Kind != NodeKind.Object)
        {
            Report(node, key, "an object {...}", "Put its keys in braces.");
            return;
        }

        var known = ConfigurationKeys.Children(pattern).ToArray();
        foreach (var (name, value) in node.Members)
        {
            var path = ConfigurationPath.Join(key, name);
            var step = known.Contains("*") ? "*" : name;
            if (step == "*" && !IsName(name))
            {
                Report(value, path, "a name of 1 to 128 printable characters", "Give the id as the data has it.",
                    ConfigurationNode.Quote(name));
            }
            else if (step != "*" && !known.Contains(name))
            {
                ReportUnknown(value, path, pattern, name, known);
            }
            else
            {
                Visit(value, path, Pattern(pattern, step));
            }

            node.Faulty |= value.Faulty;
        }
    }

    // A list of limits means the same wherever it stands.
    private static string Pattern(string pattern, string step) => (pattern, step) switch
    {
        ("wards.*" or "patients.*", "limits") => "limits",
        ("", _) => step,
        _ => $"{pattern}.{step}",
    };

    private static bool IsName(string name) => name.Length is > 0 and <= 128 && !name.Any(char.IsControl) && name.Trim() == name;

    private void ReportUnknown(ConfigurationNode value, string path, string pattern, string name, string[] known)
    {
        var nearest = ConfigurationPath.Nearest(name, known);
        var elsewhere = ConfigurationKeys.Elsewhere(name).FirstOrDefault();
        var advice = (nearest, elsewhere) switch
        {
            (_, not null) => $"Its place is {elsewhere}.",
            (not null, _) => $"Did you mean {nearest}?",
            _ => "Remove it, or see docs/configuration.md for the keys.",
        };
        var place = pattern.Length == 0 ? "at the top" : "here";
        Report(value, path, $"{place}: {string.Join(", ", known)}", advice, "a key that is not known");
    }

    private void VisitItems(ConfigurationNode node, string key, string pattern, ConfigurationKey row)
    {
        if (node.Kind != NodeKind.List)
        {
            Report(node, key, row.Allowed, "Put its entries in square brackets.");
            return;
        }

        if (node.Items.Count < row.Min || node.Items.Count > row.Max)
        {
            var advice = node.Items.Count < row.Min
                ? "Give at least one, or leave the key out."
                : "Remove the entries that are too many.";
            var count = string.Create(CultureInfo.InvariantCulture, $"{node.Items.Count} entries");
            Report(node, key, row.Allowed, advice, count);
        }

        for (var i = 0; i < node.Items.Count; i++)
        {
            Visit(node.Items[i], string.Create(CultureInfo.InvariantCulture, $"{key}[{i}]"), pattern + "[]");
            node.Faulty |= node.Items[i].Faulty;
        }
    }

    private void VisitScalar(ConfigurationNode node, string key, ConfigurationKey row)
    {
        if (node.Kind == NodeKind.Null && row.Nullable)
            return;

        var expected = row.Kind switch
        {
            KeyKind.Whole or KeyKind.Number => NodeKind.Number,
            KeyKind.Flag => NodeKind.Boolean,
            _ => NodeKind.Text,
        };
        if (node.Kind != expected)
        {
            Report(node, key, row.Allowed, KindAdvice(node, expected));
        }
        else if (expected == NodeKind.Number)
        {
            VisitNumber(node, key, row);
        }
        else if (row.Kind == KeyKind.Word && !row.Words.Contains(node.Text))
        {
            var nearest = ConfigurationPath.Nearest(node.Text, row.Words);
            Report(node, key, row.Allowed, nearest is null ? "Use one of these words." : $"Did you mean {nearest}?");
        }
        else if (row.Kind == KeyKind.Text
            && (node.Text.Length < 1 || node.Text.Length > row.Max || node.Text.Any(char.IsControl)))
        {
            Report(node, key, row.Allowed, "Give a text of that length, without control characters.");
        }
    }

    private static string KindAdvice(ConfigurationNode node, NodeKind expected)
    {
        if (node.Kind == NodeKind.Null)
            return "Give a value, or leave the key out for the default.";

        var unquoted = expected switch
        {
            NodeKind.Number => double.TryParse(node.Text, CultureInfo.InvariantCulture, out _),
            NodeKind.Boolean => node.Text is "true" or "false",
            _ => false,
        };
        return (node.Kind, expected) switch
        {
            (NodeKind.Text, _) when unquoted && node.Variable is null => "Take the quotes off.",
            (NodeKind.Number or NodeKind.Boolean, NodeKind.Text) => "Put it in quotes.",
            (_, NodeKind.Number) => "Give a number.",
            (_, NodeKind.Boolean) => "Give true or false, without quotes.",
            _ => "Give one text in quotes.",
        };
    }

    private void VisitNumber(ConfigurationNode node, string key, ConfigurationKey row)
    {
        var number = double.Parse(node.Text, CultureInfo.InvariantCulture);
        if (!double.IsFinite(number))
        {
            Report(node, key, row.Allowed, "The number is too large to be kept; give a smaller one.");
        }
        else if (number < row.Min || number > row.Max)
        {
            Report(node, key, row.Allowed, number < row.Min ? "Give a larger number." : "Give a smaller number.");
        }
        else if (row.Kind == KeyKind.Whole && number != Math.Floor(number))
        {
            Report(node, key, row.Allowed, "Give a whole number.");
        }
    }

    private void Report(ConfigurationNode node, string key, string allowed, string advice, string? found = null)
    {
        node.Faulty = true;
        errors.Add(new(key, node.Line, found ?? node.Found, allowed, advice));
    }
}
