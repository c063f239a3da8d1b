using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace MmapIo;

/// <summary>
/// A range of a map on lease for reading: as long as it lives, the range stays mapped, whoever disposes the map.
/// <para>Use it with <c>using</c>. What it hands out cannot leave the scope of the variable that holds it: the
/// compiler sees to that. A lease disposed by hand, before its scope ends, must leave no span in use: those point at
/// memory that may be gone. A lease that is never disposed keeps its map mapped as long as its thread lives.</para>
/// <para>Every member of a disposed lease, and of <c>default(MapLease)</c>, throws
/// <see cref="ObjectDisposedException"/>.</para>
/// <para>A lease protects against unmapping, not against others who shorten the file: touching pages that the file
/// no longer has ends the process.</para>
/// </summary>
public readonly unsafe ref struct MapLease : IDisposable
{
    private readonly LeaseSlot? _slot;
    private readonly long _stamp;
    private readonly byte* _data;
    private readonly long _length;

    internal MapLease(LeaseSlot slot, byte* data, long length)
    {
        _slot = slot;
        _stamp = slot.Stamp;
        _data = data;
        _length = length;
    }

    /// <summary>The number of bytes on lease.</summary>
    /// <exception cref="ObjectDisposedException">The lease has ended.</exception>
    public long Length
    {
        get
        {
            ThrowIfEnded();
            return _length;
        }
    }

    /// <summary>
    /// Has a page of the map vanished and been replaced by zeros, so that what was read may be wrong? Ask at the end.
    /// Can only be true for maps with <see cref="MapOptions.ZeroFillOnFault"/>, and stays true for all later leases.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The lease has ended.</exception>
    public bool IsTorn
    {
        get
        {
            ThrowIfEnded();
            return _slot!.Map!.IsTorn;
        }
    }

    /// <summary>All of it as a span.</summary>
    /// <exception cref="InvalidOperationException">It is longer than a span can be; use
    /// <see cref="Slice"/>.</exception>
    /// <exception cref="ObjectDisposedException">The lease has ended.</exception>
    [UnscopedRef]
    public ReadOnlySpan<byte> Span
    {
        get
        {
            ThrowIfEnded();
            if (_length > int.MaxValue)
            {
                MapErrors.ThrowTooLongForSpan(_length);
            }
            return new ReadOnlySpan<byte>(_data, (int)_length);
        }
    }

    /// <summary>One byte.</summary>
    /// <param name="index">From 0, counted from the start of the lease.</param>
    /// <exception cref="ArgumentOutOfRangeException">The byte is not inside the lease.</exception>
    /// <exception cref="ObjectDisposedException">The lease has ended.</exception>
    public byte this[long index]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            // In this order the compiler gets by with fewer instructions in a loop than the other way round.
            if (_slot is null || _slot.Stamp != _stamp || (ulong)index >= (ulong)_length)
            {
                LeaseSlot.Refuse(_slot, _stamp, _length, nameof(index), index, 1);
            }
            return _data[index];
        }
    }

    /// <summary>A part of it as a span.</summary>
    /// <param name="offset">The first byte, counted from the start of the lease.</param>
    /// <param name="length">Bytes.</param>
    /// <exception cref="ArgumentOutOfRangeException">The range is not inside the lease.</exception>
    /// <exception cref="ObjectDisposedException">The lease has ended.</exception>
    [UnscopedRef]
    public ReadOnlySpan<byte> Slice(long offset, int length)
    {
        ThrowIfEnded();
        if (offset < 0 || length < 0 || offset > _length - length)
        {
            LeaseSlot.Refuse(_slot, _stamp, _length, nameof(offset), offset, length);
        }
        return new ReadOnlySpan<byte>(_data + offset, length);
    }

    /// <summary>Reads a value, in this machine's byte order.</summary>
    /// <typeparam name="T">Any unmanaged type.</typeparam>
    /// <param name="offset">The first byte, counted from the start of the lease; need not be aligned.</param>
    /// <exception cref="ArgumentOutOfRangeException">The value is not inside the lease.</exception>
    /// <exception cref="ObjectDisposedException">The lease has ended.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Read<T>(long offset)
        where T : unmanaged
    {
        if (_slot is null || _slot.Stamp != _stamp || offset < 0 || offset > _length - sizeof(T))
        {
            LeaseSlot.Refuse(_slot, _stamp, _length, nameof(offset), offset, sizeof(T));
        }
        return Unsafe.ReadUnaligned<T>(_data + offset);
    }

    /// <summary>All of it as elements of one type: as many as fit in whole.</summary>
    /// <typeparam name="T">Any unmanaged type. Elements stand where the bytes stand, which may be misaligned.</typeparam>
    /// <exception cref="ObjectDisposedException">The lease has ended.</exception>
    [UnscopedRef]
    public MappedReadOnlySpan<T> As<T>()
        where T : unmanaged
    {
        ThrowIfEnded();
        return new MappedReadOnlySpan<T>(_slot, _stamp, (T*)_data, _length / sizeof(T));
    }

    /// <summary>Returns the lease. If the map was disposed meanwhile and this was the last one, unmaps it. Safe to
    /// call again.</summary>
    /// <exception cref="MmapIoException">The operating system refused to unmap.</exception>
    public void Dispose() => LeaseSlot.Finish(_slot, _stamp);

    private void ThrowIfEnded() => LeaseSlot.ThrowIfEnded(_slot, _stamp, nameof(MapLease));
}
