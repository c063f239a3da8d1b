namespace MmapIo;

public sealed unsafe partial class MemoryMap
{
    /// <summary>What the native side takes for more than any address space has.</summary>
    private const long MaxLength = 1L << 48;

    /// <summary>
    /// Makes the map longer or shorter; the contents up to the smaller length stay. Growing a
    /// <see cref="MapAccess.ReadWrite"/> map past the end of its file makes the file longer; any other map of a file can
    /// grow as far as the file has grown meanwhile. Making the map shorter leaves the file as it is; memory without a file
    /// gives back what it loses, and has zeros there when it grows again.
    /// <para>What is added to a file has blocks on the disk, so that a full disk is an exception here, and no fault when
    /// it is written. Not so on file systems that cannot allocate, unless <see cref="MapOptions.Allocate"/> insists; with
    /// <see cref="MapOptions.NoReserve"/>; and for holes that the file had before.</para>
    /// </summary>
    /// <param name="length">Bytes.</param>
    /// <exception cref="ArgumentOutOfRangeException">Negative; beyond the end of a file that cannot be
    /// written; longer than files can be there; more than 2^48, which no address space holds.</exception>
    /// <exception cref="InvalidOperationException">A lease, or memory in use, stands in the way: any of the map, unless
    /// it grows within <see cref="MapOptions.Reserve"/>; what lies past the new end, when it shrinks there. Memory and
    /// sequences that a span was taken of are in use until they are collected, rentals until they are disposed, pipes
    /// until they are completed.</exception>
    /// <exception cref="MmapIoException">No space on the disk, no room in the address space, or no more memory to be locked
    /// (<see cref="MapOptions.Lock"/>). The map is as it was.</exception>
    /// <exception cref="PlatformNotSupportedException">This kind of map cannot be resized here: on macOS and Windows, a
    /// copy-on-write map of a file; anywhere, one with <see cref="MapOptions.ZeroFillOnFault"/> beyond its
    /// reserve.</exception>
    /// <exception cref="ObjectDisposedException">The map is closed.</exception>
    /// <remarks>See <see href="https://man7.org/linux/man-pages/man2/mremap.2.html">mremap(2)</see> and
    /// <see href="https://man7.org/linux/man-pages/man2/ftruncate.2.html">ftruncate(2)</see>. macOS and Windows map
    /// anew.</remarks>
    public void Resize(long length) => Resize(length, truncateFile: false);

    /// <summary>As <see cref="Resize(long)"/>, and cuts the file off where the map then ends.</summary>
    /// <param name="length">Bytes.</param>
    /// <param name="truncateFile">Make the file shorter, too, when the map gets shorter. On Windows that fails while
    /// others map the file.</param>
    /// <inheritdoc cref="Resize(long)"/>
    public void Resize(long length, bool truncateFile) => Resize(length, truncateFile, allocate: !_sparse);

    /// <summary>As above, and says whether blocks shall be allocated where the file system can.</summary>
    internal void Resize(long length, bool truncateFile, bool allocate)
    {
        ThrowIfClosed();
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        lock (_gate)
        {
            ThrowIfClosed();
            bool staysInPlace = _reserve != 0 && Math.Max(length, _length) <= Math.Max(_reserve, _length) && _data != null;
            if (length >= _length && staysInPlace)
            {
                ResizeNative(length, truncateFile, allocate);
                return;
            }
            object? readers = Readers;
            try
            {
                if (!BarAndWait(staysInPlace && length != 0 ? (length, _length) : null))
                {
                    throw new InvalidOperationException(
                        "The map cannot be resized while a lease is out, or memory of it is in use.");
                }
                ResizeNative(length, truncateFile, allocate);
            }
            finally
            {
                Volatile.Write(ref Readers, readers);
            }
        }
    }

    /// <summary>How long the map can become in place; 0 without a reserve.</summary>
    internal long Reserve => Volatile.Read(ref _reserve);

    private void ResizeNative(long length, bool truncateFile, bool allocate)
    {
        uint flags = Interop.ResizeMayMove | (truncateFile ? Interop.ResizeTruncate : 0);
        NativeError error;
        int status = Interop.mmapio_map_resize(
            _map, (ulong)length, flags | (allocate || _allocate ? Interop.ResizeAllocate : 0), &error);
        if (status == (int)MapStatus.Unsupported && !_allocate)
        {
            // Perhaps it is allocating what the file system cannot do, and nobody insisted.
            status = Interop.mmapio_map_resize(_map, (ulong)length, flags, &error);
        }

        // Also after a failure, which may have moved the map forth and back.
        _data = Interop.mmapio_map_data(_map);
        _reserve = _reserves ? (long)Interop.mmapio_map_reserve(_map) : 0;
        if (status == 0)
        {
            MapMetrics.Resized(_length, length);
            Volatile.Write(ref _length, length);
        }
        SetLimits(status == 0 ? QueryBacked() : _backed, _protections?.Resized(_length, _initial));
        _protections?.ForEach(Reprotect);
        if (status == (int)MapStatus.OutOfRange && error.OsDomain == 0)
        {
            MapErrors.ThrowRange(nameof(length), length, length > MaxLength
                ? "No address space holds as much." : "The file ends before, and this map cannot make it longer.");
        }
        MapErrors.ThrowIfFailed(status, error, "resize", _path, nameof(length));
    }

    /// <summary>Protects a range as the table has it, after a resize that has set all of the map back.</summary>
    private void Reprotect(long from, long to, MapProtection protection)
    {
        NativeError error;
        int status = Interop.mmapio_map_protect(_map, (ulong)from, (ulong)(to - from), (uint)protection, &error);
        MapErrors.ThrowIfFailed(status, error, "protect", _path);
    }
}
