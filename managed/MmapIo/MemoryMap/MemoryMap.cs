using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace MmapIo;

/// <summary>
/// A file, or part of one, or memory without a file, mapped into this process.
/// <example>
/// <code>
/// using MemoryMap map = MemoryMap.Open("data.bin");
/// using MapLease lease = map.Lease();
/// int zeros = lease.Span.Count((byte)0);
/// </code>
/// </example>
/// <para><b>Ownership.</b> <see cref="Dispose"/> closes the map at once for new use, and unmaps it when the last
/// <see cref="MapLease"/> is returned. A map that was dropped is unmapped by its finalizer. Closing flushes nothing:
/// what was written is in the page cache already, and <see cref="Flush(FlushMode)"/> makes it durable.</para>
/// <para><b>Threads.</b> Every member may be called from any thread at any time. What one thread reads while another
/// writes the same bytes is as undefined as it is for any memory.</para>
/// <para><b>Faults.</b> A file that another process shortens under a map takes the pages away, and touching them
/// then ends the process (SIGBUS; EXCEPTION_IN_PAGE_ERROR). What the map can know of by asking, such as being
/// longer than its file from the start, becomes an exception instead.</para>
/// </summary>
[DebuggerDisplay("{DebuggerText,nq}")]
public sealed unsafe partial class MemoryMap : IDisposable
{
    private readonly nint _map;
    private readonly Gate _gate = new();
    private readonly string? _path;
    private readonly MapProtection _initial;
    private readonly HugePageMode _hugePages;
    private readonly bool _isPrivate;
    private readonly long _offset;
    private readonly bool _reserves;
    private readonly int _pageSize;
    private readonly bool _allocate;
    private readonly bool _sparse;

    // Change when the map is resized: with nobody inside, unless it grows in place.
    private byte* _data;
    private long _length;

    // How long the map can become in place; 0 if it was made without a reserve.
    private long _reserve;

    // Up to where a read, and a write, may go without asking further questions. 0 makes every access ask them.
    private long _readLimit;
    private long _writeLimit;

    // How much of the map the file was last known to back.
    private long _backed;
    private ProtectionTable? _protections;
    private bool _settingLimits;
    private bool _closed;
    private bool _unmapped;

    /// <summary>
    /// Who has used this map: null for nobody yet, a <see cref="LeaseStack"/> for one thread only,
    /// <see cref="LeaseStack.Shared"/> or <see cref="LeaseStack.Barred"/>. Written under the lock.
    /// </summary>
    internal object? Readers;

    /// <summary>Takes over what <see cref="MapOpening"/> has made. Throws nothing, lest it be finalized half done.</summary>
    internal MemoryMap(nint map, MapRequest request, string? path, long backed)
    {
        _map = map;
        _data = Interop.mmapio_map_data(map);
        _path = path;
        _initial = request.Protection;
        _isPrivate = (request.Flags & Mmap.MAP_PRIVATE) != 0;
        _offset = request.Offset;
        _reserves = request.Reserve != 0;
        _reserve = _reserves ? (long)Interop.mmapio_map_reserve(map) : 0;
        _pageSize = (int)Interop.mmapio_map_page_size(map);
        _allocate = request.Allocate;
        _sparse = (request.Flags & Mmap.MAP_NORESERVE) != 0;
        _length = (long)Interop.mmapio_map_length(map);
        Access = request.Access;
        _hugePages = (HugePageMode)Interop.mmapio_map_huge_pages(map);
        bool isReadable = (_initial & MapProtection.Read) != 0 || _length == 0;
        SetLimits(backed, isReadable ? null : new ProtectionTable(_length, _initial));
        MapMetrics.Opened(_length);
    }

    /// <summary>Unmaps a map that was dropped, or closed under a lease that was forgotten by a thread that has
    /// ended.</summary>
    /// <remarks>A finalizer of the map's own, not that of a SafeHandle inside: somebody whose finalizer runs first may
    /// bring the map back to life, and has to find it closed, not unmapped. Nobody uses it now, since whoever does is on
    /// a <see cref="LeaseStack"/>, which keeps the map alive.</remarks>
    ~MemoryMap()
    {
        try
        {
            Close(abandoned: true);
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
    public long Length => Volatile.Read(ref _length);

    /// <summary>What the map was made for.</summary>
    public MapAccess Access { get; }

    /// <summary>May the map be written? True for <see cref="MapAccess.ReadWrite"/> and
    /// <see cref="MapAccess.CopyOnWrite"/>.</summary>
    public bool CanWrite => (_initial & MapProtection.Write) != 0;

    /// <summary>The file it was opened by; null if that was not by path.</summary>
    internal string? Path => _path;

    /// <summary>What came of <see cref="MapOptions.HugePages"/>: <see cref="HugePageMode.Require"/> with their size for
    /// explicit ones, <see cref="HugePageMode.Transparent"/>, or <see cref="HugePageMode.None"/>.</summary>
    public HugePages HugePages => new(_hugePages, _hugePages == HugePageMode.Require ? _pageSize : 0);

    /// <summary>How many pages the map touches: the length that a residency vector of all of it needs.</summary>
    public long PageCount => PagesOf(0, Length);

    private string DebuggerText =>
        $"{_path ?? "(no path)"}, {Length} bytes from {_offset}, {Access}{(_closed ? ", closed" : "")}";

    /// <summary>
    /// Closes the map. New use throws <see cref="ObjectDisposedException"/> from now on; the mapping goes when the
    /// last lease is returned, at once if there is none. Safe to call again. Flushes nothing.
    /// </summary>
    /// <exception cref="MmapIoException">The operating system refused to unmap.</exception>
    [SuppressMessage("Usage", "CA1816", Justification = "The finalizer is needed until the map is unmapped: see there.")]
    public void Dispose() => Close(abandoned: false);

    private void Close(bool abandoned)
    {
        lock (_gate)
        {
            if (_closed)
            {
                if (abandoned)
                {
                    ExitSlow();
                }
                return;
            }
            _closed = true;
            if (abandoned)
            {
                MapMetrics.Abandoned();
            }
            if (BarAndFindUse(null) == MapUse.None)
            {
                Unmap();
            }
        }
    }

    /// <summary>Bars new use, and tells how a range (null: the mapping at all) is used still. Under the lock.</summary>
    private MapUse BarAndFindUse((long Start, long End)? range)
    {
        object? readers = Readers;
        Volatile.Write(ref Readers, LeaseStack.Barred);
        if (HasHold(range))
        {
            return MapUse.Lease;
        }
        if (readers is null)
        {
            return MapUse.None;
        }
        if (readers == LeaseStack.CurrentOrNull)
        {
            // Nobody but this thread ever used the map, and others that begin now wait for the lock.
            return ((LeaseStack)readers).UseOf(this, range);
        }
        Interlocked.MemoryBarrierProcessWide();
        return LeaseStack.AnyUseOf(this, range);
    }

    /// <summary>
    /// Bars new use, and waits for calls on the range to end. Under the lock, which calls that have not begun do not
    /// get past. Tells whether the range is free; only a lease can be in the way.
    /// </summary>
    private bool BarAndWait((long Start, long End)? range)
    {
        var spinner = default(SpinWait);
        MapUse use = BarAndFindUse(range);
        while (use == MapUse.Call)
        {
            spinner.SpinOnce();
            use = LeaseStack.AnyUseOf(this, range);
        }
        return use == MapUse.None;
    }

    /// <summary>The way in for the first use of a map, the first by another thread, and any while it is barred.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal void EnterSlow(LeaseStack stack, LeaseSlot slot)
    {
        // Whoever has the lock may be waiting for uses to end: this one has not begun.
        Volatile.Write(ref slot.Map, null);
        lock (_gate)
        {
            if (!_closed)
            {
                Volatile.Write(ref slot.Map, this);
                Volatile.Write(ref Readers, Readers is null || Readers == stack ? stack : LeaseStack.Shared);
                return;
            }
        }

        // Somebody who returned the last lease meanwhile may have taken this attempt for a use: look again.
        stack.Release(slot);
        ExitSlow();
        MapErrors.ThrowClosed();
    }

    /// <summary>The way out of a barred map: the last user of a closed one unmaps it.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal void ExitSlow()
    {
        lock (_gate)
        {
            if (_closed && !_unmapped && !HasHold(null) && LeaseStack.AnyUseOf(this, null) == MapUse.None)
            {
                Unmap();
            }
        }
    }

    [SuppressMessage("Usage", "CA1816", Justification = "From now on the finalizer has nothing to do.")]
    private void Unmap()
    {
        _unmapped = true;
        GC.SuppressFinalize(this);
        MapMetrics.Closed(_length);
        int status = Interop.mmapio_map_close(_map);
        MapErrors.ThrowIfFailed(status, new NativeError { Status = status }, "unmap", _path);
    }

    private long PagesOf(long offset, long length)
    {
        if (length == 0)
        {
            return 0;
        }
        long lead = (long)((nuint)_data % (uint)PageSize);
        return ((lead + offset + length - 1) / PageSize) - ((lead + offset) / PageSize) + 1;
    }

    /// <summary>Asks the system how much of the map its file backs.</summary>
    private long QueryBacked()
    {
        ulong backed;
        NativeError error;
        int status = Interop.mmapio_map_backed_length(_map, &backed, &error);
        MapErrors.ThrowIfFailed(status, error, "ask for the length of", _path);
        return (long)backed;
    }

    /// <summary>Sets what limits accesses, and the limits with it. A few stores, and nobody in between.</summary>
    private void SetLimits(long backed, ProtectionTable? protections, bool keepProtections = false)
    {
        var spinner = default(SpinWait);
        while (Interlocked.Exchange(ref _settingLimits, true))
        {
            spinner.SpinOnce();
        }
        _backed = backed;
        _protections = keepProtections ? _protections : protections;
        long limit = _protections is null ? Math.Min(_length, backed) : 0;
        Volatile.Write(ref _readLimit, limit);
        Volatile.Write(ref _writeLimit, CanWrite ? limit : 0);
        Volatile.Write(ref _settingLimits, false);
    }

    /// <summary>What the map is locked by. It has room for one field, which costs nothing here.</summary>
    private sealed class Gate
    {
        /// <summary>Ranges that memory on the heap uses. Under the lock.</summary>
        public List<(long Start, long End)>? Holds;
    }
}
