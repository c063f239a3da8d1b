using System.Runtime.CompilerServices;

namespace MmapIo;

/// <summary>
/// What one thread has on lease. This is how reading costs next to nothing and yet nothing is unmapped under a reader.
/// <para>
/// A lease is a ref struct, so the thread that took it is the thread that returns it, and it can note it in memory
/// of its own with plain stores: no interlocked instruction, no shared cache line. Whoever closes a map first bars
/// it, then has the operating system run a memory barrier on every processor that runs a thread of this process
/// (membarrier(2), FlushProcessWriteBuffers), and then looks through all threads' notes. A reader writes its note
/// first and looks whether the map is barred second: so either the closer sees the note or the reader sees the bar.
/// </para>
/// </summary>
internal sealed class LeaseStack
{
    /// <summary>Stands in <see cref="MemoryMap"/>.Readers when more than one thread has used the map.</summary>
    public static readonly object Shared = new();

    /// <summary>Stands there while nobody may begin: the map is closed, or is being changed under its lock.</summary>
    public static readonly object Barred = new();

    private const int InitialDepth = 8;
    private const int PruneAtLeast = 64;

    private static readonly List<WeakReference<LeaseStack>> s_all = [];
    private static int s_pruneAt = PruneAtLeast;

    [ThreadStatic]
    private static LeaseStack? t_current;

    private LeaseSlot[] _slots = [];
    private int _depth;

    private LeaseStack() => Grow();

    /// <summary>The calling thread's, or null if it never had a lease.</summary>
    public static LeaseStack? CurrentOrNull => t_current;

    /// <summary>Notes that this thread uses a range of the map. End the use with <see cref="Exit"/>.</summary>
    /// <exception cref="ObjectDisposedException">The map is closed.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LeaseSlot Enter(MemoryMap map, long start, long length, bool isLease = false)
    {
        LeaseStack stack = t_current ?? Register();
        LeaseSlot[] slots = stack._slots;
        int depth = stack._depth;
        LeaseSlot slot = (uint)depth < (uint)slots.Length ? slots[depth] : stack.Grow();
        stack._depth = depth + 1;
        slot.Start = start;
        slot.End = start + length;
        slot.IsLease = isLease;
        Volatile.Write(ref slot.Map, map);

        // The note first, the bar second. No barrier stands between them: the closer runs it for us.
        object? readers = Volatile.Read(ref map.Readers);
        if (readers != stack && readers != Shared)
        {
            map.EnterSlow(stack, slot);
        }
        return slot;
    }

    /// <summary>Ends a use. The last one of a closed map unmaps it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Exit(MemoryMap map, LeaseSlot slot)
    {
        slot.Owner.Release(slot);
        if (Volatile.Read(ref map.Readers) == Barred)
        {
            map.ExitSlow();
        }
    }

    /// <summary>Frees an entry. Entries are mostly returned in reverse order; others wait until they are on top.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Release(LeaseSlot slot)
    {
        Volatile.Write(ref slot.Map, null);
        int depth = _depth;
        while (depth > 0 && _slots[depth - 1].Map is null)
        {
            depth--;
        }
        _depth = depth;
    }

    /// <summary>How does this thread use [start, end) of the map? Null is all of it, also calls that need no byte.</summary>
    public MapUse UseOf(MemoryMap map, (long Start, long End)? range)
    {
        MapUse use = MapUse.None;
        foreach (LeaseSlot slot in Volatile.Read(ref _slots))
        {
            if (Volatile.Read(ref slot.Map) == map
                && (range is not { } r || (slot.Start < r.End && r.Start < slot.End)))
            {
                if (slot.IsLease)
                {
                    return MapUse.Lease;
                }
                use = MapUse.Call;
            }
        }
        return use;
    }

    /// <summary>How does any thread? Ask only after a process-wide barrier, with the map barred.</summary>
    public static MapUse AnyUseOf(MemoryMap map, (long Start, long End)? range)
    {
        MapUse use = MapUse.None;
        lock (s_all)
        {
            foreach (WeakReference<LeaseStack> each in s_all)
            {
                MapUse here = each.TryGetTarget(out LeaseStack? stack) ? stack.UseOf(map, range) : MapUse.None;
                use = here > use ? here : use;
            }
        }
        return use;
    }

    /// <summary>How many uses there are on all threads. About: others go on meanwhile.</summary>
    public static long CountUses()
    {
        long count = 0;
        lock (s_all)
        {
            foreach (WeakReference<LeaseStack> each in s_all)
            {
                count += each.TryGetTarget(out LeaseStack? stack) ? Volatile.Read(ref stack._depth) : 0;
            }
        }
        return count;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static LeaseStack Register()
    {
        var stack = new LeaseStack();
        lock (s_all)
        {
            if (s_all.Count >= s_pruneAt)
            {
                s_all.RemoveAll(each => !each.TryGetTarget(out _));
                s_pruneAt = Math.Max(PruneAtLeast, s_all.Count * 2);
            }
            s_all.Add(new WeakReference<LeaseStack>(stack));
        }
        t_current = stack;
        return stack;
    }

    /// <summary>Makes room. Slots stay the objects they are: leases and other threads refer to them.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private LeaseSlot Grow()
    {
        int full = _slots.Length;
        var slots = new LeaseSlot[Math.Max(InitialDepth, full * 2)];
        _slots.CopyTo(slots, 0);
        for (int i = full; i < slots.Length; i++)
        {
            slots[i] = new LeaseSlot(this);
        }
        Volatile.Write(ref _slots, slots);
        return slots[full];
    }
}
