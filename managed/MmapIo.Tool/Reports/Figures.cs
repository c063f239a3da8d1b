using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using MmapIo.Tool.Files;

namespace MmapIo.Tool.Reports;

/// <summary>Numbers as all reports write them, whatever the locale.</summary>
internal static class Figures
{
    private static readonly string[] s_units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];

    public static string Count(long value) => value.ToString(CultureInfo.InvariantCulture);

    [return: NotNullIfNotNull(nameof(value))]
    public static string? Count(long? value) => value?.ToString(CultureInfo.InvariantCulture);

    public static string CountOf(long value, string thing) => Count(value) + (value == 1 ? $" {thing}" : $" {thing}s");

    /// <summary>A number of bytes for people: three digits or so, in powers of 1024.</summary>
    public static string Size(long bytes, string separator)
    {
        int unit = 0;
        double scaled = bytes;
        // Where rounding would give 1024.0, the next unit gives 1.0.
        while (scaled >= (unit == 0 ? 1024 : 1023.95) && unit < s_units.Length - 1)
        {
            scaled /= 1024;
            unit++;
        }
        string number = scaled.ToString(unit == 0 ? "0" : "0.0", CultureInfo.InvariantCulture);
        return number + separator + s_units[unit];
    }

    /// <summary>
    /// The share in memory with one decimal. 0.0 and 100.0 mean none and all, and nothing that rounds to them.
    /// </summary>
    /// <returns>Null where there is no share to speak of.</returns>
    public static string? Percent(FileResidency file)
    {
        if (file.Percent is not { } percent)
        {
            return null;
        }
        if (file.ResidentPages != 0 && file.ResidentPages != file.Pages)
        {
            percent = Math.Clamp(percent, 0.1, 99.9);
        }
        return percent.ToString("0.0", CultureInfo.InvariantCulture);
    }
}
