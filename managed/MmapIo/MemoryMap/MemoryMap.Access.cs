using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace MmapIo;

public sealed unsafe partial class MemoryMap
{
    /// <summary>Takes all of the map on lease, for reading at the speed of memory.</summary>
    /// <inheritdoc cref="Lease(long, long)"/>
    public MapLease Lease() => LeaseWhole(1);

    /// <summary>As many units of so many bytes as fit in whole.</summary>
    internal MapLease LeaseWhole(int unit)
    {
        LeaseSlot slot = EnterWhole(forWriting: false, unit);
        return new MapLease(slot, _limits.Data, slot.End);
    }

    /// <summary>Takes a range on lease, for reading at the speed of memory.</summary>
    /// <param name="offset">The first byte.</param>
    /// <param name="length">Bytes.</param>
    /// <returns>The lease. Until it is disposed, nothing can unmap the map. Use it with <c>using</c>.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The range is not inside the map.</exception>
    /// <exception cref="ObjectDisposedException">The map is closed.</exception>
    /// <exception cref="UnauthorizedAccessException">The range is protected against reading.</exception>
    /// <exception cref="MmapIoException">The file does not back the range: it ends before.</exception>
    public MapLease Lease(long offset, long length)
    {
        LeaseSlot slot = EnterLease(offset, length, forWriting: false, isLease: true);
        return new MapLease(slot, _limits.Data + offset, length);
    }

    /// <summary>Takes all of the map on lease, for reading and writing at the speed of memory.</summary>
    /// <inheritdoc cref="LeaseForWrite(long, long)"/>
    public MapWriteLease LeaseForWrite() => LeaseWholeForWrite(1);

    /// <inheritdoc cref="LeaseWhole"/>
    internal MapWriteLease LeaseWholeForWrite(int unit)
    {
        LeaseSlot slot = EnterWhole(forWriting: true, unit);
        return new MapWriteLease(slot, _limits.Data, slot.End);
    }

    /// <summary>Takes a range on lease, for reading and writing at the speed of memory.</summary>
    /// <param name="offset">The first byte.</param>
    /// <param name="length">Bytes.</param>
    /// <returns>The lease. Until it is disposed, nothing can unmap the map. Use it with <c>using</c>.</returns>
    /// <exception cref="NotSupportedException">The map is read-only.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The range is not inside the map.</exception>
    /// <exception cref="ObjectDisposedException">The map is closed.</exception>
    /// <exception cref="UnauthorizedAccessException">The range is protected against writing.</exception>
    /// <exception cref="MmapIoException">The file does not back the range: it ends before.</exception>
    public MapWriteLease LeaseForWrite(long offset, long length)
    {
        LeaseSlot slot = EnterLease(offset, length, forWriting: true, isLease: true);
        return new MapWriteLease(slot, _limits.Data + offset, length);
    }

    /// <summary>Reads a value, checked.</summary>
    /// <typeparam name="T">Any unmanaged type. Its bytes are taken as they are, in this machine's order.</typeparam>
    /// <param name="offset">The first byte; need not be aligned.</param>
    /// <returns>The value. Not atomic, unless the processor makes it so.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The value is not inside the map.</exception>
    /// <exception cref="ObjectDisposedException">The map is closed.</exception>
    /// <exception cref="UnauthorizedAccessException">The range is protected against reading.</exception>
    /// <exception cref="MmapIoException">The file does not back the range: it ends before.</exception>
    public T Read<T>(long offset)
        where T : unmanaged
    {
        ThreadUses uses = EnterAccess(offset, sizeof(T), forWriting: false);
        T value = Unsafe.ReadUnaligned<T>(_limits.Data + offset);
        Lifetime.ExitCall(this, uses);
        return value;
    }

    /// <summary>As <see cref="Read"/>, but false for a value that is not inside the map: asked in one with reading it, since
    /// others may make the map shorter.</summary>
    internal bool TryReadInside<T>(long offset, out T value)
        where T : unmanaged
    {
        value = default;
        ThreadUses uses = Lifetime.EnterCall(this);
        bool inside = offset <= Length - sizeof(T);
        if (inside)
        {
            if (!_limits.Allows(offset, sizeof(T), forWriting: false))
            {
                AllowOrEnd(uses, offset, sizeof(T), forWriting: false);
            }
            value = Unsafe.ReadUnaligned<T>(_limits.Data + offset);
        }
        Lifetime.ExitCall(this, uses);
        return inside;
    }

    /// <summary>Writes a value, checked.</summary>
    /// <typeparam name="T">Any unmanaged type. Its bytes go out as they are, in this machine's order.</typeparam>
    /// <param name="offset">The first byte; need not be aligned.</param>
    /// <param name="value">The value. Not written atomically, unless the processor makes it so.</param>
    /// <exception cref="NotSupportedException">The map is read-only.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The value is not inside the map.</exception>
    /// <exception cref="ObjectDisposedException">The map is closed.</exception>
    /// <exception cref="UnauthorizedAccessException">The range is protected against writing.</exception>
    /// <exception cref="MmapIoException">The file does not back the range: it ends before.</exception>
    public void Write<T>(long offset, in T value)
        where T : unmanaged
    {
        // Taken before the call begins: what is behind the reference may throw (that of an empty span is null).
        T taken = value;
        ThreadUses uses = EnterAccess(offset, sizeof(T), forWriting: true);
        Unsafe.WriteUnaligned(_limits.Data + offset, taken);
        Lifetime.ExitCall(this, uses);
    }

    /// <summary>Begins a call that reads or writes a few bytes, if it may.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ThreadUses EnterAccess(long offset, long length, bool forWriting)
    {
        ThreadUses uses = Lifetime.EnterCall(this);
        if (!_limits.Allows(offset, length, forWriting))
        {
            AllowOrEnd(uses, offset, length, forWriting);
        }
        return uses;
    }

    private LeaseSlot EnterLease(long offset, long length, bool forWriting, bool isLease)
    {
        CheckRange(offset, length);
        LeaseSlot slot = Lifetime.Enter(this, offset, offset + length, isLease);
        if (!_limits.Allows(offset, length, forWriting))
        {
            AllowOrEnd(slot, offset, length, forWriting);
        }
        return slot;
    }

    /// <summary>A lease on all of the map. It begins as one on all that there can be, so that nobody makes the map
    /// shorter between looking how long it is and leasing that much.</summary>
    private LeaseSlot EnterWhole(bool forWriting, int unit)
    {
        LeaseSlot slot = Lifetime.Enter(this, 0, long.MaxValue, isLease: true);
        long length = Length;
        length -= length % unit;
        slot.End = length;
        if (!_limits.Allows(0, length, forWriting))
        {
            AllowOrEnd(slot, 0, length, forWriting);
        }
        return slot;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void AllowOrEnd(ThreadUses uses, long offset, long length, bool forWriting, bool backed = true)
    {
        if (_limits.WhyNot(this, offset, length, forWriting, backed) is { } reason)
        {
            Lifetime.ExitCall(this, uses);
            throw reason;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void AllowOrEnd(LeaseSlot slot, long offset, long length, bool forWriting)
    {
        if (_limits.WhyNot(this, offset, length, forWriting) is { } reason)
        {
            Lifetime.Exit(this, slot);
            throw reason;
        }
    }

    private void CheckRange(long offset, long length)
    {
        long available = Length;
        if (offset < 0 || offset > available || length < 0 || length > available - offset)
        {
            RefuseRange(offset, length, available);
        }
    }

    [DoesNotReturn]
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void RefuseRange(long offset, long length, long available)
    {
        // What a closed map has to say comes first: a range of it may have been fine before.
        ThrowIfClosed();
        if (offset < 0 || offset > available)
        {
            MapErrors.ThrowRange(nameof(offset), offset, $"The map has {available} bytes.");
        }
        MapErrors.ThrowRange(
            nameof(length), length, $"The map has {available} bytes, {available - offset} from there.");
    }
}
