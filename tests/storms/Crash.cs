using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace MmapIo.Storms;

/// <summary>Ends of a process that has survived faults before.</summary>
internal static class Crash
{
    public const string ByOverflow = "overflow";
    public const string ByNull = "null";
    public const string ByTouch = "touch";

    /// <summary>Survives some faults, and then dies of something else. Does not return.</summary>
    public static void Die(string path, string manner)
    {
        int page = Environment.SystemPageSize;
        Storm.Write(path, 2 * page);
        using MemoryMap map = MemoryMap.Open(path, MapAccess.ReadWrite);
        Storm.Cut(path, page);
        for (int i = 0; i < 100; i++)
        {
            Storm.Require(!map.TryRead(page, new byte[1], out _), "not a fault");
        }
        switch (manner)
        {
            case ByOverflow:
                Console.WriteLine(Sink(1));
                break;
            case ByNull:
                Console.WriteLine(LengthOf(null));
                break;
            default:
                using (MapLease lease = map.Lease())
                {
                    Console.WriteLine(lease[page]);
                }
                break;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    [SuppressMessage("Major Bug", "S2190", Justification = "To run out of stack is what it is for.")]
    private static int Sink(int depth) => depth == -1 ? 0 : Sink(depth + 1) + Sink(depth + 2);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int LengthOf(int[]? none) => none!.Length;
}
