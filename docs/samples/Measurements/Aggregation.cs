using MmapIo;

namespace Measurements;

/// <summary>
/// Goes through a file of rows such as "Oslo;-12.3", on all cores, and sums up each station. The file is never copied:
/// every thread looks at lines where they lie in the page cache.
/// </summary>
internal static class Aggregation
{
    /// <summary>Large enough that nobody waits for work, and small enough that all end at about the same time.</summary>
    private const long ChunkSize = 1 << 22;

    /// <summary>The stations of a file, in the order of their names.</summary>
    public static IEnumerable<Station> Of(string path)
    {
        using MemoryMap map = MemoryMap.Open(path, MapAccess.Read, new MapOptions { Advice = MapAdvice.Sequential });
        StationTable all = map.Chunks(ChunkSize, (byte)'\n').AsParallel().Aggregate(
            () => new StationTable(),
            (table, range) => Add(map, range, table),
            (table, other) => table.Merge(other),
            table => table);
        return all.InOrder();
    }

    private static StationTable Add(MemoryMap map, MapRange range, StationTable table)
    {
        foreach (ReadOnlySpan<byte> line in map.Lines(range))
        {
            int separator = line.IndexOf((byte)';');
            if (separator < 0)
            {
                throw new FormatException($"A row without a semicolon, near byte {range.Offset}.");
            }
            table.Find(line[..separator]).Add(TenthsOf(line[(separator + 1)..]));
        }
        return table;
    }

    /// <summary>A number with exactly one decimal, such as -12.3, as -123.</summary>
    private static int TenthsOf(ReadOnlySpan<byte> text)
    {
        int tenths = 0;
        bool isNegative = text is [(byte)'-', ..];
        foreach (byte letter in isNegative ? text[1..] : text)
        {
            if (letter != '.')
            {
                tenths = (tenths * 10) + (letter - '0');
            }
        }
        return isNegative ? -tenths : tenths;
    }
}
