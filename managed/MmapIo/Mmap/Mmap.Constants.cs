namespace MmapIo;

public static partial class Mmap
{
    /// <summary>Pages may not be accessed.</summary>
    public const int PROT_NONE = 0;

    /// <summary>Pages may be read.</summary>
    public const int PROT_READ = 1;

    /// <summary>Pages may be written, and read.</summary>
    public const int PROT_WRITE = 2;

    /// <summary>Pages may be run as machine code.</summary>
    public const int PROT_EXEC = 4;

    /// <summary>Writes reach the file and every other map of it.</summary>
    public const int MAP_SHARED = 0x1;

    /// <summary>Writes stay in this map.</summary>
    public const int MAP_PRIVATE = 0x2;

    /// <summary>No file: memory that starts as zeros. The file argument is not looked at, and may be null.</summary>
    public const int MAP_ANONYMOUS = 0x20;

    /// <summary>Lock the pages in memory, or fail.</summary>
    public const int MAP_LOCKED = 0x2000;

    /// <summary>Reserve no swap space.</summary>
    public const int MAP_NORESERVE = 0x4000;

    /// <summary>Read the pages in while mapping.</summary>
    public const int MAP_POPULATE = 0x8000;

    /// <summary>Makes <see cref="MAP_POPULATE"/> do nothing, as it does on Linux since 2.6.23.</summary>
    public const int MAP_NONBLOCK = 0x10000;

    /// <summary>Explicit huge pages. Linux only.</summary>
    public const int MAP_HUGETLB = 0x40000;

    /// <inheritdoc cref="MapAdvice.Normal"/>
    public const int MADV_NORMAL = 0;

    /// <inheritdoc cref="MapAdvice.Random"/>
    public const int MADV_RANDOM = 1;

    /// <inheritdoc cref="MapAdvice.Sequential"/>
    public const int MADV_SEQUENTIAL = 2;

    /// <inheritdoc cref="MapAdvice.WillNeed"/>
    public const int MADV_WILLNEED = 3;

    /// <inheritdoc cref="MapAdvice.DontNeed"/>
    public const int MADV_DONTNEED = 4;

    /// <inheritdoc cref="MapAdvice.Free"/>
    public const int MADV_FREE = 8;

    /// <inheritdoc cref="MapAdvice.Remove"/>
    public const int MADV_REMOVE = 9;

    /// <inheritdoc cref="MapAdvice.DontFork"/>
    public const int MADV_DONTFORK = 10;

    /// <inheritdoc cref="MapAdvice.DoFork"/>
    public const int MADV_DOFORK = 11;

    /// <inheritdoc cref="MapAdvice.Mergeable"/>
    public const int MADV_MERGEABLE = 12;

    /// <inheritdoc cref="MapAdvice.Unmergeable"/>
    public const int MADV_UNMERGEABLE = 13;

    /// <inheritdoc cref="MapAdvice.HugePage"/>
    public const int MADV_HUGEPAGE = 14;

    /// <inheritdoc cref="MapAdvice.NoHugePage"/>
    public const int MADV_NOHUGEPAGE = 15;

    /// <inheritdoc cref="MapAdvice.DontDump"/>
    public const int MADV_DONTDUMP = 16;

    /// <inheritdoc cref="MapAdvice.DoDump"/>
    public const int MADV_DODUMP = 17;

    /// <inheritdoc cref="MapAdvice.WipeOnFork"/>
    public const int MADV_WIPEONFORK = 18;

    /// <inheritdoc cref="MapAdvice.KeepOnFork"/>
    public const int MADV_KEEPONFORK = 19;

    /// <inheritdoc cref="MapAdvice.Cold"/>
    public const int MADV_COLD = 20;

    /// <inheritdoc cref="MapAdvice.PageOut"/>
    public const int MADV_PAGEOUT = 21;

    /// <inheritdoc cref="MapAdvice.PopulateRead"/>
    public const int MADV_POPULATE_READ = 22;

    /// <inheritdoc cref="MapAdvice.PopulateWrite"/>
    public const int MADV_POPULATE_WRITE = 23;

    /// <inheritdoc cref="MapAdvice.DontNeedLocked"/>
    public const int MADV_DONTNEED_LOCKED = 24;

    /// <inheritdoc cref="MapAdvice.Collapse"/>
    public const int MADV_COLLAPSE = 25;

    /// <summary>Leave writing to the kernel's writeback.</summary>
    public const int MS_ASYNC = 1;

    /// <summary>Let other maps of the file see the same bytes.</summary>
    public const int MS_INVALIDATE = 2;

    /// <summary>Write, and wait.</summary>
    public const int MS_SYNC = 4;
}
