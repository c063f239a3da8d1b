using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace MmapIo;

public sealed unsafe partial class MemoryMap
{
    /// <summary>Takes all of the map on lease, for reading at the speed of memory.</summary>
    /// <inheritdoc cref="Lease(long, long)"/>
    public MapLease Lease()
    {
        LeaseSlot slot = EnterWhole(forWriting: false);
        return new MapLease(this, slot, _data, slot.End);
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
        return new MapLease(this, slot, _data + offset, length);
    }

    /// <summary>Takes all of the map on lease, for reading and writing at the speed of memory.</summary>
    /// <inheritdoc cref="LeaseForWrite(long, long)"/>
    public MapWriteLease LeaseForWrite()
    {
        LeaseSlot slot = EnterWhole(forWriting: true);
        return new MapWriteLease(this, slot, _data, slot.End);
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
        return new MapWriteLease(this, slot, _data + offset, length);
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
        LeaseSlot slot = LeaseStack.Enter(this, offset, sizeof(T));
        if (offset < 0 || offset > Volatile.Read(ref _readLimit) - sizeof(T))
        {
            Demand(slot, offset, sizeof(T), forWriting: false);
        }
        T value = Unsafe.ReadUnaligned<T>(_data + offset);
        LeaseStack.Exit(this, slot);
        return value;
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
        LeaseSlot slot = LeaseStack.Enter(this, offset, sizeof(T));
        if (offset < 0 || offset > Volatile.Read(ref _writeLimit) - sizeof(T))
        {
            Demand(slot, offset, sizeof(T), forWriting: true);
        }
        Unsafe.WriteUnaligned(_data + offset, value);
        LeaseStack.Exit(this, slot);
    }

    private LeaseSlot EnterLease(long offset, long length, bool forWriting, bool isLease)
    {
        CheckRange(offset, length);
        LeaseSlot slot = LeaseStack.Enter(this, offset, length, isLease);
        long limit = Volatile.Read(ref forWriting ? ref _writeLimit : ref _readLimit);
        if (offset + length > limit || (forWriting && !CanWrite))
        {
            Demand(slot, offset, length, forWriting);
        }
        return slot;
    }

    /// <summary>A lease on all of the map. It begins as one on all that there can be, so that nobody makes the map
    /// shorter between looking how long it is and leasing that much.</summary>
    private LeaseSlot EnterWhole(bool forWriting)
    {
        LeaseSlot slot = LeaseStack.Enter(this, 0, long.MaxValue, isLease: true);
        long length = Length;
        slot.End = length;
        if (length > Volatile.Read(ref forWriting ? ref _writeLimit : ref _readLimit) || (forWriting && !CanWrite))
        {
            Demand(slot, 0, length, forWriting);
        }
        return slot;
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

    /// <summary>
    /// Every question about an access that the limits could not answer. Returns if it is allowed after all, which
    /// is so on maps that were protected and on those whose file has grown. Ends the use before it throws. What copies
    /// safely need not be backed.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Demand(LeaseSlot slot, long offset, long length, bool forWriting, bool backed = true)
    {
        try
        {
            if (offset < 0 || offset > Length - length)
            {
                MapErrors.ThrowRange(
                    nameof(offset), offset, $"{length} bytes from there are not inside the map, which has {Length}.");
            }
            if (forWriting && !CanWrite && (_protections is null || !_isPrivate))
            {
                throw new NotSupportedException("The map is read-only.");
            }
            MapProtection needed = forWriting ? MapProtection.ReadWrite : MapProtection.Read;
            if (_protections is { } table && !table.Allows(offset, length, needed))
            {
                string message =
                    $"The bytes {offset} to {offset + length} are protected against {(forWriting ? "writing" : "reading")}.";
                throw new UnauthorizedAccessException(
                    message, new MmapIoException(message, MapStatus.AccessDenied) { Path = _path });
            }
            if (backed)
            {
                DemandBacking(offset, length);
            }
        }
        catch
        {
            LeaseStack.Exit(this, slot);
            throw;
        }
    }

    private void DemandBacking(long offset, long length)
    {
        if (offset + length <= Volatile.Read(ref _backed))
        {
            return;
        }
        RefreshBacking();
        if (offset + length > _backed)
        {
            throw new MmapIoException(
                $"The bytes {offset} to {offset + length} of the map lie past the end of the file" +
                $"{(_path is null ? "" : $" '{_path}'")}, which backs {_backed} bytes of it.", MapStatus.Fault)
            {
                Path = _path,
            };
        }
    }

    /// <summary>Is all of the map backed, as far as is known?</summary>
    internal bool IsBacked => _backed >= Length;

    /// <summary>Asks again how much of the map the file backs. Not under the lock: this may be part of a call that
    /// somebody with the lock waits for.</summary>
    internal void RefreshBacking()
    {
        long backed = QueryBacked();
        SetLimits(backed, _protections, keepProtections: true);
    }

    /// <summary>Does what flags ask for that could not be done before the file had its length.</summary>
    internal void MakeUpFor(int flags)
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
