using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text;

namespace MnistTrainer.Reports;

/// <summary>Markup from an interpolated string: what stands in its braces is encoded, unless it is markup itself.</summary>
[InterpolatedStringHandler]
internal readonly struct Html(int literalLength, int formattedCount)
{
    private readonly StringBuilder _markup = new(literalLength + 16 * formattedCount);

    /// <summary>Markup, or a style sheet, as it stands.</summary>
    public static Html Raw(string markup)
    {
        var html = new Html(markup.Length, 0);
        html.AppendLiteral(markup);
        return html;
    }

    public void AppendLiteral(string markup) => _markup.Append(markup);

    public void AppendFormatted(Html markup) => _markup.Append(markup._markup);

    public void AppendFormatted(IEnumerable<Html> parts)
    {
        foreach (var part in parts)
            _markup.Append(part._markup);
    }

    public void AppendFormatted<T>(T value, string? format = null) =>
        _markup.Append(WebUtility.HtmlEncode(value is IFormattable number ? number.ToString(format, CultureInfo.InvariantCulture) : value?.ToString()));

    public override string ToString() => _markup.ToString();
}
