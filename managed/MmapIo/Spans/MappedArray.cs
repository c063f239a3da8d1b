using System.Diagnostics.CodeAnalysis;

namespace MmapIo;

/// <summary>
/// A file as an array of elements of one type, indexed by long.
/// <para>The indexer gives references into the map itself. Do not keep one across <see cref="Resize"/>, which may move
/// the map. After <see cref="Dispose"/> the indexer throws; so that references taken before do no harm, the map stays
/// mapped until the array is no longer referenced by anything: keep the array as long as its references.</para>
/// <para>An array opened for reading is mapped copy-on-write: storing to its elements changes neither the file nor what
/// others see.</para>
/// <para>Any thread may read and write elements at any time; resizing needs the array to itself.</para>
/// </summary>
/// <typeparam name="T">The element. Its bytes are those of the file, in this machine's order.</typeparam>
[SuppressMessage("Design", "CA1000", Justification = "MappedArray<int>.Open says what it opens; there is nothing to infer it from.")]
public sealed unsafe class MappedArray<T> : IDisposable
    where T : unmanaged
{
    private readonly MemoryMap _map;
    private T* _data;
    private long _count;
    private long? _held;

    /// <summary>Takes a map over, and closes it if its elements cannot be had.</summary>
    internal MappedArray(MemoryMap map)
    {
        _map = map;
        try
        {
            Attach();
        }
        catch
        {
            map.Dispose();
            throw;
        }
    }

    /// <summary>Lets go of the map.</summary>
    ~MappedArray()
    {
        try
        {
            Detach();
        }
        catch (Exception)
        {
            // There is nobody to tell, and an exception here would end the process.
        }
    }

    /// <summary>The number of elements.</summary>
    public long Length => Volatile.Read(ref _count);

    /// <summary>The map, for everything else that can be done with it. It belongs to the array.</summary>
    public MemoryMap Map => _map;

    /// <summary>One element.</summary>
    /// <param name="index">From 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such element; after <see cref="Dispose"/> there is
    /// none.</exception>
    public ref T this[long index]
    {
        get
        {
            if ((ulong)index >= (ulong)_count)
            {
                MapErrors.ThrowRange(nameof(index), index, $"The array has {Length} elements.");
            }
            return ref _data[index];
        }
    }

    /// <summary>Opens a file as an array: as many elements as fit in whole.</summary>
    /// <param name="path">The file.</param>
    /// <param name="access"><see cref="MapAccess.Read"/>, <see cref="MapAccess.ReadWrite"/> or
    /// <see cref="MapAccess.CopyOnWrite"/>.</param>
    /// <exception cref="ArgumentException">An argument is not allowed.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="UnauthorizedAccessException">The file does not permit it.</exception>
    /// <exception cref="MmapIoException">The operating system refused.</exception>
    public static MappedArray<T> Open(string path, MapAccess access = MapAccess.Read)
    {
        if (access is not (MapAccess.Read or MapAccess.ReadWrite or MapAccess.CopyOnWrite))
        {
            throw new ArgumentOutOfRangeException(nameof(access), access, "Not for an array.");
        }
        MapAccess harmless = access == MapAccess.Read ? MapAccess.CopyOnWrite : access;
        return new MappedArray<T>(MemoryMap.Open(path, harmless, new MapOptions { NoReserve = true }));
    }

    /// <summary>Creates a file, or replaces one, with an array of zeros.</summary>
    /// <param name="path">The file.</param>
    /// <param name="count">How many elements, at least 1.</param>
    /// <exception cref="ArgumentException">An argument is not allowed.</exception>
    /// <exception cref="UnauthorizedAccessException">The directory or file does not permit it.</exception>
    /// <exception cref="IOException">The file cannot be made that long.</exception>
    public static MappedArray<T> Create(string path, long count)
    {
        var options = new MapOptions { Mode = FileMode.Create, Length = BytesOf(count, least: 1) };
        return new MappedArray<T>(MemoryMap.Open(path, MapAccess.ReadWrite, options));
    }

    /// <summary>Takes all elements on lease: <c>array.Lease().As&lt;T&gt;()</c> has them as a
    /// <see cref="MappedSpan{T}"/>.</summary>
    /// <inheritdoc cref="Lease(long, long)"/>
    public MapWriteLease Lease() => _map.LeaseForWrite();

    /// <summary>Takes a part of the array on lease, to slice, chunk and pass on as a
    /// <see cref="MappedSpan{T}"/>.</summary>
    /// <param name="start">The first element.</param>
    /// <param name="length">How many.</param>
    /// <returns>The lease. Until it is disposed, <see cref="Resize"/> is refused. Use it with <c>using</c>.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The part is not inside the array.</exception>
    /// <exception cref="MmapIoException">The file does not back the range: it ends before.</exception>
    /// <exception cref="ObjectDisposedException">The array is closed.</exception>
    public MapWriteLease Lease(long start, long length)
    {
        ObjectDisposedException.ThrowIf(_map.IsClosed, this);
        LongSpan.CheckRange(start, length, Length);
        return _map.LeaseForWrite(start * sizeof(T), length * sizeof(T));
    }

    /// <summary>Copies all elements.</summary>
    /// <param name="destination">Receives them; at least as long.</param>
    /// <exception cref="ArgumentException">The destination is too short.</exception>
    /// <exception cref="ObjectDisposedException">The array is closed.</exception>
    public void CopyTo(Span<T> destination)
    {
        using MapLease lease = _map.Lease();
        lease.As<T>().CopyTo(destination);
    }

    /// <summary>Copies all elements.</summary>
    /// <param name="destination">Receives them; at least as long. May overlap.</param>
    /// <exception cref="ArgumentException">The destination is too short.</exception>
    /// <exception cref="ObjectDisposedException">The array is closed, or the destination's lease has ended.</exception>
    public void CopyTo(MappedSpan<T> destination)
    {
        using MapLease lease = _map.Lease();
        lease.As<T>().CopyTo(destination);
    }

    /// <summary>Copies all elements.</summary>
    /// <param name="destination">Receives them; at least as long.</param>
    /// <exception cref="ArgumentException">The destination is too short.</exception>
    /// <exception cref="ObjectDisposedException">An array is closed.</exception>
    public void CopyTo(MappedArray<T> destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        using MapWriteLease lease = destination.Lease();
        CopyTo(lease.As<T>());
    }

    /// <summary>Sets every element.</summary>
    /// <param name="value">To this.</param>
    /// <exception cref="ObjectDisposedException">The array is closed.</exception>
    public void Fill(T value)
    {
        using MapWriteLease lease = Lease();
        lease.As<T>().Fill(value);
    }

    /// <summary>Makes the array, and its file, longer or shorter. References taken before must not be used after.</summary>
    /// <param name="count">How many elements. New ones are zeros.</param>
    /// <exception cref="ArgumentOutOfRangeException">Negative, or too many.</exception>
    /// <exception cref="InvalidOperationException">A lease on <see cref="Map"/> is out.</exception>
    /// <exception cref="MmapIoException">No space on the disk; the array is as it was.</exception>
    /// <exception cref="ObjectDisposedException">The array is closed.</exception>
    public void Resize(long count)
    {
        ObjectDisposedException.ThrowIf(_map.IsClosed, this);
        long bytes = BytesOf(count, least: 0);
        Detach();
        try
        {
            _map.Resize(bytes, truncateFile: true);
        }
        finally
        {
            Attach();
        }
    }

    /// <summary>Writes what was changed to the file.</summary>
    /// <param name="mode">How far.</param>
    /// <exception cref="MmapIoException">The device failed or is full.</exception>
    /// <exception cref="ObjectDisposedException">The array is closed.</exception>
    public void Flush(FlushMode mode = FlushMode.Sync) => _map.Flush(mode);

    /// <summary>Closes the array. It has no elements from now on.</summary>
    [SuppressMessage("Usage", "CA1816", Justification = "The finalizer is what lets the map go, once no reference can be left.")]
    public void Dispose()
    {
        Volatile.Write(ref _count, 0);
        _map.Dispose();
    }

    private static long BytesOf(long count, long least)
    {
        if (count < least || count > long.MaxValue / sizeof(T))
        {
            throw new ArgumentOutOfRangeException(nameof(count), count, "Not a number of elements that a file can have.");
        }
        return count * sizeof(T);
    }

    private void Attach()
    {
        long length = _map.Length;
        _data = (T*)_map.Hold(0, length, _map.CanWrite);
        _held = length;
        Volatile.Write(ref _count, length / sizeof(T));
    }

    private void Detach()
    {
        Volatile.Write(ref _count, 0);
        if (_held is { } length)
        {
            _held = null;
            _map.Release(0, length);
        }
    }
}
