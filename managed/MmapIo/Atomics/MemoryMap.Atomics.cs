using System.Runtime.CompilerServices;

namespace MmapIo;

public sealed unsafe partial class MemoryMap
{
    /// <summary>Reads a cell that other threads or processes write: never half of a value, and nothing that is read
    /// later is read before it.</summary>
    /// <typeparam name="T">A number or enum of 4 or 8 bytes.</typeparam>
    /// <param name="offset">The first byte. Its address must be a multiple of the cell's size, which it is where file
    /// offset and size agree.</param>
    /// <exception cref="ArgumentException">The cell is misaligned, or not of 4 or 8 bytes.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The cell is not inside the map.</exception>
    /// <exception cref="ObjectDisposedException">The map is closed.</exception>
    /// <exception cref="UnauthorizedAccessException">The range is protected against reading.</exception>
    /// <exception cref="MmapIoException">The file does not back the range: it ends before.</exception>
    public T ReadVolatile<T>(long offset)
        where T : unmanaged
    {
        T* cell = EnterCell<T>(offset, forWriting: false, out ThreadUses uses);
        T value;
        if (sizeof(T) == 4)
        {
            value = Unsafe.BitCast<int, T>(Volatile.Read(ref *(int*)cell));
        }
        else
        {
            value = Unsafe.BitCast<long, T>(Volatile.Read(ref *(long*)cell));
        }
        Lifetime.ExitCall(this, uses);
        return value;
    }

    /// <summary>Writes a cell that other threads or processes read: never half of a value, and nothing that was written
    /// earlier is seen after it.</summary>
    /// <typeparam name="T">A number or enum of 4 or 8 bytes.</typeparam>
    /// <param name="offset">The first byte, aligned as for <see cref="ReadVolatile"/>.</param>
    /// <param name="value">The value.</param>
    /// <inheritdoc cref="Add(long, long)"/>
    public void WriteVolatile<T>(long offset, T value)
        where T : unmanaged
    {
        T* cell = EnterCell<T>(offset, forWriting: true, out ThreadUses uses);
        if (sizeof(T) == 4)
        {
            Volatile.Write(ref *(int*)cell, Unsafe.BitCast<T, int>(value));
        }
        else
        {
            Volatile.Write(ref *(long*)cell, Unsafe.BitCast<T, long>(value));
        }
        Lifetime.ExitCall(this, uses);
    }

    /// <summary>Adds to a cell, atomically among all threads and processes that map the file.</summary>
    /// <param name="offset">The first byte, aligned as for <see cref="ReadVolatile"/>.</param>
    /// <param name="value">What to add.</param>
    /// <returns>The sum.</returns>
    /// <exception cref="ArgumentException">The cell is misaligned, or not of 4 or 8 bytes.</exception>
    /// <exception cref="NotSupportedException">The map is read-only.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The cell is not inside the map.</exception>
    /// <exception cref="ObjectDisposedException">The map is closed.</exception>
    /// <exception cref="UnauthorizedAccessException">The range is protected against writing.</exception>
    /// <exception cref="MmapIoException">The file does not back the range: it ends before.</exception>
    public long Add(long offset, long value)
    {
        long* cell = EnterCell<long>(offset, forWriting: true, out ThreadUses uses);
        long sum = Interlocked.Add(ref *cell, value);
        Lifetime.ExitCall(this, uses);
        return sum;
    }

    /// <inheritdoc cref="Add(long, long)"/>
    public int Add(long offset, int value)
    {
        int* cell = EnterCell<int>(offset, forWriting: true, out ThreadUses uses);
        int sum = Interlocked.Add(ref *cell, value);
        Lifetime.ExitCall(this, uses);
        return sum;
    }

    /// <inheritdoc cref="Add(long, long)"/>
    public uint Add(long offset, uint value) => (uint)Add(offset, (int)value);

    /// <inheritdoc cref="Add(long, long)"/>
    public ulong Add(long offset, ulong value) => (ulong)Add(offset, (long)value);

    /// <summary>Replaces a cell, atomically among all threads and processes that map the file.</summary>
    /// <param name="offset">The first byte, aligned as for <see cref="ReadVolatile"/>.</param>
    /// <param name="value">The new value.</param>
    /// <returns>The old value.</returns>
    /// <inheritdoc cref="Add(long, long)"/>
    public long Exchange(long offset, long value)
    {
        long* cell = EnterCell<long>(offset, forWriting: true, out ThreadUses uses);
        long old = Interlocked.Exchange(ref *cell, value);
        Lifetime.ExitCall(this, uses);
        return old;
    }

    /// <inheritdoc cref="Exchange(long, long)"/>
    public int Exchange(long offset, int value)
    {
        int* cell = EnterCell<int>(offset, forWriting: true, out ThreadUses uses);
        int old = Interlocked.Exchange(ref *cell, value);
        Lifetime.ExitCall(this, uses);
        return old;
    }

    /// <inheritdoc cref="Exchange(long, long)"/>
    public uint Exchange(long offset, uint value) => (uint)Exchange(offset, (int)value);

    /// <inheritdoc cref="Exchange(long, long)"/>
    public ulong Exchange(long offset, ulong value) => (ulong)Exchange(offset, (long)value);

    /// <summary>Replaces a cell if it has an expected value, atomically among all threads and processes that map the
    /// file.</summary>
    /// <param name="offset">The first byte, aligned as for <see cref="ReadVolatile"/>.</param>
    /// <param name="value">The new value.</param>
    /// <param name="comparand">The expected value.</param>
    /// <returns>The old value: equal to <paramref name="comparand"/> if it was replaced.</returns>
    /// <inheritdoc cref="Add(long, long)"/>
    public long CompareExchange(long offset, long value, long comparand)
    {
        long* cell = EnterCell<long>(offset, forWriting: true, out ThreadUses uses);
        long old = Interlocked.CompareExchange(ref *cell, value, comparand);
        Lifetime.ExitCall(this, uses);
        return old;
    }

    /// <inheritdoc cref="CompareExchange(long, long, long)"/>
    public int CompareExchange(long offset, int value, int comparand)
    {
        int* cell = EnterCell<int>(offset, forWriting: true, out ThreadUses uses);
        int old = Interlocked.CompareExchange(ref *cell, value, comparand);
        Lifetime.ExitCall(this, uses);
        return old;
    }

    /// <inheritdoc cref="CompareExchange(long, long, long)"/>
    public uint CompareExchange(long offset, uint value, uint comparand) => (uint)CompareExchange(offset, (int)value, (int)comparand);

    /// <inheritdoc cref="CompareExchange(long, long, long)"/>
    public ulong CompareExchange(long offset, ulong value, ulong comparand) => (ulong)CompareExchange(offset, (long)value, (long)comparand);

    /// <summary>Clears those bits of a cell that a mask does not have, atomically among all threads and processes that map the
    /// file.</summary>
    /// <param name="offset">The first byte, aligned as for <see cref="ReadVolatile"/>.</param>
    /// <param name="mask">The bits.</param>
    /// <returns>The old value.</returns>
    /// <inheritdoc cref="Add(long, long)"/>
    public long And(long offset, long mask)
    {
        long* cell = EnterCell<long>(offset, forWriting: true, out ThreadUses uses);
        long old = Interlocked.And(ref *cell, mask);
        Lifetime.ExitCall(this, uses);
        return old;
    }

    /// <inheritdoc cref="And(long, long)"/>
    public int And(long offset, int mask)
    {
        int* cell = EnterCell<int>(offset, forWriting: true, out ThreadUses uses);
        int old = Interlocked.And(ref *cell, mask);
        Lifetime.ExitCall(this, uses);
        return old;
    }

    /// <inheritdoc cref="And(long, long)"/>
    public uint And(long offset, uint mask) => (uint)And(offset, (int)mask);

    /// <inheritdoc cref="And(long, long)"/>
    public ulong And(long offset, ulong mask) => (ulong)And(offset, (long)mask);

    /// <summary>Sets those bits of a cell that a mask has, atomically among all threads and processes that map the
    /// file.</summary>
    /// <param name="offset">The first byte, aligned as for <see cref="ReadVolatile"/>.</param>
    /// <param name="mask">The bits.</param>
    /// <returns>The old value.</returns>
    /// <inheritdoc cref="Add(long, long)"/>
    public long Or(long offset, long mask)
    {
        long* cell = EnterCell<long>(offset, forWriting: true, out ThreadUses uses);
        long old = Interlocked.Or(ref *cell, mask);
        Lifetime.ExitCall(this, uses);
        return old;
    }

    /// <inheritdoc cref="Or(long, long)"/>
    public int Or(long offset, int mask)
    {
        int* cell = EnterCell<int>(offset, forWriting: true, out ThreadUses uses);
        int old = Interlocked.Or(ref *cell, mask);
        Lifetime.ExitCall(this, uses);
        return old;
    }

    /// <inheritdoc cref="Or(long, long)"/>
    public uint Or(long offset, uint mask) => (uint)Or(offset, (int)mask);

    /// <inheritdoc cref="Or(long, long)"/>
    public ulong Or(long offset, ulong mask) => (ulong)Or(offset, (long)mask);

    private T* EnterCell<T>(long offset, bool forWriting, out ThreadUses uses)
        where T : unmanaged
    {
        if (sizeof(T) is not (4 or 8))
        {
            ThrowIfClosed();
            throw new ArgumentException($"{typeof(T).Name} has {sizeof(T)} bytes; a cell has 4 or 8.");
        }
        if (offset >= 0 && offset <= Length && ((nuint)(_limits.Data + offset) & (nuint)(sizeof(T) - 1)) != 0)
        {
            ThrowIfClosed();
            throw new ArgumentException($"A cell of {sizeof(T)} bytes cannot be at a misaligned address.", nameof(offset));
        }
        if (offset < 0 || offset > Length - sizeof(T))
        {
            ThrowIfClosed();
            MapErrors.ThrowRange(
                nameof(offset), offset, $"{sizeof(T)} bytes from there are not inside the map, which has {Length}.");
        }
        uses = EnterAccess(offset, sizeof(T), forWriting);
        return (T*)(_limits.Data + offset);
    }
}
