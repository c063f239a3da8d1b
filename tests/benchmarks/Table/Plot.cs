using System.Globalization;
using System.Security;
using System.Text;

namespace MmapIo.Benchmarks;

/// <summary>How much of the time that a goal allows was used.</summary>
internal sealed record Bar(string Words, double Share, bool IsMet);

/// <summary>One bar for each goal, and a line that they should not cross.</summary>
internal static class Plot
{
    private const int RowHeight = 22;
    private const int TextWidth = 560;
    private const int UnitWidth = 240;
    private const double Longest = 1.6;
    private const int Width = TextWidth + (int)(UnitWidth * Longest) + 60;

    public static string Of(IReadOnlyList<Bar> bars)
    {
        int height = (bars.Count + 1) * RowHeight;
        var svg = new StringBuilder();
        svg.Append(
            CultureInfo.InvariantCulture,
            $"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{Width}\" height=\"{height}\" viewBox=\"0 0 {Width} {height}\" font-family=\"sans-serif\" font-size=\"12\">\n");
        svg.Append("<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n");
        for (int i = 0; i < bars.Count; i++)
        {
            Draw(svg, bars[i], i * RowHeight);
        }
        int limit = TextWidth + UnitWidth;
        int bottom = bars.Count * RowHeight;
        svg.Append(
            CultureInfo.InvariantCulture,
            $"<line x1=\"{limit}\" y1=\"0\" x2=\"{limit}\" y2=\"{bottom}\" stroke=\"black\"/>\n<text x=\"{limit}\" y=\"{bottom + 15}\" text-anchor=\"middle\">allowed</text>\n</svg>\n");
        return svg.ToString();
    }

    private static void Draw(StringBuilder svg, Bar bar, int top)
    {
        double length = Math.Min(bar.Share, Longest) * UnitWidth;
        string colour = bar.IsMet ? "#4c9a6a" : "#c0504d";
        svg.Append(
            CultureInfo.InvariantCulture,
            $"<text x=\"{TextWidth - 8}\" y=\"{top + 15}\" text-anchor=\"end\">{SecurityElement.Escape(bar.Words)}</text>");
        svg.Append(
            CultureInfo.InvariantCulture,
            $"<rect x=\"{TextWidth}\" y=\"{top + 4}\" width=\"{length:0.0}\" height=\"{RowHeight - 7}\" fill=\"{colour}\"/>");
        svg.Append(
            CultureInfo.InvariantCulture,
            $"<text x=\"{TextWidth + length + 6:0.0}\" y=\"{top + 15}\">{bar.Share:0.00}</text>\n");
    }
}
