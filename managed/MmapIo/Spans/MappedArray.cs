using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace MmapIo;

/// <summary>
/// A file as an array of elements of one type, indexed by long.
/// <para>The indexers give and take values: <c>array[3] += 1</c> reads the element and writes it, in two steps. For
/// references and spans into the map, and for loops that shall run at the speed of memory, take a
/// <see cref="Lease()"/>.</para>
/// <para>Any thread may read and write elements at any time, and find nothing worse than half of an element that another
/// thread is writing. <see cref="Resize"/> is for one thread at a time: see there.</para>
/// </summary>
/// <typeparam name="T">The element. Its bytes are those of the file, in this machine's order.</typeparam>
[SuppressMessage("Design", "CA1000", Justification = "MappedArray<int>.Open says what it opens; there is nothing to infer it from.")]
public sealed unsafe partial class MappedArray<T> : IDisposable
    where T : unmanaged
{
    /// <summary>The count of an array that has all of its map, however long that becomes.</summary>
    private const long All = long.MaxValue;

    private readonly MemoryMap _map;
    private readonly long _start;
    private readonly long _count;
    private readonly bool _cuts;
    private volatile bool _disposed;

    /// <summary>All of a map, which is the array's own from now on.</summary>
    /// <param name="map">The map.</param>
    /// <param name="cuts">Does the file end where the map does, and so get shorter with it?</param>
    internal MappedArray(MemoryMap map, bool cuts)
    {
        (_map, _count, _cuts) = (map, All, cuts);
    }

    private MappedArray(MemoryMap map, long start, long count)
    {
        (_map, _start, _count) = (map, start, count);
    }

    /// <summary>The number of elements: as many as fit in whole. 0 once the array is closed.</summary>
    public long Length => IsClosed ? 0 : Math.Min(_count, Math.Max(0, _map.Length - _start) / sizeof(T));

    /// <summary>The same as <see cref="Length"/>.</summary>
    public long Count => Length;

    /// <summary>The map, for everything else that can be done with it. It belongs to the array that was opened or
    /// created.</summary>
    public MemoryMap Map => _map;

    private bool IsClosed => _disposed || _map.IsClosed;

    /// <summary>One element: its value.</summary>
    /// <param name="index">From 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such element.</exception>
    /// <exception cref="NotSupportedException">Storing to an array that was opened for reading.</exception>
    /// <exception cref="UnauthorizedAccessException">The element is protected against it.</exception>
    /// <exception cref="MmapIoException">The file does not back the element: it ends before.</exception>
    /// <exception cref="ObjectDisposedException">The array is closed.</exception>
    [OverloadResolutionPriority(1)]
    public T this[long index]
    {
        get
        {
            if ((ulong)index >= (ulong)Length)
            {
                Refuse(index);
            }
            return _map.Read<T>(_start + (index * sizeof(T)));
        }

        set
        {
            if ((ulong)index >= (ulong)Length)
            {
                Refuse(index);
            }
            _map.Write(_start + (index * sizeof(T)), value);
        }
    }

    /// <summary>One element, counted from the end: <c>array[^1]</c> is the last.</summary>
    /// <param name="index">From the start or the end.</param>
    /// <inheritdoc cref="this[long]"/>
    public T this[Index index]
    {
        get => this[PositionOf(index)];
        set => this[PositionOf(index)] = value;
    }

    /// <summary>A part of the array: <c>array[1..3]</c> are two elements.</summary>
    /// <param name="range">Where it begins, and where it ends.</param>
    /// <inheritdoc cref="Slice"/>
    public MappedArray<T> this[Range range]
    {
        get
        {
            ThrowIfClosed();
            long start = PositionOf(range.Start);
            long end = PositionOf(range.End);
            if (start < 0 || start > end || end > Length)
            {
                MapErrors.ThrowRange(nameof(range), range, $"The array has {Length} elements.");
            }
            return new MappedArray<T>(_map, _start + (start * sizeof(T)), end - start);
        }
    }

    /// <summary>Opens a file as an array: as many elements as fit in whole.</summary>
    /// <param name="path">The file.</param>
    /// <param name="access"><see cref="MapAccess.Read"/>, <see cref="MapAccess.ReadWrite"/> or
    /// <see cref="MapAccess.CopyOnWrite"/>.</param>
    /// <param name="options">Which part of the file, and how to map it; null for all of it.</param>
    /// <inheritdoc cref="MemoryMap.Open(string, MapAccess, MapOptions?)"/>
    /// <returns>The array.</returns>
    public static MappedArray<T> Open(string path, MapAccess access = MapAccess.Read, MapOptions? options = null)
    {
        if (access is not (MapAccess.Read or MapAccess.ReadWrite or MapAccess.CopyOnWrite))
        {
            throw new ArgumentOutOfRangeException(nameof(access), access, "Not for an array.");
        }
        return new MappedArray<T>(MemoryMap.Open(path, access, options), cuts: options?.Length is null);
    }

    /// <summary>Creates a file, or replaces the contents of one, with an array of zeros.</summary>
    /// <param name="path">The file.</param>
    /// <param name="count">How many elements, at least 1.</param>
    /// <param name="options">How to map it. <see cref="MapOptions.Length"/> must be left alone, and
    /// <see cref="MapOptions.Mode"/>, unless to <see cref="FileMode.CreateNew"/>, which refuses a file that is
    /// there.</param>
    /// <returns>The array, for reading and writing. Its file has blocks on the disk where the file system can allocate
    /// them, unless <see cref="MapOptions.NoReserve"/> says otherwise: a full disk is an exception here, not a fault
    /// later.</returns>
    /// <exception cref="ArgumentException">An argument or option is not allowed, or more than a file can have.</exception>
    /// <exception cref="UnauthorizedAccessException">The directory or file does not permit it.</exception>
    /// <exception cref="PlatformNotSupportedException">What this is cannot be mapped, such as a pipe; or an option cannot be
    /// honoured.</exception>
    /// <exception cref="IOException">The file cannot be opened or made that long.</exception>
    /// <remarks>If this fails, a file that was there is as it was, and none is there that was not: see
    /// <see cref="MemoryMap.Open(string, MapAccess, MapOptions?)"/>.</remarks>
    public static MappedArray<T> Create(string path, long count, MapOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (options is { Length: { } length })
        {
            MapErrors.ThrowOption(nameof(MapOptions.Length), length, "The count says how long the array is.");
        }
        FileMode mode = options?.Mode ?? FileMode.Create;
        if (mode is not (FileMode.Open or FileMode.Create or FileMode.CreateNew))
        {
            MapErrors.ThrowOption(nameof(MapOptions.Mode), mode, "An array is created or replaced.");
        }
        MapRequest request = MapRequest.ForFile(MapAccess.ReadWrite, options).WithLength(BytesOf(count, least: 1)) with
        {
            Mode = mode == FileMode.CreateNew ? mode : FileMode.Create,
        };
        NativeLibraryCheck.Require();
        return new MappedArray<T>(MapOpening.OpenAndMap(path, request), cuts: true);
    }

    /// <summary>A part of the array. It is of the same map, shows the same elements, and keeps the map from being
    /// collected; when it is disposed, the array stays open.</summary>
    /// <param name="start">The first element.</param>
    /// <param name="length">How many.</param>
    /// <exception cref="ArgumentOutOfRangeException">The part is not inside the array.</exception>
    /// <exception cref="ObjectDisposedException">The array is closed.</exception>
    public MappedArray<T> Slice(long start, long length)
    {
        ThrowIfClosed();
        LongSpan.CheckRange(start, length, Length);
        return new MappedArray<T>(_map, _start + (start * sizeof(T)), length);
    }

    /// <summary>Takes all elements on lease, to read and write at the speed of memory: <c>array.Lease().As&lt;T&gt;()</c>
    /// has them as a <see cref="MappedSpan{T}"/>.</summary>
    /// <inheritdoc cref="Lease(long, long)"/>
    public MapWriteLease Lease()
    {
        ThrowIfClosed();
        return _count == All ? _map.LeaseWholeForWrite(sizeof(T)) : Lease(0, Length);
    }

    /// <summary>Takes a part of the array on lease, to read and write at the speed of memory, and to slice, chunk and
    /// pass on as a <see cref="MappedSpan{T}"/>.</summary>
    /// <param name="start">The first element.</param>
    /// <param name="length">How many.</param>
    /// <returns>The lease. Until it is disposed, <see cref="Resize"/> is refused. Use it with <c>using</c>.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The part is not inside the array.</exception>
    /// <exception cref="NotSupportedException">The array was opened for reading: use
    /// <see cref="LeaseForRead(long, long)"/>.</exception>
    /// <exception cref="UnauthorizedAccessException">The part is protected against writing.</exception>
    /// <exception cref="MmapIoException">The file does not back the range: it ends before.</exception>
    /// <exception cref="ObjectDisposedException">The array is closed.</exception>
    public MapWriteLease Lease(long start, long length)
    {
        ThrowIfClosed();
        LongSpan.CheckRange(start, length, Length);
        return _map.LeaseForWrite(_start + (start * sizeof(T)), length * sizeof(T));
    }

    /// <summary>Takes all elements on lease, to read at the speed of memory.</summary>
    /// <inheritdoc cref="LeaseForRead(long, long)"/>
    public MapLease LeaseForRead()
    {
        ThrowIfClosed();
        return _count == All ? _map.LeaseWhole(sizeof(T)) : LeaseForRead(0, Length);
    }

    /// <summary>Takes a part of the array on lease, to read at the speed of memory.</summary>
    /// <param name="start">The first element.</param>
    /// <param name="length">How many.</param>
    /// <returns>The lease. Until it is disposed, <see cref="Resize"/> is refused. Use it with <c>using</c>.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The part is not inside the array.</exception>
    /// <exception cref="UnauthorizedAccessException">The part is protected against reading.</exception>
    /// <exception cref="MmapIoException">The file does not back the range: it ends before.</exception>
    /// <exception cref="ObjectDisposedException">The array is closed.</exception>
    public MapLease LeaseForRead(long start, long length)
    {
        ThrowIfClosed();
        LongSpan.CheckRange(start, length, Length);
        return _map.Lease(_start + (start * sizeof(T)), length * sizeof(T));
    }

    /// <summary>Copies all elements.</summary>
    /// <param name="destination">Receives them; at least as long.</param>
    /// <exception cref="ArgumentException">The destination is too short.</exception>
    /// <exception cref="UnauthorizedAccessException">The array is protected against reading.</exception>
    /// <exception cref="MmapIoException">The file does not back all of it: it ends before.</exception>
    /// <exception cref="ObjectDisposedException">The array is closed.</exception>
    public void CopyTo(Span<T> destination)
    {
        using MapLease lease = LeaseForRead();
        lease.As<T>().CopyTo(destination);
    }

    /// <summary>Copies all elements.</summary>
    /// <param name="destination">Receives them; at least as long. May overlap.</param>
    /// <exception cref="ArgumentException">The destination is too short.</exception>
    /// <exception cref="UnauthorizedAccessException">The array is protected against reading.</exception>
    /// <exception cref="MmapIoException">The file does not back all of it: it ends before.</exception>
    /// <exception cref="ObjectDisposedException">The array is closed, or the destination's lease has ended.</exception>
    public void CopyTo(MappedSpan<T> destination)
    {
        using MapLease lease = LeaseForRead();
        lease.As<T>().CopyTo(destination);
    }

    /// <summary>Copies all elements.</summary>
    /// <param name="destination">Receives them; at least as long. May overlap.</param>
    /// <exception cref="ArgumentException">The destination is too short.</exception>
    /// <exception cref="NotSupportedException">The destination was opened for reading.</exception>
    /// <exception cref="UnauthorizedAccessException">An array is protected against it.</exception>
    /// <exception cref="MmapIoException">A file does not back all of its array: it ends before.</exception>
    /// <exception cref="ObjectDisposedException">An array is closed.</exception>
    public void CopyTo(MappedArray<T> destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        using MapWriteLease lease = destination.Lease();
        CopyTo(lease.As<T>());
    }

    /// <summary>Sets every element.</summary>
    /// <param name="value">The value that all of them get.</param>
    /// <exception cref="NotSupportedException">The array was opened for reading.</exception>
    /// <exception cref="UnauthorizedAccessException">The array is protected against writing.</exception>
    /// <exception cref="MmapIoException">The file does not back all of it: it ends before.</exception>
    /// <exception cref="ObjectDisposedException">The array is closed.</exception>
    public void Fill(T value)
    {
        using MapWriteLease lease = Lease();
        lease.As<T>().Fill(value);
    }

    /// <summary>Goes from value to value. The array may be changed meanwhile; how many elements it has is asked each
    /// time.</summary>
    public Enumerator GetEnumerator() => new(this);

    /// <summary>Makes the array, and its file, longer or shorter. A file that is longer than the part of it that was
    /// opened (<see cref="MapOptions.Length"/>) does not get shorter, and its own bytes are what is added first.</summary>
    /// <param name="count">How many elements. New ones are zeros.</param>
    /// <exception cref="ArgumentOutOfRangeException">Negative, or too many; or the array is not written to its file, and
    /// that ends before.</exception>
    /// <exception cref="InvalidOperationException">A lease on <see cref="Map"/> is out, or memory of it is in use; or
    /// the array is a part of another.</exception>
    /// <exception cref="UnauthorizedAccessException">The end of the array, where a torn element is to become zeros, is
    /// protected against writing; or the memory is sealed against it.</exception>
    /// <exception cref="MmapIoException">No space on the disk; the array is as it was.</exception>
    /// <exception cref="PlatformNotSupportedException">This kind of map cannot be resized here: see
    /// <see cref="MemoryMap.Resize(long)"/>.</exception>
    /// <exception cref="ObjectDisposedException">The array is closed.</exception>
    /// <remarks>Other threads may go on using elements that stay. One that reads what is being added may find bytes
    /// there that the file had at its end, too few of them for an element, which become zeros at the end of this call.
    /// </remarks>
    public void Resize(long count)
    {
        ThrowIfClosed();
        if (_count != All)
        {
            throw new InvalidOperationException("A part of an array has the length that it was made with.");
        }
        long bytes = BytesOf(count, least: 0);
        long before = _map.Length;
        long torn = bytes > before && _map.Access == MapAccess.ReadWrite ? before % sizeof(T) : 0;

        // Asked before anything is changed: may they be written?
        ClearOf(before - torn, torn, clears: false);
        _map.Resize(bytes, truncateFile: _cuts, argument: nameof(count));
        ClearOf(before - torn, torn, clears: true);
    }

    /// <summary>Writes what was changed to the file.</summary>
    /// <param name="mode">How far what was written shall get: into the file, or onto the device.</param>
    /// <exception cref="ArgumentOutOfRangeException">Not a flush mode.</exception>
    /// <exception cref="MmapIoException">The device failed or is full.</exception>
    /// <exception cref="PlatformNotSupportedException">The map keeps no handle: see
    /// <see cref="MemoryMap.Flush(FlushMode)"/>.</exception>
    /// <exception cref="ObjectDisposedException">The array is closed.</exception>
    public void Flush(FlushMode mode = FlushMode.Sync)
    {
        ThrowIfClosed();
        if (_count == All)
        {
            _map.Flush(mode);
        }
        else
        {
            _map.Flush(mode, _start, Length * sizeof(T));
        }
    }

    /// <summary>Closes the array, and the map of one that was opened or created. It has no elements from now on. Safe to
    /// call again.</summary>
    public void Dispose()
    {
        _disposed = true;
        if (_count == All)
        {
            _map.Dispose();
        }
    }

    private static long BytesOf(long count, long least)
    {
        if (count < least || count > long.MaxValue / sizeof(T))
        {
            throw new ArgumentOutOfRangeException(
                nameof(count), count, $"Not a number of elements of {sizeof(T)} bytes that a file can have.");
        }
        return count * sizeof(T);
    }

    private void ClearOf(long offset, long length, bool clears)
    {
        if (length == 0)
        {
            return;
        }
        using MapWriteLease lease = _map.LeaseForWrite(offset, length);
        if (clears)
        {
            lease.Span.Clear();
        }
    }

    private long PositionOf(Index index) => index.IsFromEnd ? Length - index.Value : index.Value;

    private void ThrowIfClosed() => ObjectDisposedException.ThrowIf(IsClosed, this);

    [DoesNotReturn]
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Refuse(long index)
    {
        ThrowIfClosed();
        MapErrors.ThrowRange(nameof(index), index, $"The array has {Length} elements.");
    }
}
