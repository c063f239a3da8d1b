namespace MmapIo;

public sealed unsafe partial class MemoryMap
{
    /// <summary>Tells how much of the map is in memory.</summary>
    /// <inheritdoc cref="GetResidency(long, long)"/>
    public MapResidency GetResidency() => QueryResidency(0, All, default, listed: false);

    /// <summary>Tells how much of a range is in memory.</summary>
    /// <param name="offset">The first byte. Every page that the range touches is counted.</param>
    /// <param name="length">How many bytes.</param>
    /// <returns>Counts in pages, and whose memory they speak of. Out of date the moment it is made.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The range is not inside the map.</exception>
    /// <exception cref="ObjectDisposedException">The map is closed.</exception>
    /// <exception cref="PlatformNotSupportedException">The system has no such call.</exception>
    /// <remarks>Linux 6.5 and later count without a cost per page
    /// (<see href="https://lwn.net/Articles/917096/">cachestat(2)</see>); older kernels and macOS look at each page
    /// (<see href="https://man7.org/linux/man-pages/man2/mincore.2.html">mincore(2)</see>); Windows knows of this
    /// process only (<see href="https://learn.microsoft.com/windows/win32/api/psapi/nf-psapi-queryworkingsetex">
    /// QueryWorkingSetEx</see>).</remarks>
    public MapResidency GetResidency(long offset, long length)
    {
        CheckRange(offset, length);
        return QueryResidency(offset, length, default, listed: false);
    }

    /// <summary>Tells which pages of the map are in memory.</summary>
    /// <param name="pages">Receives true for each page that is; at least <see cref="PageCount"/> long.</param>
    /// <inheritdoc cref="GetResidency(long, long)"/>
    /// <exception cref="ArgumentException"><paramref name="pages"/> is too short.</exception>
    public MapResidency GetResidency(Span<bool> pages) => QueryResidency(0, All, pages, listed: true);

    /// <summary>Tells which pages of a range are in memory.</summary>
    /// <param name="pages">Receives true for each page that is; at least as long as the range has pages, which is
    /// at most <paramref name="length"/> / <see cref="PageSize"/> + 2.</param>
    /// <param name="offset">The first byte.</param>
    /// <param name="length">How many bytes.</param>
    /// <inheritdoc cref="GetResidency(long, long)"/>
    /// <exception cref="ArgumentException"><paramref name="pages"/> is too short.</exception>
    public MapResidency GetResidency(Span<bool> pages, long offset, long length)
    {
        CheckRange(offset, length);
        return QueryResidency(offset, length, pages, listed: true);
    }

    private MapResidency QueryResidency(long offset, long length, Span<bool> pages, bool listed)
    {
        NativeResidency report = new() { StructSize = (uint)sizeof(NativeResidency) };
        int status = 0;
        MapCall call = EnterNative(offset, length);
        long needed = PagesOf(offset, (long)call.Length);
        bool fits = !listed || pages.Length >= needed;
        if (fits)
        {
            // A bool is a byte of 0 or 1, and these are what the native side writes.
            fixed (bool* first = pages)
            {
                status = Interop.mmapio_map_residency(
                    call.Native, call.Offset, call.Length, &report, (byte*)first, &call.Error);
            }
        }
        call.End(status, "tell the residency of");
        if (!fits)
        {
            ThrowIfClosed();
            throw new ArgumentException($"The range has {needed} pages, the span {pages.Length} places.", nameof(pages));
        }
        return MapResidency.From(report, isEmpty: call.Length == 0);
    }
}
