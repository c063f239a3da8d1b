using System.Diagnostics.CodeAnalysis;

namespace MmapIo;

/// <summary>
/// A use of a map that may last, noted in its thread's <see cref="ThreadUses"/>. Only the owning thread writes it; any
/// thread may read it while it closes, resizes or protects a map.
/// </summary>
internal sealed class LeaseSlot(ThreadUses owner, int index)
{
    /// <summary>No slot's index.</summary>
    public const int None = -1;

    public readonly ThreadUses Owner = owner;
    public readonly int Index = index;

    /// <summary>The index of the free slot after this one, while this one is free.</summary>
    public int Next = None;

    /// <summary>
    /// The map in use; null when the slot is free. This reference keeps a map alive whose lease was forgotten, for
    /// as long as the thread lives: its spans may still be on the stack.
    /// </summary>
    public MemoryMap? Map;

    /// <summary>The range in the map, in bytes. Empty for a call that needs the mapping but none of its bytes.</summary>
    public long Start;
    public long End;

    /// <summary>Is this a lease, which ends when its holder likes, or a call, which ends by itself?</summary>
    public bool IsLease;

    /// <summary>
    /// Counts the leases this slot has served. A lease looks here before each access, so that one that outlived its
    /// Dispose (a copy of the struct) finds another number, and touches nothing.
    /// </summary>
    public long Stamp;

    /// <summary>Ends the lease of that stamp. A lease that has ended already, or never was one, is left alone.</summary>
    public static void Finish(LeaseSlot? slot, long stamp)
    {
        if (slot is null || slot.Stamp != stamp)
        {
            return;
        }
        slot.Stamp = stamp + 1;
        MemoryMap map = slot.Map!;
        map.Lifetime.Exit(map, slot);
    }

    /// <summary>Throws unless the lease of that stamp lives.</summary>
    public static void ThrowIfEnded(LeaseSlot? slot, long stamp, string type)
    {
        if (slot is null || slot.Stamp != stamp)
        {
            MapErrors.ThrowLeaseEnded(type);
        }
    }

    /// <summary>
    /// Says why a lease does not allow an access. Given the parts of the lease and not its address, so that loops can keep
    /// them in registers; a throw and nothing else, for the same reason: see <see cref="LongSpan.RefuseElement"/>.
    /// </summary>
    [DoesNotReturn]
    public static void Refuse(
        LeaseSlot? slot, long stamp, long available, string parameter, long offset, long length) =>
        throw WhyNot(slot, stamp, available, parameter, offset, length);

    /// <summary>It has ended, or it is not long enough.</summary>
    private static Exception WhyNot(
        LeaseSlot? slot, long stamp, long available, string parameter, long offset, long length) =>
        slot is null || slot.Stamp != stamp ? MapErrors.LeaseEnded(nameof(MapLease)) : new ArgumentOutOfRangeException(
            parameter, offset, $"{length} bytes from there are not inside the lease, which has {available}.");
}
