using Microsoft.Win32.SafeHandles;

namespace MmapIo.Tool.Files;

/// <summary>
/// How much of a file left memory. The properties are what <c>--json</c> writes, under their names in camel case: to
/// rename one is to break scripts. A count is null where the system does not tell it.
/// </summary>
internal sealed record FileEviction
{
    public required string Path { get; init; }

    public required long Bytes { get; init; }

    public required int PageSize { get; init; }

    public required long Pages { get; init; }

    public long? EvictedPages { get; init; }

    /// <summary>Those that stayed: some process maps them, or the file has no other place than memory.</summary>
    public long? RemainingPages { get; init; }

    /// <summary>Why the counts are null; null if they are not.</summary>
    public string? UnknownReason { get; init; }

    /// <summary>Writes a file's modified pages, and drops it from the page cache.</summary>
    public static FileEviction Evict(string path)
    {
        using SafeFileHandle file = Opened.ForReading(path);
        long bytes = RandomAccess.GetLength(file);
        MapEviction eviction = MapFile.Evict(file);
        return new FileEviction
        {
            Path = path,
            Bytes = bytes,
            PageSize = MemoryMap.PageSize,
            Pages = eviction.Pages,
            EvictedPages = eviction.IsKnown ? eviction.EvictedPages : null,
            RemainingPages = eviction.IsKnown ? eviction.RemainingPages : null,
            UnknownReason = eviction.IsKnown ? null : Opened.TellsOwnersOnly,
        };
    }
}
