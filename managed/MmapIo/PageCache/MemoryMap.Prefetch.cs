namespace MmapIo;

public sealed unsafe partial class MemoryMap
{
    /// <summary>Starts reading a range into memory.</summary>
    /// <param name="offset">The first byte. Every page that the range touches is read.</param>
    /// <param name="length">Bytes; 0 does nothing and says <see cref="AdviceOutcome.Ignored"/>.</param>
    /// <inheritdoc cref="Prefetch(ReadOnlySpan{MapRange})"/>
    /// <exception cref="ArgumentOutOfRangeException">The range is not inside the map.</exception>
    public AdviceOutcome Prefetch(long offset, long length)
    {
        CheckRange(offset, length);
        return Prefetch([new MapRange(offset, length)]);
    }

    /// <summary>Starts reading many ranges into memory, with one call. Ask for everything that will be needed, then use
    /// it: the device works at all of it at once, instead of at one page after the other.</summary>
    /// <param name="ranges">In any order; they may overlap. None of them is read if one is not inside the map.</param>
    /// <returns>The least that the system made of any of them. A hint that cannot be followed is no error.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A range is not inside the map.</exception>
    /// <exception cref="ObjectDisposedException">The map is closed.</exception>
    /// <remarks>Does not wait for the reading, though perhaps for room in the device's queue. Unlike
    /// <see cref="MapAdvice.WillNeed"/>, of which Linux follows a few MiB, it goes on to the end of a range. See
    /// <see href="https://man7.org/linux/man-pages/man2/madvise.2.html">madvise(2)</see>, F_RDADVISE on macOS, and
    /// <see href="https://learn.microsoft.com/windows/win32/api/memoryapi/nf-memoryapi-prefetchvirtualmemory">
    /// PrefetchVirtualMemory</see>.</remarks>
    public AdviceOutcome Prefetch(ReadOnlySpan<MapRange> ranges)
    {
        CheckRanges(ranges);
        uint outcome;
        MapCall call = EnterNative();
        call.End(PrefetchNative(ranges, &outcome, &call.Error), "read ahead in");
        return (AdviceOutcome)outcome;
    }

    /// <summary>Reads all of the map ahead, off the caller's thread and a part at a time.</summary>
    /// <inheritdoc cref="PrefetchAsync(ReadOnlyMemory{MapRange}, IProgress{long}, CancellationToken)"/>
    public ValueTask<AdviceOutcome> PrefetchAsync(
        IProgress<long>? progress = null, CancellationToken cancellationToken = default) =>
        RunHeld(
            0, All, length => PrefetchSteps.Run([new MapRange(0, length)], PrefetchStep, progress, cancellationToken),
            cancellationToken);

    /// <summary>Reads ranges ahead, off the caller's thread and a part at a time.</summary>
    /// <param name="ranges">In any order; they may overlap. Copied before this returns.</param>
    /// <param name="progress">Is told how many bytes have been asked for so far. What it throws ends nothing.</param>
    /// <param name="cancellationToken">Ends it between two parts. What was asked for is read all the same.</param>
    /// <returns>The least that the system made of any of them, once all have been asked for: the last of them may still
    /// be on its way from the device.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A range is not inside the map.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    /// <exception cref="ObjectDisposedException">The map is closed.</exception>
    /// <remarks>Until it has ended, the map stays mapped even if it is disposed, and cannot be resized or protected.
    /// </remarks>
    public ValueTask<AdviceOutcome> PrefetchAsync(
        ReadOnlyMemory<MapRange> ranges, IProgress<long>? progress = null,
        CancellationToken cancellationToken = default)
    {
        CheckRanges(ranges.Span);
        MapRange[] copy = ranges.ToArray();
        return RunHeld(
            0, All, _ => PrefetchSteps.Run(copy, PrefetchStep, progress, cancellationToken), cancellationToken);
    }

    private void CheckRanges(ReadOnlySpan<MapRange> ranges)
    {
        long mapLength = Length;
        foreach (MapRange range in ranges)
        {
            if (range.Offset < 0 || range.Offset > mapLength
                || range.Length < 0 || range.Length > mapLength - range.Offset)
            {
                ThrowIfClosed();
                MapErrors.ThrowRange(nameof(ranges), range, $"The map has {mapLength} bytes.");
            }
        }
    }

    private AdviceOutcome PrefetchStep(ReadOnlySpan<MapRange> ranges)
    {
        uint outcome;
        NativeError error;
        int status = PrefetchNative(ranges, &outcome, &error);
        MapErrors.ThrowIfFailed(status, error, "read ahead in", Path);
        return (AdviceOutcome)outcome;
    }

    /// <summary>For callers that keep the map mapped.</summary>
    private int PrefetchNative(ReadOnlySpan<MapRange> ranges, uint* outcome, NativeError* error)
    {
        fixed (MapRange* first = ranges)
        {
            return Interop.mmapio_map_prefetch_ranges(
                Lifetime.Native, first, (uint)ranges.Length, outcome, error);
        }
    }
}
