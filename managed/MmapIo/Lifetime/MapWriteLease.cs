using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace MmapIo;

/// <summary>
/// A range of a map on lease for reading and writing: as long as it lives, the range stays mapped, whoever disposes
/// the map. What is said of <see cref="MapLease"/> holds here too. What is written is seen by every other map of the
/// file at once, is in the page cache, and becomes durable by <see cref="MemoryMap.Flush(FlushMode)"/>.
/// <para>On a sparse file, a store may find the disk full, which ends the process as a truncated file does.</para>
/// </summary>
public readonly unsafe ref struct MapWriteLease : IDisposable
{
    private readonly LeaseSlot? _slot;
    private readonly long _stamp;
    private readonly byte* _data;
    private readonly long _length;

    internal MapWriteLease(LeaseSlot slot, byte* data, long length)
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
    /// Has a page of the map vanished and been replaced by zeros, so that what was written may be lost, and what was
    /// read wrong? Ask at the end. Can only be true for maps with <see cref="MapOptions.ZeroFillOnFault"/>, and stays
    /// true for all later leases.
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
    public Span<byte> Span
    {
        get
        {
            ThrowIfEnded();
            if (_length > int.MaxValue)
            {
                MapErrors.ThrowTooLongForSpan(_length);
            }
            return new Span<byte>(_data, (int)_length);
        }
    }

    /// <summary>One byte, to read or write.</summary>
    /// <param name="index">From 0, counted from the start of the lease.</param>
    /// <exception cref="ArgumentOutOfRangeException">The byte is not inside the lease.</exception>
    /// <exception cref="ObjectDisposedException">The lease has ended.</exception>
    [UnscopedRef]
    public ref byte this[long index]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            // In this order the compiler gets by with fewer instructions in a loop than the other way round.
            if (_slot is null || _slot.Stamp != _stamp || (ulong)index >= (ulong)_length)
            {
                LeaseSlot.Refuse(_slot, _stamp, _length, nameof(index), index, 1);
            }
            return ref _data[index];
        }
    }

    /// <summary>A part of it as a span.</summary>
    /// <param name="offset">The first byte, counted from the start of the lease.</param>
    /// <param name="length">Bytes.</param>
    /// <exception cref="ArgumentOutOfRangeException">The range is not inside the lease.</exception>
    /// <exception cref="ObjectDisposedException">The lease has ended.</exception>
    [UnscopedRef]
    public Span<byte> Slice(long offset, int length)
    {
        ThrowIfEnded();
        if (offset < 0 || length < 0 || offset > _length - length)
        {
            LeaseSlot.Refuse(_slot, _stamp, _length, nameof(offset), offset, length);
        }
        return new Span<byte>(_data + offset, length);
    }

    /// <summary>Writes a value, in this machine's byte order.</summary>
    /// <typeparam name="T">Any unmanaged type.</typeparam>
    /// <param name="offset">The first byte, counted from the start of the lease; need not be aligned.</param>
    /// <param name="value">The value.</param>
    /// <exception cref="ArgumentOutOfRangeException">The value is not inside the lease.</exception>
    /// <exception cref="ObjectDisposedException">The lease has ended.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Write<T>(long offset, in T value)
        where T : unmanaged
    {
        if (_slot is null || _slot.Stamp != _stamp || offset < 0 || offset > _length - sizeof(T))
        {
            LeaseSlot.Refuse(_slot, _stamp, _length, nameof(offset), offset, sizeof(T));
        }
        Unsafe.WriteUnaligned(_data + offset, value);
    }

    /// <summary>All of it as elements of one type: as many as fit in whole.</summary>
    /// <typeparam name="T">Any unmanaged type. Elements stand where the bytes stand, which may be misaligned.</typeparam>
    /// <exception cref="ObjectDisposedException">The lease has ended.</exception>
    [UnscopedRef]
    public MappedSpan<T> As<T>()
        where T : unmanaged
    {
        ThrowIfEnded();
        return new MappedSpan<T>(_slot, _stamp, (T*)_data, _length / sizeof(T));
    }

    /// <summary>Returns the lease. If the map was disposed meanwhile and this was the last one, unmaps it. Safe to
    /// call again.</summary>
    /// <exception cref="MmapIoException">The operating system refused to unmap.</exception>
    public void Dispose() => LeaseSlot.Finish(_slot, _stamp);

    private void ThrowIfEnded() => LeaseSlot.ThrowIfEnded(_slot, _stamp, nameof(MapWriteLease));
}
