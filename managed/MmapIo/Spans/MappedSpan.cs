using System.Runtime.CompilerServices;

namespace MmapIo;

/// <summary>
/// A range of a map as elements of one type, to read and write, indexed by long: more of them than a
/// <see cref="System.Span{T}"/> can have.
/// <para>It cannot leave the scope of the lease it comes from. After the lease was disposed, every member but
/// <see cref="Length"/> throws <see cref="ObjectDisposedException"/>.</para>
/// </summary>
/// <typeparam name="T">The element. Its bytes are those of the file, in this machine's order.</typeparam>
public readonly unsafe ref struct MappedSpan<T>
    where T : unmanaged
{
    private readonly LeaseSlot? _slot;
    private readonly long _stamp;
    private readonly T* _data;

    internal MappedSpan(LeaseSlot? slot, long stamp, T* data, long length)
    {
        _slot = slot;
        _stamp = stamp;
        _data = data;
        Length = length;
    }

    /// <summary>The number of elements; 0 for <c>default</c>.</summary>
    public long Length { get; }

    /// <summary>Is there none?</summary>
    public bool IsEmpty => Length == 0;

    /// <summary>The first element's address. Valid while the lease lives, which the caller sees to.</summary>
    internal T* Pointer
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            if (_slot is null ? Length != 0 : _slot.Stamp != _stamp)
            {
                MapErrors.ThrowLeaseEnded("MappedSpan");
            }
            return _data;
        }
    }

    /// <summary>One element.</summary>
    /// <param name="index">From 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such element.</exception>
    /// <exception cref="ObjectDisposedException">The lease has ended.</exception>
    public ref T this[long index]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            // In this order the compiler gets by with fewer instructions in a loop than the other way round.
            if (_slot is null || _slot.Stamp != _stamp || (ulong)index >= (ulong)Length)
            {
                LongSpan.RefuseElement(index, Length);
            }
            return ref _data[index];
        }
    }

    /// <summary>A part of it.</summary>
    /// <param name="start">The first element.</param>
    /// <param name="length">How many.</param>
    /// <exception cref="ArgumentOutOfRangeException">The part is not inside.</exception>
    /// <exception cref="ObjectDisposedException">The lease has ended.</exception>
    public MappedSpan<T> Slice(long start, long length)
    {
        LongSpan.CheckRange(start, length, Length);
        return new MappedSpan<T>(_slot, _stamp, Pointer + start, length);
    }

    /// <summary>A part of it as a span, for everything that takes spans.</summary>
    /// <param name="start">The first element.</param>
    /// <param name="length">How many.</param>
    /// <exception cref="ArgumentOutOfRangeException">The part is not inside.</exception>
    /// <exception cref="ObjectDisposedException">The lease has ended.</exception>
    public Span<T> Span(long start, int length)
    {
        LongSpan.CheckRange(start, length, Length);
        return new Span<T>(Pointer + start, length);
    }

    /// <summary>All of it in spans, one after the other.</summary>
    /// <param name="length">The length of each span but the last, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The length is not positive.</exception>
    public ChunkEnumerator Chunks(int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length);
        return new ChunkEnumerator(this, length);
    }

    /// <summary>Copies all of it.</summary>
    /// <param name="destination">Receives it; at least as long. May overlap.</param>
    /// <exception cref="ArgumentException">The destination is too short.</exception>
    /// <exception cref="ObjectDisposedException">A lease has ended.</exception>
    public void CopyTo(MappedSpan<T> destination)
    {
        if (destination.Length < Length)
        {
            throw new ArgumentException("The destination is too short.", nameof(destination));
        }
        LongSpan.Copy(Pointer, destination.Pointer, Length);
    }

    /// <summary>Copies all of it.</summary>
    /// <param name="destination">Receives it; at least as long.</param>
    /// <exception cref="ArgumentException">The destination is too short.</exception>
    /// <exception cref="ObjectDisposedException">The lease has ended.</exception>
    public void CopyTo(Span<T> destination)
    {
        if (destination.Length < Length)
        {
            throw new ArgumentException("The destination is too short.", nameof(destination));
        }
        new ReadOnlySpan<T>(Pointer, (int)Length).CopyTo(destination);
    }

    /// <summary>Sets every element.</summary>
    /// <param name="value">The value that all of them get.</param>
    /// <exception cref="ObjectDisposedException">The lease has ended.</exception>
    public void Fill(T value) => LongSpan.Fill(Pointer, Length, value);

    /// <summary>The same, for reading only.</summary>
    /// <param name="span">The span that is passed on for reading.</param>
    public static implicit operator MappedReadOnlySpan<T>(MappedSpan<T> span) => span.AsReadOnly();

    /// <summary>The same, for reading only.</summary>
    public MappedReadOnlySpan<T> AsReadOnly() => new(_slot, _stamp, _data, Length);

    /// <summary>Goes from span to span.</summary>
    public ref struct ChunkEnumerator
    {
        private readonly MappedSpan<T> _all;
        private readonly int _step;
        private long _next;

        internal ChunkEnumerator(MappedSpan<T> all, int step)
        {
            _all = all;
            _step = step;
        }

        /// <summary>The span.</summary>
        public Span<T> Current { get; private set; }

        /// <summary>This.</summary>
        public readonly ChunkEnumerator GetEnumerator() => this;

        /// <summary>Goes to the next span.</summary>
        /// <returns>False if there is none.</returns>
        public bool MoveNext()
        {
            if (_next >= _all.Length)
            {
                return false;
            }
            int length = (int)Math.Min(_step, _all.Length - _next);
            Current = _all.Span(_next, length);
            _next += length;
            return true;
        }
    }
}
