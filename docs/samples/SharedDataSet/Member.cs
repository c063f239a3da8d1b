using System.Globalization;

namespace MmapIo.Samples;

/// <summary>What each process does: it maps the file, and obeys line by line.</summary>
internal static class Member
{
    public const string Role = "--member";

    public static void Run(string path, MapAccess access)
    {
        // Leases over this map survive when the file is cut off, and say so. (Windows cuts no mapped file off.)
        bool survives = MemoryMap.Capabilities.CanZeroFillOnFault;
        using MemoryMap map = MemoryMap.Open(path, access, new MapOptions { ZeroFillOnFault = survives });
        while (Console.ReadLine()?.Split(' ') is [string order, .. string[] rest])
        {
            long[] numbers = [.. rest.Select(number => long.Parse(number, CultureInfo.InvariantCulture))];
            Console.WriteLine(order switch
            {
                "fill" => Fill(map, numbers[0], numbers[1], (byte)numbers[2]),
                "count" => Count(map, numbers[0], numbers[1], (byte)numbers[2]),
                _ => MemoryInUse(path),
            });
        }
    }

    private static string Fill(MemoryMap map, long offset, long length, byte value)
    {
        using MapWriteLease lease = map.LeaseForWrite(offset, length);
        lease.As<byte>().Fill(value);
        return "done";
    }

    private static string Count(MemoryMap map, long offset, long length, byte value)
    {
        using MapLease lease = map.Lease(offset, length);
        long count = 0;
        for (long done = 0; done < length; done += 1 << 20)
        {
            count += lease.Slice(done, (int)Math.Min(1 << 20, length - done)).Count(value);
        }
        return lease.IsTorn ? $"{count} (torn)" : $"{count}";
    }

    /// <summary>Resident and proportional bytes of the file, which only Linux tells.</summary>
    private static string MemoryInUse(string path)
    {
        const string Smaps = "/proc/self/smaps";
        if (!File.Exists(Smaps))
        {
            return "unknown,unknown";
        }
        string[] lines = [.. File.ReadLines(Smaps).SkipWhile(line => !line.EndsWith(path, StringComparison.Ordinal))];
        return $"{Figure(lines, "Rss:")},{Figure(lines, "Pss:")}";
    }

    private static string Figure(string[] lines, string name)
    {
        string line = lines.First(each => each.StartsWith(name, StringComparison.Ordinal));
        string kibibytes = line[name.Length..].Replace("kB", "", StringComparison.Ordinal);
        return $"{long.Parse(kibibytes, CultureInfo.InvariantCulture) >> 10} MiB";
    }
}
