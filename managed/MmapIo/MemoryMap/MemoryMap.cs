using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;

namespace MmapIo;

/// <summary>
/// A file, or part of one, or memory without a file, mapped into this process.
/// <example>
/// <code>
/// using MemoryMap map = MemoryMap.Open("data.bin");
/// using MapLease lease = map.Lease();
/// long zeros = lease.As&lt;byte&gt;().Count((byte)0);
/// </code>
/// </example>
/// <para><b>Ownership.</b> <see cref="Dispose"/> closes the map at once for new use, and unmaps it when the last
/// <see cref="MapLease"/> is returned. A map that was dropped is unmapped by its finalizer. Closing flushes nothing:
/// what was written is in the page cache already, and <see cref="Flush(FlushMode)"/> makes it durable.</para>
/// <para><b>Threads.</b> Any thread may call any member of a map at any time, also while others use, resize or close it.
/// A lease belongs to the thread that took it. Streams, readers and writers over a map are for one thread at a time, as
/// they are elsewhere. What one thread reads while another writes the same bytes is as undefined as it is for any
/// memory, but for the atomic cells.</para>
/// <para><b>Faults.</b> A file that another process shortens under a map takes the pages away, and touching them
/// then ends the process (SIGBUS; EXCEPTION_IN_PAGE_ERROR). What the map can know of by asking, such as being
/// longer than its file from the start, becomes an exception instead.</para>
/// </summary>
[DebuggerDisplay("{DebuggerText,nq}")]
public sealed unsafe partial class MemoryMap : IDisposable
{
    private readonly HugePageMode _hugePages;
    private readonly long _offset;
    private readonly MapTraits _traits;
    private MapLimits _limits;

    /// <summary>When it may be used, changed and unmapped.</summary>
    internal MapLifetime Lifetime;

    /// <summary>Takes over what <see cref="MapOpening"/> has made. Throws nothing, lest it be finalized half done.</summary>
    internal MemoryMap(nint native, MapRequest request, string? path, long backed)
    {
        Lifetime = new MapLifetime(native);
        _limits = new MapLimits(native, request.Protection, (request.Flags & Mmap.MAP_PRIVATE) != 0, backed);
        Path = path;
        Access = request.Access;
        _hugePages = (HugePageMode)Interop.mmapio_map_huge_pages(native);
        _offset = request.Offset;
        _traits = request.Traits;
        MapMetrics.Opened(Length);
    }

    /// <summary>Unmaps a map that was dropped, or closed under a lease that was forgotten by a thread that has
    /// ended.</summary>
    /// <remarks>A finalizer of the map's own, not that of a SafeHandle inside: somebody whose finalizer runs first may
    /// bring the map back to life, and has to find it closed, not unmapped. Nobody uses it now, since whoever does is on
    /// the list of a thread (<see cref="ThreadUses"/>), which keeps the map alive.</remarks>
    ~MemoryMap()
    {
        try
        {
            Lifetime.Close(this, abandoned: true);
        }
        catch (Exception)
        {
            // There is nobody to tell, and an exception here would end the process.
        }
    }

    /// <summary>The size of a page in bytes, as the operating system says: 4096, or 16384 on Apple silicon.</summary>
    /// <exception cref="PlatformNotSupportedException">The native library cannot be used.</exception>
    public static int PageSize => Capabilities.PageSize;

    /// <summary>What the system aligns file offsets to: the page size, or 65536 bytes on Windows. For information:
    /// offsets given to this library need not be aligned.</summary>
    /// <exception cref="PlatformNotSupportedException">The native library cannot be used.</exception>
    public static int AllocationGranularity => Capabilities.AllocationGranularity;

    /// <summary>What this system can do.</summary>
    /// <exception cref="PlatformNotSupportedException">The native library cannot be used.</exception>
    public static MapCapabilities Capabilities => MapCapabilities.Current;

    /// <summary>The length in bytes. Any length, also beyond 2 GiB; 0 for a map of an empty file.</summary>
    public long Length => _limits.Length;

    /// <summary>What the map was made for.</summary>
    public MapAccess Access { get; }

    /// <summary>May the map be written? True for <see cref="MapAccess.ReadWrite"/> and
    /// <see cref="MapAccess.CopyOnWrite"/>.</summary>
    public bool CanWrite => _limits.CanWrite;

    /// <summary>The file it was opened by; null if that was not by path.</summary>
    internal string? Path { get; }

    /// <summary>What came of <see cref="MapOptions.HugePages"/>: <see cref="HugePageMode.Require"/> with their size for
    /// explicit ones, <see cref="HugePageMode.Transparent"/>, or <see cref="HugePageMode.None"/>.</summary>
    public HugePages HugePages => new(_hugePages, _hugePages == HugePageMode.Require ? _limits.PageSize : 0);

    /// <summary>How many pages the map touches: the length that a residency vector of all of it needs.</summary>
    public long PageCount => PagesOf(0, Length);

    private string DebuggerText =>
        $"{Path ?? "(no path)"}, {Length} bytes from {_offset}, {Access}{(IsClosed ? ", closed" : "")}";

    /// <summary>
    /// Closes the map. New use throws <see cref="ObjectDisposedException"/> from now on; the mapping goes when the
    /// last lease is returned, at once if there is none. Safe to call again. Flushes nothing.
    /// </summary>
    /// <exception cref="MmapIoException">The operating system refused to unmap.</exception>
    [SuppressMessage("Usage", "CA1816", Justification = "The finalizer is needed until the map is unmapped: see there.")]
    public void Dispose() => Lifetime.Close(this, abandoned: false);

    private long PagesOf(long offset, long length)
    {
        if (length == 0)
        {
            return 0;
        }
        long lead = (long)((nuint)_limits.Data % (uint)PageSize);
        return ((lead + offset + length - 1) / PageSize) - ((lead + offset) / PageSize) + 1;
    }

    /// <summary>What stands in the way of a call on this map that others can do; null if it is none of these options. To
    /// follow a colon.</summary>
    private string? OptionAgainst(MapTraits those)
    {
        MapTraits found = _traits & those;
        string? option = (found & MapTraits.NoHandle) != 0 ? nameof(MapOptions.NoHandle)
            : (found & MapTraits.Guarded) != 0 ? nameof(MapOptions.GuardPages)
            : (found & MapTraits.Zeros) != 0 ? nameof(MapOptions.ZeroFillOnFault)
            : null;
        return option is null ? null : $"a map with {nameof(MapOptions)}.{option} cannot do that";
    }

    /// <summary>Is all of the map backed, as far as is known?</summary>
    internal bool IsBacked => _limits.IsBacked;

    /// <summary>Asks again how much of the map the file backs. For who has the map to himself.</summary>
    internal void RefreshBacking()
    {
        ulong backed;
        NativeError error;
        int status = Interop.mmapio_map_backed_length(Lifetime.Native, &backed, &error);
        MapErrors.ThrowIfFailed(status, error, "ask for the length of", Path);
        _limits.SetBacked((long)backed);
    }

    /// <summary>Does what flags ask for that could not be done before the file had its length.</summary>
    internal void LockAndReadAhead(int flags)
    {
        if ((flags & Mmap.MAP_LOCKED) != 0)
        {
            Lock();
        }
        if ((flags & Mmap.MAP_POPULATE) != 0)
        {
            _ = Advise(MapAdvice.WillNeed);
        }
    }
}
