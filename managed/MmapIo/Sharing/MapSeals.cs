namespace MmapIo;

/// <summary>What nobody may do any more to memory that processes share. A seal cannot be broken: it stays until the
/// memory is gone. See <see cref="MemoryMap.Seal(MapSeals)"/>.</summary>
/// <remarks>The numbers are those of Linux. See
/// <see href="https://man7.org/linux/man-pages/man2/fcntl.2.html">fcntl(2)</see>, F_ADD_SEALS.</remarks>
[Flags]
public enum MapSeals
{
    /// <summary>Nothing is sealed.</summary>
    None = 0,

    /// <summary>Set further seals.</summary>
    Seal = 1,

    /// <summary>Make it shorter: readers can no longer be hit by a fault.</summary>
    Shrink = 2,

    /// <summary>Make it longer.</summary>
    Grow = 4,

    /// <summary>Write to it.</summary>
    Write = 8,

    /// <summary>Write to it, except through maps that exist already.</summary>
    FutureWrite = 16,
}
