namespace MmapIo;

/// <summary>
/// What the operating system may be told about the use of a range: the advice of
/// <see href="https://man7.org/linux/man-pages/man2/madvise.2.html">madvise(2)</see>, under its numbers. What a
/// system makes of each is in <see cref="MapCapabilities.GetOutcome(MapAdvice)"/> beforehand and in the result of
/// <see cref="MemoryMap.Advise(MapAdvice)"/> afterwards.
/// </summary>
public enum MapAdvice
{
    /// <summary>No particular use: the usual read-ahead.</summary>
    Normal = 0,

    /// <summary>Random access: no read-ahead.</summary>
    Random = 1,

    /// <summary>Sequential access: more read-ahead, and pages may go after use.</summary>
    Sequential = 2,

    /// <summary>Start reading the range in.</summary>
    WillNeed = 3,

    /// <summary>Drop the pages from this process. Destroys what was written to a private or anonymous map.</summary>
    DontNeed = 4,

    /// <summary>The memory may be taken back until it is written again. Destroys what was written.</summary>
    Free = 8,

    /// <summary>Punch a hole into the file. Destroys what the file had there.</summary>
    Remove = 9,

    /// <summary>A child made by fork() does not get the range.</summary>
    DontFork = 10,

    /// <summary>Undoes <see cref="DontFork"/>.</summary>
    DoFork = 11,

    /// <summary>Equal private pages may be shared (KSM).</summary>
    Mergeable = 12,

    /// <summary>Undoes <see cref="Mergeable"/>.</summary>
    Unmergeable = 13,

    /// <summary>Use transparent huge pages. Ignored where the system is set to make none for such a map: by
    /// transparent_hugepage/enabled; for shared memory, by shmem_enabled; for a file on tmpfs, by the option huge= of
    /// its mount.</summary>
    HugePage = 14,

    /// <summary>Do not use transparent huge pages.</summary>
    NoHugePage = 15,

    /// <summary>Leave the range out of core dumps.</summary>
    DontDump = 16,

    /// <summary>Undoes <see cref="DontDump"/>.</summary>
    DoDump = 17,

    /// <summary>A child made by fork() sees zeros. Anonymous memory only.</summary>
    WipeOnFork = 18,

    /// <summary>Undoes <see cref="WipeOnFork"/>.</summary>
    KeepOnFork = 19,

    /// <summary>These pages go first when memory gets short.</summary>
    Cold = 20,

    /// <summary>Write back and evict the pages now.</summary>
    PageOut = 21,

    /// <summary>Bring the pages in as reading would; see <see cref="MemoryMap.Populate(bool)"/>.</summary>
    PopulateRead = 22,

    /// <summary>Bring the pages in as writing would; see <see cref="MemoryMap.Populate(bool)"/>.</summary>
    PopulateWrite = 23,

    /// <summary>As <see cref="DontNeed"/>, for locked pages too.</summary>
    DontNeedLocked = 24,

    /// <summary>Make transparent huge pages now.</summary>
    Collapse = 25,
}
