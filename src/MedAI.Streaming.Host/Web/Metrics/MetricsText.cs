// Writes numbers in Prometheus's text format, version 0.0.4.
using System.Globalization;
using System.Text;

namespace MedAI.Streaming.Host.Web.Metrics;

/// <summary>A page of metrics while it is written: a family, then its samples, then the next family.</summary>
internal sealed class MetricsText
{
    /// <summary>The media type.</summary>
    public const string MediaType = "text/plain; version=0.0.4; charset=utf-8";

    private readonly StringBuilder _text = new(8192);
    private readonly HashSet<string> _families = new(StringComparer.Ordinal);
    private string _family = "";

    /// <summary>Begins a family of what only grows; its name ends in <c>_total</c>.</summary>
    public void Counter(string name, string help) => Family(name, "counter", help);

    /// <summary>Begins a family of what goes up and down.</summary>
    public void Gauge(string name, string help) => Family(name, "gauge", help);

    /// <summary>Writes a sample of the family.</summary>
    public void Sample(double value, params ReadOnlySpan<(string Name, string Value)> labels)
    {
        _text.Append(_family);
        var separator = '{';
        foreach (var (name, text) in labels)
        {
            _text.Append(separator).Append(name).Append("=\"").Append(Escape(text).Replace("\"", "\\\"", StringComparison.Ordinal)).Append('"');
            separator = ',';
        }

        _text.Append(labels.IsEmpty ? "" : "}").Append(' ').Append(Number(value)).Append('\n');
    }

    /// <summary>The page.</summary>
    public override string ToString() => _text.ToString();

    private void Family(string name, string type, string help)
    {
        if (!_families.Add(name))
            throw new InvalidOperationException($"The metric {name} is written twice.");

        _family = name;
        _text.Append("# HELP ").Append(name).Append(' ').Append(Escape(help)).Append('\n');
        _text.Append("# TYPE ").Append(name).Append(' ').Append(type).Append('\n');
    }

    private static string Escape(string text) =>
        text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);

    private static string Number(double value) =>
        double.IsPositiveInfinity(value) ? "+Inf" : double.IsNegativeInfinity(value) ? "-Inf" : value.ToString("R", CultureInfo.InvariantCulture);
}
