using System.Globalization;
using System.Text;

namespace MmapIo.Tool;

/// <summary>
/// Text that stays on its line. A file name may hold line ends, tabs, escape codes and marks that turn the direction
/// of writing: each of these is shown as an escape, so that no name can forge a line or take over a terminal.
/// </summary>
internal static class Printable
{
    private const int ZeroWidthNonJoiner = 0x200C;
    private const int ZeroWidthJoiner = 0x200D;

    public static string Escape(string text)
    {
        if (!text.EnumerateRunes().Any(IsDangerous))
        {
            return text;
        }
        StringBuilder escaped = new();
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (IsDangerous(rune))
            {
                escaped.Append(Escape(rune));
            }
            else
            {
                escaped.Append(rune.ToString());
            }
        }
        return escaped.ToString();
    }

    private static string Escape(Rune rune) => rune.Value switch
    {
        '\t' => @"\t",
        '\n' => @"\n",
        '\r' => @"\r",
        < 0x100 => string.Create(CultureInfo.InvariantCulture, $@"\x{rune.Value:x2}"),
        _ => string.Create(CultureInfo.InvariantCulture, $@"\u{rune.Value:x4}"),
    };

    // The joiners are format characters too, but belong to the spelling of many scripts.
    private static bool IsDangerous(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator => true,
        UnicodeCategory.Format => rune.Value is not (ZeroWidthNonJoiner or ZeroWidthJoiner),
        _ => false,
    };
}
