using System.Text;
using MmapIo;

namespace Measurements;

/// <summary>Writes rows straight into a map, which grows as it needs to and is cut off where the last row ends.</summary>
internal static class MeasurementsFile
{
    private const int LongestRow = 32;

    private static readonly byte[][] s_stations =
    [
        .. new[]
        {
            "Abidjan", "Accra", "Anchorage", "Athens", "Auckland", "Bogotá", "Cairo", "Cape Town", "Dakar", "Dublin",
            "Hamburg", "Hanoi", "Istanbul", "Jakarta", "La Paz", "Lagos", "Lhasa", "Lima", "Malé", "Nairobi", "Nuuk",
            "Oslo", "Perth", "Porto", "Quito", "Reykjavík", "San José", "São Paulo", "Tashkent", "Tromsø", "Ürümqi", "Yakutsk",
        }.Select(Encoding.UTF8.GetBytes),
    ];

    public static void Make(string path, long rows, int seed = 1)
    {
        var options = new MapOptions
        {
            Mode = FileMode.Create,
            Length = 1,

            // Room to grow without moving. Address space, not memory.
            Reserve = Math.Max(1 << 20, rows * LongestRow),
        };
        using MemoryMap map = MemoryMap.Open(path, MapAccess.ReadWrite, options);
        using (MapBufferWriter writer = map.AsBufferWriter(0))
        {
            var random = new Random(seed);
            for (long row = 0; row < rows;)
            {
                // A buffer for many rows at once: asking for each would take longer than writing it.
                Span<byte> buffer = writer.GetSpan(1 << 16);
                int used = 0;
                for (; row < rows && used + LongestRow <= buffer.Length; row++)
                {
                    used += Write(buffer[used..], random);
                }
                writer.Advance(used);
            }
        }
    }

    private static int Write(Span<byte> row, Random random)
    {
        int index = random.Next(s_stations.Length);
        s_stations[index].CopyTo(row);
        int at = s_stations[index].Length;
        row[at++] = (byte)';';

        // Each station has a climate of its own.
        int tenths = (index * 10) - 100 + random.Next(-250, 250);
        if (tenths < 0)
        {
            row[at++] = (byte)'-';
            tenths = -tenths;
        }
        if (tenths >= 100)
        {
            row[at++] = (byte)('0' + (tenths / 100));
        }
        row[at++] = (byte)('0' + (tenths / 10 % 10));
        row[at++] = (byte)'.';
        row[at++] = (byte)('0' + (tenths % 10));
        row[at++] = (byte)'\n';
        return at;
    }
}
