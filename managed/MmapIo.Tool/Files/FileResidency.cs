using Microsoft.Win32.SafeHandles;

namespace MmapIo.Tool.Files;

/// <summary>
/// How much of a file is in memory. The properties are what <c>--json</c> writes, under their names in camel case:
/// to rename one is to break scripts. A count is null where the system does not tell it.
/// </summary>
internal sealed record FileResidency
{
    public required string Path { get; init; }

    public required long Bytes { get; init; }

    public required int PageSize { get; init; }

    public required long Pages { get; init; }

    public long? ResidentPages { get; init; }

    /// <summary>Null, too, for an empty file.</summary>
    public double? Percent => ResidentPages is { } resident && Pages != 0 ? 100.0 * resident / Pages : null;

    public long? DirtyPages { get; init; }

    public long? WritebackPages { get; init; }

    public long? RecentlyEvictedPages { get; init; }

    /// <summary>Why <see cref="ResidentPages"/> is null; null if it is not.</summary>
    public string? UnknownReason { get; init; }

    /// <summary>The file cut into equal slices; none if the file is empty, or its residency unknown.</summary>
    public required IReadOnlyList<ResidencySlice> Slices { get; init; }

    /// <summary>Asks the system about a file.</summary>
    /// <param name="path">A regular file.</param>
    /// <param name="sliceLimit">How many slices to cut it into, unless it has fewer pages than that.</param>
    /// <remarks>The cost does not depend on the size of the file where the kernel counts pages by itself: each slice
    /// is one question, and none is asked about single pages.</remarks>
    public static FileResidency Inspect(string path, int sliceLimit)
    {
        using SafeFileHandle file = Opened.ForReading(path);
        long bytes = RandomAccess.GetLength(file);
        long pages = (bytes + MemoryMap.PageSize - 1) / MemoryMap.PageSize;
        var slices = new ResidencySlice[Math.Min(pages, sliceLimit)];
        MapResidency sum = new() { DirtyPages = 0, WritebackPages = 0, RecentlyEvictedPages = 0 };
        for (int i = 0; i < slices.Length; i++)
        {
            long offset = FirstPage(i, slices.Length, pages) * MemoryMap.PageSize;
            long end = Math.Min(FirstPage(i + 1, slices.Length, pages) * MemoryMap.PageSize, bytes);
            MapResidency slice = Ask(file, offset, end - offset, out string? reason);
            if (reason is not null)
            {
                return Unknown(path, bytes, pages, reason);
            }
            slices[i] = new ResidencySlice(offset, slice.Pages, slice.ResidentPages);
            sum = Add(sum, slice);
        }
        return new FileResidency
        {
            Path = path,
            Bytes = bytes,
            PageSize = MemoryMap.PageSize,
            Pages = pages,
            ResidentPages = sum.ResidentPages,
            DirtyPages = sum.DirtyPages,
            WritebackPages = sum.WritebackPages,
            RecentlyEvictedPages = sum.RecentlyEvictedPages,
            Slices = slices,
        };
    }

    /// <summary>Where a slice begins, so that all differ by a page at most.</summary>
    private static long FirstPage(long slice, long slices, long pages) => (long)((Int128)slice * pages / slices);

    /// <summary>Asks about one slice. Says why there is no answer; null if there is one.</summary>
    private static MapResidency Ask(SafeFileHandle file, long offset, long length, out string? reason)
    {
        if (!MemoryMap.Capabilities.CanGetFileResidency)
        {
            reason = "this system tells each process of its own pages only";
            return default;
        }
        MapResidency answer = MapFile.GetResidency(file, offset, length);
        reason = answer.IsKnown ? null : Opened.TellsOwnersOnly;
        return answer;
    }

    private static FileResidency Unknown(string path, long bytes, long pages, string reason) => new()
    {
        Path = path,
        Bytes = bytes,
        PageSize = MemoryMap.PageSize,
        Pages = pages,
        UnknownReason = reason,
        Slices = [],
    };

    private static MapResidency Add(MapResidency sum, MapResidency slice) => new()
    {
        ResidentPages = sum.ResidentPages + slice.ResidentPages,
        DirtyPages = sum.DirtyPages + slice.DirtyPages,
        WritebackPages = sum.WritebackPages + slice.WritebackPages,
        RecentlyEvictedPages = sum.RecentlyEvictedPages + slice.RecentlyEvictedPages,
    };
}
