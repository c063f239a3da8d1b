namespace MmapIo;

/// <summary>
/// What pages a map shall have (<see cref="MapOptions.HugePages"/>), and what it got
/// (<see cref="MemoryMap.HugePages"/>). Huge pages make random access to much memory faster, as the processor finds them
/// with fewer steps.
/// </summary>
/// <param name="Mode">Which kind.</param>
/// <param name="Size">The size of an explicit huge page in bytes, a power of two such as 2 MiB or 1 GiB; 0 for the
/// system's default, and for the other kinds.</param>
public readonly record struct HugePages(HugePageMode Mode, long Size = 0)
{
    /// <summary>Ordinary pages: the default.</summary>
    public static HugePages None => default;

    /// <summary>Ordinary pages, which the system may replace by huge ones as it sees fit. Linux, where the
    /// administrator allows it for such maps (see <see cref="MapAdvice.HugePage"/>); elsewhere without
    /// effect.</summary>
    public static HugePages Transparent => new(HugePageMode.Transparent);

    /// <summary>Explicit huge pages where there are enough; else transparent ones; else ordinary ones.</summary>
    /// <param name="size">Bytes; 0 for the system's default.</param>
    public static HugePages Prefer(long size = 0) => new(HugePageMode.Prefer, size);

    /// <summary>Explicit huge pages, or an exception.</summary>
    /// <param name="size">Bytes; 0 for the system's default.</param>
    public static HugePages Require(long size = 0) => new(HugePageMode.Require, size);
}

/// <summary>The kinds of <see cref="HugePages"/>.</summary>
public enum HugePageMode : byte
{
    /// <summary>Ordinary pages.</summary>
    None = 0,

    /// <summary>Ordinary pages, which the system may replace by huge ones.</summary>
    Transparent = 1,

    /// <summary>Explicit huge pages if they are to be had. Never what a map has got.</summary>
    Prefer = 2,

    /// <summary>Explicit huge pages. Linux: those set aside by vm.nr_hugepages, for memory without a file or name, and
    /// files of hugetlbfs. Windows: memory without a file, for accounts with the right to lock pages that the process
    /// has enabled. Not on macOS.</summary>
    Require = 3,
}
