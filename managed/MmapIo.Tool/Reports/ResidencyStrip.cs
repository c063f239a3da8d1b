using System.Text;
using MmapIo.Tool.Files;

namespace MmapIo.Tool.Reports;

/// <summary>
/// A file as a row of cells, one per slice. The cells for none and for all are reserved for just that, so that a
/// single page missing, or present, in a slice of millions still shows.
/// </summary>
internal static class ResidencyStrip
{
    /// <summary>Cells of growing density, from none to all.</summary>
    public const string Shades = "·░▒▓█";

    /// <summary>The same where only ASCII is safe.</summary>
    public const string Ascii = ".123456789#";

    /// <summary>Which cells an encoding can express.</summary>
    public static string CellsFor(Encoding encoding) =>
        encoding.GetString(encoding.GetBytes(Shades)) == Shades ? Shades : Ascii;

    public static string Draw(IReadOnlyList<ResidencySlice> slices, string cells) =>
        string.Create(slices.Count, (slices, cells), static (strip, source) =>
        {
            for (int i = 0; i < strip.Length; i++)
            {
                strip[i] = source.cells[Level(source.slices[i], source.cells.Length)];
            }
        });

    private static int Level(ResidencySlice slice, int levels)
    {
        if (slice.ResidentPages == 0)
        {
            return 0;
        }
        if (slice.ResidentPages >= slice.Pages)
        {
            return levels - 1;
        }
        return 1 + (int)((Int128)slice.ResidentPages * (levels - 2) / slice.Pages);
    }
}
