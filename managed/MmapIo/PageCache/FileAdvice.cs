namespace MmapIo;

/// <summary>
/// What the operating system may be told about how an open file will be read and written: the advice of
/// <see href="https://man7.org/linux/man-pages/man2/posix_fadvise.2.html">posix_fadvise(2)</see>, under its numbers of
/// Linux. None of it loses data. What a system makes of each is in
/// <see cref="MapCapabilities.GetOutcome(FileAdvice)"/>.
/// </summary>
public enum FileAdvice
{
    /// <summary>No particular use: the usual read-ahead.</summary>
    Normal = 0,

    /// <summary>Random access: no read-ahead.</summary>
    Random = 1,

    /// <summary>Sequential access: more read-ahead.</summary>
    Sequential = 2,

    /// <summary>Start reading the range in.</summary>
    WillNeed = 3,

    /// <summary>Drop pages that are clean and that nobody maps. <see cref="MapFile.Evict(string)"/> writes the others
    /// first, and tells what went.</summary>
    DontNeed = 4,

    /// <summary>What is read is read once.</summary>
    NoReuse = 5,
}
