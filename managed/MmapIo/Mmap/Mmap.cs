using Microsoft.Win32.SafeHandles;

namespace MmapIo;

/// <summary>
/// mmap(2), madvise(2), msync(2) and mincore(2) for those who think in man pages: the calls of mmap-io for Node, with
/// C's names for the constants and Linux's numbers on every system. They work on a <see cref="MemoryMap"/>, so both
/// doors can be used on one map.
/// </summary>
public static partial class Mmap
{
    private const int AllProtections = PROT_READ | PROT_WRITE | PROT_EXEC;

    private const int AllFlags = MAP_SHARED | MAP_PRIVATE | MAP_ANONYMOUS | MAP_LOCKED | MAP_NORESERVE | MAP_POPULATE
        | MAP_NONBLOCK | MAP_HUGETLB;

    /// <summary>The size of a page in bytes.</summary>
    public static int PAGESIZE => MemoryMap.PageSize;

    /// <summary>Maps a file as mmap(2) does.</summary>
    /// <param name="size">Bytes, at least 1. On POSIX it may exceed the file, which is not made longer: touching what
    /// the file does not have throws until it has grown.</param>
    /// <param name="protection"><c>PROT_*</c>. <see cref="PROT_WRITE"/> implies reading.</param>
    /// <param name="flags">One of <see cref="MAP_SHARED"/> and <see cref="MAP_PRIVATE"/>, and other
    /// <c>MAP_*</c>.</param>
    /// <param name="fd">The file. It may be closed as soon as this returns.</param>
    /// <param name="offset">The first byte of the file; need not be aligned.</param>
    /// <param name="advise">An advice to give at once; 0 for none.</param>
    /// <returns>The map. Unmapped when it is disposed, or when the garbage collector finds it dropped.</returns>
    /// <exception cref="ArgumentException">An argument is not allowed; the exception names it.</exception>
    /// <exception cref="ObjectDisposedException">The handle is closed.</exception>
    /// <exception cref="UnauthorizedAccessException">The handle does not permit the protection (OS code 13 on POSIX, in
    /// the <see cref="MmapIoException"/> inside).</exception>
    /// <exception cref="PlatformNotSupportedException">The file cannot be mapped, or a flag cannot be honoured.</exception>
    /// <exception cref="MmapIoException">The operating system refused; see its properties.</exception>
    /// <remarks>Windows makes a writable file as long as the map, and refuses a read-only map longer than its
    /// file. See <see href="https://man7.org/linux/man-pages/man2/mmap.2.html">mmap(2)</see>.</remarks>
    public static MemoryMap Map(
        long size, int protection, int flags, SafeFileHandle? fd, long offset = 0, int advise = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(size);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        if ((protection & ~AllProtections) != 0)
        {
            throw new ArgumentOutOfRangeException(nameof(protection), protection, "Not made of PROT_* alone.");
        }
        int sharing = flags & (MAP_SHARED | MAP_PRIVATE);
        if ((flags & ~AllFlags) != 0 || sharing is not (MAP_SHARED or MAP_PRIVATE))
        {
            throw new ArgumentOutOfRangeException(
                nameof(flags), flags, "Not exactly one of MAP_SHARED and MAP_PRIVATE with other MAP_* of this class.");
        }
        CheckAdvice(advise, nameof(advise));
        if (AdviceRules.Destroys((MapAdvice)advise, sharing == MAP_PRIVATE))
        {
            throw new ArgumentException("An advice given while mapping may not destroy data.", nameof(advise));
        }
        bool anonymous = (flags & MAP_ANONYMOUS) != 0;
        if (anonymous && offset != 0)
        {
            throw new ArgumentOutOfRangeException(nameof(offset), offset, "Memory without a file has no offset.");
        }
        if (size > long.MaxValue - offset)
        {
            throw new ArgumentOutOfRangeException(nameof(size), size, "Offset and size exceed what a file can have.");
        }
        if (!anonymous)
        {
            MapRequest.CheckHandle(fd!, nameof(fd));
        }
        NativeLibraryCheck.Require();
        var request = new MapRequest(
            AccessOf(protection, sharing, anonymous), ProtectionOf(protection), flags & ~MAP_ANONYMOUS,
            (MapAdvice)advise, offset, size);
        return MapOpening.Map(anonymous ? null : fd, request, null, new MapArguments(nameof(fd), nameof(offset)));
    }

    /// <summary>Gives advice on all of a map, as madvise(2) does.</summary>
    /// <param name="buffer">The map.</param>
    /// <param name="advise"><c>MADV_*</c>.</param>
    /// <inheritdoc cref="Advise(MemoryMap, long, long, int)"/>
    public static void Advise(MemoryMap buffer, int advise)
    {
        ArgumentNullException.ThrowIfNull(buffer);
        buffer.ThrowIfClosed();
        CheckAdvice(advise, nameof(advise));
        _ = buffer.AdviseAll((MapAdvice)advise);
    }

    /// <summary>
    /// Gives advice on a range, as madvise(2) does: also an advice that destroys data, which
    /// <see cref="MemoryMap.Advise(MapAdvice)"/> refuses. That one tells the outcome, too.
    /// </summary>
    /// <param name="buffer">The map.</param>
    /// <param name="offset">The first byte.</param>
    /// <param name="length">How many bytes.</param>
    /// <param name="advise"><c>MADV_*</c>.</param>
    /// <exception cref="ArgumentException">Not an advice; the range is not inside the map.</exception>
    /// <exception cref="UnauthorizedAccessException">The map does not permit changing the file.</exception>
    /// <exception cref="MmapIoException">Populating met a truncated file or a full disk.</exception>
    /// <exception cref="ObjectDisposedException">The map is closed.</exception>
    public static void Advise(MemoryMap buffer, long offset, long length, int advise)
    {
        ArgumentNullException.ThrowIfNull(buffer);
        buffer.ThrowIfClosed();
        CheckAdvice(advise, nameof(advise));
        _ = buffer.AdviseDestructive((MapAdvice)advise, offset, length);
    }

    /// <summary>Has all of a map written by the kernel's writeback, without waiting: <see cref="MS_ASYNC"/>.</summary>
    /// <param name="buffer">The map.</param>
    /// <inheritdoc cref="Sync(MemoryMap, long, long, bool, bool)"/>
    public static void Sync(MemoryMap buffer) => Sync(buffer, blocking: false);

    /// <summary>Writes all of a map to its file, as msync(2) does.</summary>
    /// <param name="buffer">The map.</param>
    /// <param name="blocking">Wait until it is written: <see cref="MS_SYNC"/>, else <see cref="MS_ASYNC"/>.</param>
    /// <param name="invalidate">Let other maps see the same bytes: <see cref="MS_INVALIDATE"/>.</param>
    /// <inheritdoc cref="Sync(MemoryMap, long, long, bool, bool)"/>
    public static void Sync(MemoryMap buffer, bool blocking, bool invalidate = false)
    {
        ArgumentNullException.ThrowIfNull(buffer);
        buffer.SyncCall(ModeOf(blocking, invalidate), 0, MemoryMap.All);
    }

    /// <summary>Writes a range to its file, as msync(2) does.</summary>
    /// <param name="buffer">The map.</param>
    /// <param name="offset">The first byte.</param>
    /// <param name="length">How many bytes.</param>
    /// <param name="blocking">Wait until it is written: <see cref="MS_SYNC"/>, else <see cref="MS_ASYNC"/>.</param>
    /// <param name="invalidate">Let other maps see the same bytes: <see cref="MS_INVALIDATE"/>.</param>
    /// <exception cref="ArgumentException">The range is not inside the map.</exception>
    /// <exception cref="MmapIoException">The device failed or is full; pages are locked and invalidate is
    /// asked for.</exception>
    /// <exception cref="ObjectDisposedException">The map is closed.</exception>
    public static void Sync(
        MemoryMap buffer, long offset, long length, bool blocking = false, bool invalidate = false)
    {
        ArgumentNullException.ThrowIfNull(buffer);
        buffer.Sync(ModeOf(blocking, invalidate), offset, length);
    }

    /// <summary>Counts the pages of a map that are not, and that are, in memory, as mincore(2) tells.</summary>
    /// <param name="buffer">The map.</param>
    /// <returns>Pages not in memory, pages in memory.</returns>
    /// <exception cref="UnauthorizedAccessException">The kernel does not tell this process, which neither owns nor may
    /// write the file. <see cref="MemoryMap.GetResidency()"/> reports that without throwing.</exception>
    /// <exception cref="ArgumentNullException">There is no map.</exception>
    /// <exception cref="PlatformNotSupportedException">The system has no such call.</exception>
    /// <exception cref="ObjectDisposedException">The map is closed.</exception>
    public static (long Unmapped, long Mapped) InCore(MemoryMap buffer)
    {
        ArgumentNullException.ThrowIfNull(buffer);
        MapResidency residency = buffer.GetResidency();
        if (!residency.IsKnown)
        {
            const string Message = "The kernel does not tell what of this file is in memory: the process neither owns nor may write it.";
            throw new UnauthorizedAccessException(
                Message, new MmapIoException(Message, MapStatus.AccessDenied) { Path = buffer.Path });
        }
        return (residency.Pages - residency.ResidentPages, residency.ResidentPages);
    }

    private static int ModeOf(bool blocking, bool invalidate) =>
        (blocking ? MS_SYNC : MS_ASYNC) | (invalidate ? MS_INVALIDATE : 0);

    private static void CheckAdvice(int advise, string name)
    {
        if (!AdviceRules.IsKnown(advise))
        {
            throw new ArgumentOutOfRangeException(name, advise, "Not one of MADV_*.");
        }
    }

    private static MapProtection ProtectionOf(int protection) =>
        (MapProtection)protection | ((protection & PROT_WRITE) != 0 ? MapProtection.Read : MapProtection.None);

    /// <summary>The nearest of the four kinds. What may be read and written is decided by the protection.</summary>
    private static MapAccess AccessOf(int protection, int sharing, bool anonymous) =>
        (protection & PROT_WRITE) != 0
            ? sharing == MAP_PRIVATE && !anonymous ? MapAccess.CopyOnWrite : MapAccess.ReadWrite
            : (protection & PROT_EXEC) != 0 ? MapAccess.ReadExecute : MapAccess.Read;
}
