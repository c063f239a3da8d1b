namespace MmapIo;

/// <summary>How <see cref="MemoryMap"/> shall open and map. All defaults map all of an existing file.</summary>
public sealed class MapOptions
{
    /// <summary>The first byte of the file to map; need not be aligned. Default 0.</summary>
    public long Offset { get; init; }

    /// <summary>
    /// The number of bytes, at least 1; null, the default, for all from <see cref="Offset"/> to the end of the file.
    /// A <see cref="MapAccess.ReadWrite"/> map that ends past the end of the file makes the file longer, by blocks on the
    /// disk where the file system can allocate them (see <see cref="NoReserve"/> and <see cref="Allocate"/>).
    /// </summary>
    public long? Length { get; init; }

    /// <summary>
    /// How a path is opened: <see cref="FileMode.Open"/> unless said otherwise. <see cref="FileMode.Create"/>,
    /// <see cref="FileMode.CreateNew"/> and <see cref="FileMode.Truncate"/> are for <see cref="MapAccess.ReadWrite"/>. A
    /// file that is to be emptied is emptied last: it keeps what it has if it cannot be mapped as asked for. Not for
    /// handles.
    /// </summary>
    public FileMode Mode { get; init; } = FileMode.Open;

    /// <summary>
    /// What others may do with a file opened by path. The default lets them read, write and delete it: a map is for
    /// data that processes share. On Windows that holds as long as the map does. On POSIX, where it is advisory, it
    /// matters while the file is being opened, and only if it is not the default: that asks nothing of others either,
    /// and also maps what somebody opened with <see cref="FileShare.None"/>. Not for handles.
    /// </summary>
    public FileShare Share { get; init; } = FileShare.ReadWrite | FileShare.Delete;

    /// <summary>
    /// An advice given right after mapping, and to what <see cref="MemoryMap.Resize(long)"/> adds. One that destroys data
    /// is refused. Default normal.
    /// </summary>
    public MapAdvice Advice { get; init; }

    /// <summary>Read the pages in while mapping. A hint: <see cref="MemoryMap.Populate(bool)"/> tells of failure.</summary>
    public bool Populate { get; init; }

    /// <summary>
    /// Lock the pages in memory, or fail: <see cref="MemoryMap.Lock(LockMode)"/> at once, and of what
    /// <see cref="MemoryMap.Resize(long)"/> adds.
    /// </summary>
    public bool Lock { get; init; }

    /// <summary>
    /// Reserve no swap space for the map: Linux only. And, on all systems, leave what opening, or
    /// <see cref="MemoryMap.Resize(long)"/>, adds to the file a hole, so that a full disk shows when it is written: as a
    /// fault.
    /// </summary>
    public bool NoReserve { get; init; }

    /// <summary>
    /// Have pages that fault replaced by zeros, so that leases survive a file that is shortened under them. What was
    /// read then is wrong, and <see cref="MapLease.IsTorn"/> and <see cref="MemoryMap.TornPages"/> tell; what was
    /// written to such pages is lost, and they stay so until the map is closed, or resized to end before them. A flush
    /// of them fails, <see cref="MemoryMap.TryRead"/> and <see cref="MemoryMap.TryWrite"/> stop at them. Costs nothing
    /// until it happens. Not on Windows, where a mapped file cannot be shortened.
    /// </summary>
    public bool ZeroFillOnFault { get; init; }

    /// <summary>
    /// Bytes of address space to keep, from the start of the map, so that <see cref="MemoryMap.Resize(long)"/> can grow
    /// the map to that length in place, under leases and all. Costs no memory. Default 0: growing needs the map to
    /// itself. On Windows for memory without a file only; for files it is without effect.
    /// </summary>
    public long Reserve { get; init; }

    /// <summary>
    /// Whenever the file is made longer, insist on having its blocks allocated, holes that it has included, so that a
    /// full disk is an exception then and not a fault later. Throws <see cref="PlatformNotSupportedException"/> on file
    /// systems that cannot. Without it, what is added gets blocks where the file system can allocate them, and is a hole
    /// elsewhere.
    /// </summary>
    public bool Allocate { get; init; }

    /// <summary>
    /// Set pages around the map that nobody may touch, so that native code which runs out of the map faults instead of
    /// reaching what happens to lie there: the pages right before the first and after the last page of the map, 64 KiB
    /// on Windows. Such a map grows within its <see cref="Reserve"/> only, and what is left of that is guarded, too.
    /// </summary>
    public bool GuardPages { get; init; }

    /// <summary>
    /// Keep no handle to the file. A map has one otherwise for as long as it lives, a descriptor on POSIX, and of those
    /// there are far fewer than there can be mappings: that is for programs which map files by the thousand. What needs
    /// the file cannot be done then, and throws <see cref="PlatformNotSupportedException"/>: a flush that is to reach the
    /// device (<see cref="FlushMode.Data"/>, <see cref="FlushMode.Durable"/>, <see cref="FlushMode.Barrier"/>),
    /// <see cref="MemoryMap.Resize(long)"/> to more or with a cut of the file, <see cref="MemoryMap.ExportHandle"/>. Nor
    /// is the file asked again how long it is: one that others make shorter is not noticed. Residency is told on Linux of
    /// maps for writing only, and eviction leaves what other processes map. For files; without effect elsewhere.
    /// </summary>
    public bool NoHandle { get; init; }

    /// <summary>What pages to use. <see cref="MemoryMap.HugePages"/> tells what came of it. Default ordinary ones.</summary>
    public HugePages HugePages { get; init; }

    /// <summary>
    /// For <see cref="MemoryMap.CreateShared"/>: the name goes when the last map of the memory is closed, in whatever
    /// process. Linux: a process that is killed closes nothing, so that the name stays until the next map of it is
    /// closed. macOS: the name goes when the map that created it is closed. Windows: it always goes with the last map.
    /// </summary>
    public bool DeleteOnClose { get; init; }
}
