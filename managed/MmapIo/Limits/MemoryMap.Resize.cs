namespace MmapIo;

public sealed unsafe partial class MemoryMap
{
    /// <summary>What the native side takes for more than any address space has.</summary>
    private const long MaxLength = 1L << 48;

    /// <summary>No status of the native side: a lease or a hold is in the way.</summary>
    private const int InTheWay = 1;

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
    /// copy-on-write map of a file; anywhere, one with <see cref="MapOptions.ZeroFillOnFault"/> or
    /// <see cref="MapOptions.GuardPages"/> beyond its reserve, and one with <see cref="MapOptions.NoHandle"/> to more, or
    /// with a cut of the file.</exception>
    /// <exception cref="UnauthorizedAccessException">The memory is sealed against it (<see cref="MapSeals.Grow"/>,
    /// <see cref="MapSeals.Shrink"/>).</exception>
    /// <exception cref="ObjectDisposedException">The map is closed.</exception>
    /// <remarks>See <see href="https://man7.org/linux/man-pages/man2/mremap.2.html">mremap(2)</see> and
    /// <see href="https://man7.org/linux/man-pages/man2/ftruncate.2.html">ftruncate(2)</see>. macOS and Windows map
    /// anew.</remarks>
    public void Resize(long length) => Resize(length, truncateFile: false);

    /// <summary>As <see cref="Resize(long)"/>, and cuts the file off where the map then ends, if the map gets shorter and
    /// has covered all that goes, now or before: bytes that the map never covered stay, and the file with them.</summary>
    /// <param name="length">Bytes.</param>
    /// <param name="truncateFile">Make the file shorter, too. On Windows that fails while others map the file.</param>
    /// <inheritdoc cref="Resize(long)"/>
    public void Resize(long length, bool truncateFile) => Resize(length, truncateFile, allocate: null);

    /// <summary>As above, for other members.</summary>
    /// <param name="length">Bytes.</param>
    /// <param name="truncateFile">Make the file shorter, too.</param>
    /// <param name="allocate">Shall blocks be allocated where the file system can? As the map was made, if null.</param>
    /// <param name="argument">What the caller's member calls what the length comes from.</param>
    internal void Resize(long length, bool truncateFile, bool? allocate = null, string argument = "length")
    {
        ThrowIfClosed();
        ArgumentOutOfRangeException.ThrowIfNegative(length, argument);
        bool allocates = allocate ?? (_traits & MapTraits.Sparse) == 0;
        uint flags = Interop.ResizeMayMove | (truncateFile ? Interop.ResizeTruncate : 0);
        int status = TryResize(length, flags, allocates, out NativeError error);
        if (DroppedMaps.WereInTheWay(status))
        {
            status = TryResize(length, flags, allocates, out error);
        }
        ThrowUnlessResized(status, error, length, argument);
    }

    private int TryResize(long length, uint flags, bool allocate, out NativeError error)
    {
        NativeError told = default;
        int status;
        using (Lifetime.Lock())
        {
            ThrowIfClosed();
            long reserve = Reserve;
            bool staysInPlace = reserve != 0 && length != 0 && Math.Max(length, Length) <= Math.Max(reserve, Length);
            status = staysInPlace && length >= Length
                ? ResizeNative(length, flags, allocate, &told)
                : ResizeBarred(length, flags, allocate, staysInPlace, &told);
        }
        error = told;
        return status;
    }

    private int ResizeBarred(long length, uint flags, bool allocate, bool staysInPlace, NativeError* error)
    {
        object? readers = null;
        try
        {
            if (!Lifetime.TryBar(this, staysInPlace ? length : long.MinValue, long.MaxValue, out readers))
            {
                return InTheWay;
            }
            int status = ResizeNative(length, flags, allocate, error);
            if (staysInPlace)
            {
                return status;
            }

            // Also after a failure: where a system maps anew, the pages have lost their protection on the way back, too.
            NativeError ignored;
            int protects = Reprotect(0, Length, status == 0 ? error : &ignored);
            return status == 0 ? protects : status;
        }
        finally
        {
            Lifetime.Unbar(readers);
        }
    }

    /// <summary>How long the map can become in place; 0 without a reserve.</summary>
    internal long Reserve => (_traits & MapTraits.Reserves) != 0 && _limits.Data != null
        ? (long)Interop.mmapio_map_reserve(Lifetime.Native) : 0;

    private int ResizeNative(long length, uint flags, bool allocate, NativeError* error)
    {
        bool insists = (_traits & MapTraits.Allocates) != 0;
        uint allocates = allocate || insists ? Interop.ResizeAllocate : 0;
        int status = Interop.mmapio_map_resize(Lifetime.Native, (ulong)length, flags | allocates, error);
        if (status == (int)MapStatus.Unsupported && allocates != 0 && !insists)
        {
            // Perhaps it is allocating what the file system cannot do, and nobody insisted.
            status = Interop.mmapio_map_resize(Lifetime.Native, (ulong)length, flags, error);
        }
        if (status == 0)
        {
            MapMetrics.Resized(Length, length);
        }

        // Also after a failure, which may have moved the map forth and back.
        long now = status == 0 ? length : Length;
        ulong backed;
        NativeError ignored;
        _ = Interop.mmapio_map_backed_length(Lifetime.Native, &backed, &ignored);
        _limits.Resized(Interop.mmapio_map_data(Lifetime.Native), now, (long)backed);
        return status;
    }

    private void ThrowUnlessResized(int status, in NativeError error, long length, string argument)
    {
        if (status == InTheWay)
        {
            throw new InvalidOperationException(
                "The map cannot be resized while a lease is out, or memory of it is in use.");
        }
        if (status == (int)MapStatus.OutOfRange && error.OsDomain == 0)
        {
            MapErrors.ThrowRange(argument, length, length > MaxLength
                ? "No address space holds as much." : "The file ends before, and this map cannot make it longer.");
        }
        if (status != 0)
        {
            string? beyond = OptionAgainst(MapTraits.Guarded | MapTraits.Zeros) is { } option
                ? $"{option} beyond its {nameof(MapOptions.Reserve)}" : null;
            throw MapErrors.Of(
                status, error, "resize", Path, argument, OptionAgainst(MapTraits.NoHandle) ?? beyond);
        }
    }
}
