namespace MmapIo;

public sealed unsafe partial class MemoryMap
{
    /// <summary>Writes what was changed through this map to the file.</summary>
    /// <inheritdoc cref="Flush(FlushMode, long, long)"/>
    public void Flush(FlushMode mode = FlushMode.Sync) => Flush(mode, 0, Length);

    /// <summary>Writes what was changed in a range to the file.</summary>
    /// <param name="mode">How far.</param>
    /// <param name="offset">The first byte. Every page that the range touches is written.</param>
    /// <param name="length">Bytes; 0 does nothing.</param>
    /// <exception cref="ArgumentException">Not a mode; the range is not inside the map.</exception>
    /// <exception cref="MmapIoException">The device failed or is full: the promise is not kept.</exception>
    /// <exception cref="UnauthorizedAccessException">Windows: the file was not opened for writing, and the mode is
    /// <see cref="FlushMode.Data"/> or stronger.</exception>
    /// <exception cref="ObjectDisposedException">The map is closed.</exception>
    /// <remarks>A copy-on-write map and memory without a file have nothing to write: the call does nothing. Blocks
    /// until the mode's promise is kept. Writing that other maps of the file see needs no flush. See
    /// <see href="https://man7.org/linux/man-pages/man2/msync.2.html">msync(2)</see>,
    /// <see href="https://man7.org/linux/man-pages/man2/fsync.2.html">fsync(2)</see> and
    /// <see href="https://learn.microsoft.com/windows/win32/api/memoryapi/nf-memoryapi-flushviewoffile">FlushViewOfFile</see>.
    /// </remarks>
    public void Flush(FlushMode mode, long offset, long length) => Sync(
        mode switch
        {
            FlushMode.Async => Mmap.MS_ASYNC,
            FlushMode.Sync => Mmap.MS_SYNC,
            FlushMode.Data => 0x100,
            FlushMode.Durable => 0x200,
            FlushMode.Barrier => 0x400,
            _ => throw new ArgumentOutOfRangeException(nameof(mode), mode, "Not a flush mode."),
        },
        offset,
        length);

    /// <summary>mmapio_map_sync with its own MMAPIO_MS_* bits.</summary>
    internal void Sync(int mode, long offset, long length)
    {
        CheckRange(offset, length);
        NativeError error;
        LeaseSlot slot = LeaseStack.Enter(this, 0, 0);
        long started = MapMetrics.StartFlush();
        int status = Interop.mmapio_map_sync(_map, (ulong)offset, (ulong)length, (uint)mode, &error);
        MapMetrics.Flushed(started, mode);
        LeaseStack.Exit(this, slot);
        MapErrors.ThrowIfFailed(status, error, "flush", _path);
    }
}
