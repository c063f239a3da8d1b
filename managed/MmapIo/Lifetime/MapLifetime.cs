using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace MmapIo;

/// <summary>
/// When a map may be used, changed and unmapped: the one owner of its uses, its bar, its holds, and of the native map. A
/// part of the map's object, so that opening makes no second one; <c>map</c> is that object in what follows.
/// <para>
/// Four things keep a mapping where it is. A <i>call</i> and a <i>lease</i> belong to one thread (<see cref="ThreadUses"/>,
/// which also says why none is missed). A <i>hold</i> is for what any thread may end: memory on the heap, work on another
/// thread. The <i>bar</i> is what changes a map, or closes it: under the lock, with nobody in the way, and nobody able to
/// begin.
/// </para>
/// </summary>
internal unsafe struct MapLifetime(nint native)
{
    private static long s_lastId;

    /// <summary>The native map. For whoever keeps the map mapped.</summary>
    public readonly nint Native = native;

    private readonly long _id = Interlocked.Increment(ref s_lastId);
    private readonly Gate _gate = new();

    // Who has used the map: null for nobody yet, a ThreadUses for one thread only, ThreadUses.Shared or ThreadUses.Barred.
    // Written under the lock.
    private object? _readers;
    private bool _closed;
    private bool _unmapped;

    /// <summary>Has the map been closed?</summary>
    public readonly bool IsClosed => Volatile.Read(in _closed);

    /// <exception cref="ObjectDisposedException">The map is closed.</exception>
    public readonly void ThrowIfClosed()
    {
        if (IsClosed)
        {
            MapErrors.ThrowClosed();
        }
    }

    // ---- calls: short, one at a time for each thread, without user code ----

    /// <summary>Begins a call. Until <see cref="ExitCall"/>, the mapping stays, where and as long as it is.</summary>
    /// <exception cref="ObjectDisposedException">The map is closed.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ThreadUses EnterCall(MemoryMap map)
    {
        ThreadUses uses = ThreadUses.Current;
        Volatile.Write(ref uses.Call, _id);

        // The note first, the bar second. No barrier stands between them: the closer runs it for us.
        object? readers = Volatile.Read(ref _readers);
        if (readers != uses && readers != ThreadUses.Shared)
        {
            EnterCallSlow(map, uses);
        }
        return uses;
    }

    /// <summary>Ends a call. Comes before any exception is thrown, since filters run before whatever cleans up.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void ExitCall(MemoryMap map, ThreadUses uses)
    {
        Volatile.Write(ref uses.Call, 0);
        if (Volatile.Read(ref _readers) == ThreadUses.Barred)
        {
            ExitSlow(map);
        }
    }

    /// <summary>The way in for the first use of a map, the first by another thread, and any while it is barred.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void EnterCallSlow(MemoryMap map, ThreadUses uses)
    {
        // Whoever has the lock may be waiting for uses to end: this one has not begun.
        Volatile.Write(ref uses.Call, 0);
        using (_gate.Enter())
        {
            if (!_closed)
            {
                Volatile.Write(ref uses.Call, _id);
                Admit(uses);
                return;
            }
        }
        RefuseClosed(map);
    }

    // ---- leases, and calls that may last ----

    /// <summary>Begins a use of a range. End it with <see cref="Exit"/>, on the same thread.</summary>
    /// <exception cref="ObjectDisposedException">The map is closed.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public LeaseSlot Enter(MemoryMap map, long start, long end, bool isLease)
    {
        LeaseSlot slot = ThreadUses.Current.Take();
        slot.Start = start;
        slot.End = end;
        slot.IsLease = isLease;
        Volatile.Write(ref slot.Map, map);
        object? readers = Volatile.Read(ref _readers);
        if (readers != slot.Owner && readers != ThreadUses.Shared)
        {
            EnterSlow(map, slot);
        }
        return slot;
    }

    /// <summary>Ends a use. The last one of a closed map unmaps it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Exit(MemoryMap map, LeaseSlot slot)
    {
        slot.Owner.Return(slot);
        if (Volatile.Read(ref _readers) == ThreadUses.Barred)
        {
            ExitSlow(map);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void EnterSlow(MemoryMap map, LeaseSlot slot)
    {
        Volatile.Write(ref slot.Map, null);
        using (_gate.Enter())
        {
            if (!_closed)
            {
                Volatile.Write(ref slot.Map, map);
                Admit(slot.Owner);
                return;
            }
        }
        slot.Owner.Return(slot);
        RefuseClosed(map);
    }

    private void Admit(ThreadUses uses) =>
        Volatile.Write(ref _readers, _readers is null || _readers == uses ? uses : ThreadUses.Shared);

    /// <summary>Somebody who left a closed map meanwhile may have taken the attempt for a use: looks again.</summary>
    private void RefuseClosed(MemoryMap map)
    {
        ExitSlow(map);
        MapErrors.ThrowClosed();
    }

    /// <summary>The way out of a barred map: the last user of a closed one unmaps it.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void ExitSlow(MemoryMap map)
    {
        using (_gate.Enter())
        {
            if (_closed && !_unmapped && FindUse(map, long.MinValue, long.MaxValue) == MapUse.None)
            {
                Unmap(map);
            }
        }
    }

    // ---- holds: of any thread, counted under the lock ----

    /// <summary>Keeps a range where it is until <see cref="Release"/>, from any thread.</summary>
    public readonly void Hold(long offset, long length)
    {
        using (_gate.Enter())
        {
            (_gate.Holds ??= []).Add((offset, offset + length));
        }
        MapMetrics.Held();
    }

    /// <summary>Undoes one <see cref="Hold"/>. The last one of a closed map unmaps it.</summary>
    public void Release(MemoryMap map, long offset, long length)
    {
        bool held;
        using (_gate.Enter())
        {
            held = _gate.Holds?.Remove((offset, offset + length)) == true;
        }
        if (held)
        {
            MapMetrics.Released();
        }
        if (Volatile.Read(ref _readers) == ThreadUses.Barred)
        {
            ExitSlow(map);
        }
    }

    // ---- the bar ----

    /// <summary>The lock of whatever changes the map. Never wait for another thread's code under it, but for calls to
    /// end.</summary>
    public readonly UninterruptibleLock.Scope Lock() => _gate.Enter();

    /// <summary>
    /// Under the lock: bars new use, and waits for calls on the bytes from start to end. False if a lease or a hold is in
    /// the way. Undo it with <see cref="Unbar"/> in any case; an interrupt of the waiting thread comes out of here.
    /// </summary>
    public bool TryBar(MemoryMap map, long start, long end, out object? before)
    {
        before = _readers;
        MapUse use = BarAndFindUse(map, start, end);
        var spinner = default(SpinWait);
        while (use == MapUse.Call)
        {
            spinner.SpinOnce();
            use = FindUse(map, start, end);
        }
        return use == MapUse.None;
    }

    /// <summary>Lets users in again.</summary>
    public void Unbar(object? before) => Volatile.Write(ref _readers, before);

    private MapUse BarAndFindUse(MemoryMap map, long start, long end)
    {
        object? readers = _readers;
        Volatile.Write(ref _readers, ThreadUses.Barred);
        if (HasHold(start, end))
        {
            return MapUse.Lease;
        }
        if (readers is null)
        {
            return MapUse.None;
        }
        if (readers == ThreadUses.CurrentOrNull)
        {
            // Nobody but this thread ever used the map, and others that begin now wait for the lock.
            return ((ThreadUses)readers).UseOf(map, _id, start, end);
        }
        Interlocked.MemoryBarrierProcessWide();
        return ThreadUses.AnyUseOf(map, _id, start, end);
    }

    private readonly MapUse FindUse(MemoryMap map, long start, long end) =>
        HasHold(start, end) ? MapUse.Lease : ThreadUses.AnyUseOf(map, _id, start, end);

    private readonly bool HasHold(long start, long end)
    {
        foreach ((long from, long to) in CollectionsMarshal.AsSpan(_gate.Holds))
        {
            if (from < end && start < to)
            {
                return true;
            }
        }
        return false;
    }

    // ---- the end ----

    /// <summary>Closes the map at once for new use, and unmaps it, or leaves that to its last user.</summary>
    /// <param name="map">The map.</param>
    /// <param name="abandoned">By its finalizer: nobody uses it now, for whoever does keeps it alive.</param>
    public void Close(MemoryMap map, bool abandoned)
    {
        using (_gate.Enter())
        {
            if (_closed)
            {
                if (abandoned)
                {
                    ExitSlow(map);
                }
                return;
            }
            _closed = true;
            if (abandoned)
            {
                MapMetrics.Abandoned();
            }
            if (BarAndFindUse(map, long.MinValue, long.MaxValue) == MapUse.None)
            {
                Unmap(map);
            }
        }
    }

    [SuppressMessage("Usage", "CA1816", Justification = "From now on the finalizer has nothing to do.")]
    private void Unmap(MemoryMap map)
    {
        _unmapped = true;
        GC.SuppressFinalize(map);
        MapMetrics.Closed(map.Length);
        int status = Interop.mmapio_map_close(Native);
        MapErrors.ThrowIfFailed(status, new NativeError { Status = status }, "unmap", map.Path);
    }

    /// <summary>What the map is locked by. It has room for one field, which costs nothing here.</summary>
    private sealed class Gate : UninterruptibleLock
    {
        /// <summary>Ranges that are held.</summary>
        public List<(long Start, long End)>? Holds;
    }
}
