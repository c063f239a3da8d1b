using System.Runtime.CompilerServices;

namespace MmapIo;

/// <summary>
/// What one thread uses of maps right now. This is how reading costs next to nothing, and yet nothing is unmapped under a
/// reader.
/// <para>
/// A thread notes each use in memory of its own with plain stores: no interlocked instruction, no shared cache line. There
/// are two kinds of notes. A <i>call</i> that runs no user code, such as <see cref="MemoryMap.Read"/>, ends by itself and
/// never within another: one word for each thread, <see cref="Call"/>, holds the number of the map it is on, and whoever
/// needs the map for himself waits until that changes. A <i>slot</i> (<see cref="LeaseSlot"/>) is for what may last: a
/// lease, which ends when its holder likes, or a system call that may wait for a device. It tells the range.
/// </para>
/// <para><b>Why nothing is missed.</b> Two parties, each of which stores first and loads second:</para>
/// <code>
/// user    A1  note the use (release store)         closer  B1  bar the map: Readers = Barred (release store)
///         A2  load Readers (acquire)                       B2  a memory barrier on every processor that runs
///         A3  touch the bytes                                  a thread of this process
///         A4  take the note away (release store)           B3  load every thread's notes (acquire)
///         A5  load Readers                                 B4  unmap, protect or move, if there is none
/// </code>
/// <para>Nothing on the user's side keeps the processor from performing A2 before A1 is seen by others; B2
/// (<see cref="Interlocked.MemoryBarrierProcessWide"/>: membarrier(2), FlushProcessWriteBuffers) does, from outside. It
/// falls between two instructions of the user's thread. If A1 comes before it, B3 sees the note. If A1 comes after it, A2
/// sees the bar, takes the note back and goes the slow way, which waits for the closer's lock. The same at the end: if B3
/// still sees the note, A4 came after B2, and so A5 sees the bar, and looks whether it is to unmap in the closer's place.
/// A3 cannot move before A2 (acquire), nor after A4 (release). The compiler is kept in order by the same accesses being
/// volatile.</para>
/// <para>A map that one thread alone has used needs no barrier when that thread closes it: Readers then names the
/// thread, and anybody else goes the slow way first.</para>
/// </summary>
internal sealed class ThreadUses
{
    /// <summary>Stands in a map's Readers when more than one thread has used it.</summary>
    public static readonly object Shared = new();

    /// <summary>Stands there while nobody may begin: the map is closed, or is being changed under its lock.</summary>
    public static readonly object Barred = new();

    private const int InitialSlots = 8;
    private const int PruneAtLeast = 64;

    private static readonly UninterruptibleLock s_gate = new();
    private static readonly List<WeakReference<ThreadUses>> s_all = [];
    private static int s_pruneAt = PruneAtLeast;

    [ThreadStatic]
    private static ThreadUses? t_current;

    private readonly Thread _thread = Thread.CurrentThread;
    private LeaseSlot[] _slots = [];

    // The first of the free slots, which are chained up by their indices: whatever the order in which leases are taken and
    // returned, there are hardly more slots than the most leases that were out at one time.
    private int _free = LeaseSlot.None;

    private ThreadUses()
    {
    }

    /// <summary>The number of the map that the thread is in a call on; 0 for none.</summary>
    public long Call;

    /// <summary>The calling thread's.</summary>
    public static ThreadUses Current
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => t_current ?? Register();
    }

    /// <summary>The calling thread's, or null if it never used a map.</summary>
    public static ThreadUses? CurrentOrNull => t_current;

    /// <summary>Takes a slot that is free. Give it back with <see cref="Return"/>, on the same thread.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public LeaseSlot Take()
    {
        LeaseSlot[] slots = _slots;
        int free = _free;
        LeaseSlot slot = (uint)free < (uint)slots.Length ? slots[free] : Grow();
        _free = slot.Next;
        return slot;
    }

    /// <summary>Gives a slot back, which ends the use it stands for.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Return(LeaseSlot slot)
    {
        Volatile.Write(ref slot.Map, null);
        slot.Next = _free;
        _free = slot.Index;
    }

    /// <summary>How does this thread use the bytes from start to end of the map? A call counts whatever it is about.</summary>
    public MapUse UseOf(MemoryMap map, long id, long start, long end)
    {
        MapUse use = Volatile.Read(ref Call) == id ? MapUse.Call : MapUse.None;
        foreach (LeaseSlot slot in Volatile.Read(ref _slots))
        {
            if (Volatile.Read(ref slot.Map) == map && slot.Start < end && start < slot.End)
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

    /// <summary>How does any thread? Ask only after a process-wide barrier, with the map barred. A thread that has ended
    /// uses nothing any more: a lease cannot have left it.</summary>
    public static MapUse AnyUseOf(MemoryMap map, long id, long start, long end)
    {
        MapUse use = MapUse.None;
        using (s_gate.Enter())
        {
            foreach (WeakReference<ThreadUses> each in s_all)
            {
                MapUse here = each.TryGetTarget(out ThreadUses? uses) && uses._thread.IsAlive
                    ? uses.UseOf(map, id, start, end)
                    : MapUse.None;
                use = here > use ? here : use;
            }
        }
        return use;
    }

    /// <summary>How many uses there are on all threads. About: others go on meanwhile.</summary>
    public static long CountUses()
    {
        long count = 0;
        using (s_gate.Enter())
        {
            foreach (WeakReference<ThreadUses> each in s_all)
            {
                if (each.TryGetTarget(out ThreadUses? uses) && uses._thread.IsAlive)
                {
                    count += Volatile.Read(ref uses.Call) == 0 ? 0 : 1;
                    count += Volatile.Read(ref uses._slots).Count(static slot => Volatile.Read(ref slot.Map) is not null);
                }
            }
        }
        return count;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static ThreadUses Register()
    {
        var uses = new ThreadUses();
        using (s_gate.Enter())
        {
            if (s_all.Count >= s_pruneAt)
            {
                s_all.RemoveAll(static each => !each.TryGetTarget(out ThreadUses? of) || !of._thread.IsAlive);
                s_pruneAt = Math.Max(PruneAtLeast, s_all.Count * 2);
            }
            s_all.Add(new WeakReference<ThreadUses>(uses));
        }
        t_current = uses;
        return uses;
    }

    /// <summary>Makes room. Slots stay the objects they are: leases and other threads refer to them.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private LeaseSlot Grow()
    {
        int full = _slots.Length;
        var slots = new LeaseSlot[Math.Max(InitialSlots, full * 2)];
        _slots.CopyTo(slots, 0);
        for (int i = slots.Length - 1; i >= full; i--)
        {
            slots[i] = new LeaseSlot(this, i) { Next = _free };
            _free = i;
        }
        Volatile.Write(ref _slots, slots);
        return slots[full];
    }
}
