namespace MmapIo.Tests;

/// <summary>
/// One of many processes that have one big file mapped, doing what it is told line by line. Nothing here may need
/// xunit, as in <see cref="ChildParts"/>.
/// </summary>
internal static class DataSetParts
{
    /// <summary>Has the whole file mapped: path, <see cref="MapAccess"/>.</summary>
    public const string User = "data-set-user";

    private const int Piece = 1 << 20;

    public static int Play(string path, MapAccess access)
    {
        using MemoryMap map = MemoryMap.Open(path, access, new MapOptions { ZeroFillOnFault = !OperatingSystem.IsWindows() });
        while (Console.ReadLine() is { } line)
        {
            (string order, long[] numbers) = line.Split(' ', 2) is [string first, string rest]
                ? (first, ChildParts.Numbers(rest)) : (line, []);
            Console.WriteLine(order switch
            {
                "length" => $"{map.Length}",
                "write" => Write(map, numbers[0], numbers[1]),
                "fill" => Fill(map, numbers[0], numbers[1], (byte)numbers[2]),
                "read" => $"{map.Read<long>(numbers[0])}",
                "count" => $"{Count(map, numbers[0], numbers[1], (byte)numbers[2])}",
                "copy" => Copy(map, numbers[0], (int)numbers[1]),
                "cost" => $"{Mappings.ResidentBytes(path)} {Mappings.ProportionalBytes(path)}",
                "torn" => Torn(map),
                _ => throw new ArgumentException(line),
            });
        }
        return 0;
    }

    private static string Write(MemoryMap map, long offset, long value)
    {
        map.Write(offset, value);
        return "written";
    }

    private static string Fill(MemoryMap map, long offset, long length, byte value)
    {
        using MapWriteLease lease = map.LeaseForWrite(offset, length);
        lease.As<byte>().Fill(value);
        return "filled";
    }

    private static long Count(MemoryMap map, long offset, long length, byte value)
    {
        using MapLease lease = map.Lease(offset, length);
        long count = 0;
        for (long done = 0; done < length; done += Piece)
        {
            count += lease.Slice(done, (int)Math.Min(Piece, length - done)).Count(value);
        }
        return count;
    }

    private static string Copy(MemoryMap map, long offset, int length)
    {
        bool whole = map.TryRead(offset, new byte[length], out int read);
        return $"{whole} {read}";
    }

    private static string Torn(MemoryMap map)
    {
        using MapLease lease = map.Lease();
        return $"{lease.IsTorn}";
    }
}
