// Collects the text of the page, with numbers written alike wherever it is made.
using System.Text;
using System.Text.Encodings.Web;

namespace MedAI.Streaming.Evaluation.Report;

/// <summary>HTML or SVG as it grows. What comes from outside goes through <see cref="Encode"/> first.</summary>
internal sealed class Markup
{
    private readonly StringBuilder _text = new();

    /// <summary>Text that is safe inside an element or an attribute.</summary>
    public static string Encode(string text) => HtmlEncoder.Default.Encode(text);

    /// <summary>Appends a piece; numbers in it get a decimal point.</summary>
    public Markup Add(FormattableString piece)
    {
        _text.Append(FormattableString.Invariant(piece));
        return this;
    }

    /// <summary>Appends what is finished already.</summary>
    public Markup Add(Markup piece)
    {
        _text.Append(piece._text);
        return this;
    }

    /// <summary>Everything so far.</summary>
    public override string ToString() => _text.ToString();
}
