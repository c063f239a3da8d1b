namespace MmapIo;

public sealed unsafe partial class MemoryMap
{
    /// <summary>Drops all of the map from memory, as far as that can be done.</summary>
    /// <inheritdoc cref="Evict(long, long)"/>
    public MapEviction Evict() => EvictCall(0, All);

    /// <summary>
    /// Drops a range from memory, as far as that can be done: from the page cache, or, on Windows, from this process's
    /// working set. What was modified is written to the file first. No contents change: memory without a file, and the
    /// copies of a copy-on-write map, go to swap or stay.
    /// </summary>
    /// <param name="offset">The first byte. Every page that the range touches is dropped.</param>
    /// <param name="length">How many bytes.</param>
    /// <returns>How much really left.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The range is not inside the map.</exception>
    /// <exception cref="MmapIoException">Writing failed, which is a failed flush (see
    /// <see cref="AcknowledgeLoss"/>), or <see cref="MapStatus.DurabilityLost"/> after one. Nothing was
    /// dropped.</exception>
    /// <exception cref="ObjectDisposedException">The map is closed.</exception>
    /// <remarks>Pages stay that are locked, or that others have in use. See
    /// <see href="https://man7.org/linux/man-pages/man2/posix_fadvise.2.html">posix_fadvise(2)</see>,
    /// <see href="https://man7.org/linux/man-pages/man2/sync_file_range.2.html">sync_file_range(2)</see>, msync(2) with
    /// MS_INVALIDATE on macOS, and
    /// <see href="https://learn.microsoft.com/windows/win32/api/memoryapi/nf-memoryapi-virtualunlock">VirtualUnlock</see>.
    /// </remarks>
    public MapEviction Evict(long offset, long length)
    {
        CheckRange(offset, length);
        return EvictCall(offset, length);
    }

    private MapEviction EvictCall(long offset, long length)
    {
        NativeEviction report = new() { StructSize = (uint)sizeof(NativeEviction) };
        MapCall call = EnterNative(offset, length);
        call.End(
            Interop.mmapio_map_evict(call.Native, call.Offset, call.Length, &report, &call.Error), "evict");
        return MapEviction.From(report, isEmpty: call.Length == 0);
    }
}
