using Microsoft.Win32.SafeHandles;

namespace MmapIo;

/// <summary>
/// What the system has in memory of a file, asked and changed without mapping it.
/// <para>Ranges lie within the file's present length; a length of null goes to its end. Every page that a range touches
/// counts, or is acted on. What is in the file, and where its handle stands, does not change.</para>
/// <para>All members throw <see cref="FileNotFoundException"/>, <see cref="DirectoryNotFoundException"/> or
/// <see cref="UnauthorizedAccessException"/> (also of a directory) for a path that cannot be opened for reading, and
/// <see cref="NotSupportedException"/> (mostly <see cref="PlatformNotSupportedException"/>) for what is no regular
/// file, such as a pipe or a device: the message says which. Nobody is waited for.</para>
/// </summary>
public static unsafe partial class MapFile
{
    /// <summary>Tells how much of a file is in the page cache.</summary>
    /// <param name="path">The file.</param>
    /// <inheritdoc cref="GetResidency(SafeFileHandle, long, long?)"/>
    public static MapResidency GetResidency(string path) => GetResidency(path, 0, null);

    /// <summary>Tells how much of a range of a file is in the page cache.</summary>
    /// <param name="path">The file.</param>
    /// <param name="offset">The first byte.</param>
    /// <param name="length">Bytes; null for all up to the end of the file.</param>
    /// <inheritdoc cref="GetResidency(SafeFileHandle, long, long?)"/>
    public static MapResidency GetResidency(string path, long offset, long? length)
    {
        using SafeFileHandle file = Open("tell the residency of", path);
        return GetResidency(file, offset, length, path);
    }

    /// <summary>Tells how much of a file, or of a range of it, is in the page cache.</summary>
    /// <param name="file">The file.</param>
    /// <param name="offset">The first byte.</param>
    /// <param name="length">Bytes; null for all up to the end of the file.</param>
    /// <returns>Counts in pages. Out of date the moment it is made. Unknown where the kernel would not tell this
    /// process the truth.</returns>
    /// <exception cref="ArgumentException">Not an open handle; the range is not inside the file.</exception>
    /// <exception cref="PlatformNotSupportedException">Windows tells nobody what its cache holds.</exception>
    /// <exception cref="MmapIoException">The operating system refused.</exception>
    /// <remarks>Linux 6.5 and later count without a cost per page
    /// (<see href="https://lwn.net/Articles/917096/">cachestat(2)</see>). Older kernels and macOS are asked with
    /// <see href="https://man7.org/linux/man-pages/man2/mincore.2.html">mincore(2)</see> about a mapping made for it,
    /// which needs a handle for reading.</remarks>
    public static MapResidency GetResidency(SafeFileHandle file, long offset = 0, long? length = null) =>
        GetResidency(file, offset, length, path: null);

    /// <summary>Drops a file from the page cache, as far as that can be done.</summary>
    /// <param name="path">The file.</param>
    /// <inheritdoc cref="Evict(SafeFileHandle, long, long?)"/>
    public static MapEviction Evict(string path) => Evict(path, 0, null);

    /// <summary>Drops a range of a file from the page cache, as far as that can be done.</summary>
    /// <param name="path">The file.</param>
    /// <param name="offset">The first byte.</param>
    /// <param name="length">Bytes; null for all up to the end of the file.</param>
    /// <inheritdoc cref="Evict(SafeFileHandle, long, long?)"/>
    public static MapEviction Evict(string path, long offset, long? length)
    {
        using SafeFileHandle file = Open("evict", path);
        return Evict(file, offset, length, path);
    }

    /// <summary>Drops a file, or a range of it, from the page cache, as far as that can be done. What was modified is
    /// written to the device first.</summary>
    /// <param name="file">The file.</param>
    /// <param name="offset">The first byte.</param>
    /// <param name="length">Bytes; null for all up to the end of the file.</param>
    /// <returns>How much really left. Pages that any process maps stay.</returns>
    /// <exception cref="ArgumentException">Not an open handle; the range is not inside the file.</exception>
    /// <exception cref="PlatformNotSupportedException">Windows has no call that reaches the cache.</exception>
    /// <exception cref="MmapIoException">Writing failed; nothing was dropped. The system tells that once for each time
    /// the file was opened: whoever is told here is not told when flushing through the same handle.</exception>
    /// <remarks>See <see href="https://man7.org/linux/man-pages/man2/posix_fadvise.2.html">posix_fadvise(2)</see> and
    /// <see href="https://man7.org/linux/man-pages/man2/sync_file_range.2.html">sync_file_range(2)</see>; msync(2) with
    /// MS_INVALIDATE on macOS, which needs a handle for reading.</remarks>
    public static MapEviction Evict(SafeFileHandle file, long offset = 0, long? length = null) =>
        Evict(file, offset, length, path: null);

    /// <summary>Tells the system how an open file, or a range of it, will be read and written.</summary>
    /// <param name="file">The file. Advice other than <see cref="FileAdvice.WillNeed"/> and
    /// <see cref="FileAdvice.DontNeed"/> is about this open handle as a whole.</param>
    /// <param name="advice">What to expect: the order of reading, what will be needed, what will not.</param>
    /// <param name="offset">The first byte.</param>
    /// <param name="length">Bytes; null for all up to the end of the file.</param>
    /// <returns>What the system made of it: <see cref="AdviceOutcome.Approximated"/> where it reaches further than the
    /// range, <see cref="AdviceOutcome.Ignored"/> for files in memory (tmpfs).</returns>
    /// <exception cref="ArgumentException">Not an advice; not an open handle; the range is not inside the
    /// file.</exception>
    /// <exception cref="MmapIoException">The operating system refused.</exception>
    /// <remarks>See <see href="https://man7.org/linux/man-pages/man2/posix_fadvise.2.html">posix_fadvise(2)</see>; on
    /// macOS F_RDAHEAD and F_RDADVISE. Windows follows <see cref="FileAdvice.WillNeed"/> only.</remarks>
    public static AdviceOutcome Advise(SafeFileHandle file, FileAdvice advice, long offset = 0, long? length = null)
    {
        AdviceRules.Check(advice, nameof(advice));
        return AdviseNative(file, advice, offset, length, path: null);
    }

    /// <summary>Reads a file into the page cache, off the caller's thread and a part at a time.</summary>
    /// <param name="path">The file.</param>
    /// <param name="progress">Is told how many bytes have been asked for so far. What it throws ends nothing.</param>
    /// <param name="cancellationToken">Ends it between two parts. What was asked for is read all the same.</param>
    /// <inheritdoc cref="PrefetchAsync(SafeFileHandle, long, long?, IProgress{long}, CancellationToken)"/>
    public static ValueTask<AdviceOutcome> PrefetchAsync(
        string path, IProgress<long>? progress = null, CancellationToken cancellationToken = default)
    {
        SafeFileHandle file = Open("read ahead in", path);
        return Prefetch(file, 0, null, owns: true, path, progress, cancellationToken);
    }

    /// <summary>Reads a file, or a range of it, into the page cache, off the caller's thread and a part at a
    /// time.</summary>
    /// <param name="file">The file. It may be disposed meanwhile, and is closed afterwards then.</param>
    /// <param name="offset">The first byte.</param>
    /// <param name="length">Bytes; null for all up to the end of the file.</param>
    /// <param name="progress">Is told how many bytes have been asked for so far. What it throws ends nothing.</param>
    /// <param name="cancellationToken">Ends it between two parts. What was asked for is read all the same.</param>
    /// <returns>What the system made of it, once all has been asked for: the end may still be on its way from the
    /// device.</returns>
    /// <exception cref="ArgumentException">Not an open handle; the range is not inside the file.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    /// <exception cref="MmapIoException">The operating system refused.</exception>
    public static ValueTask<AdviceOutcome> PrefetchAsync(
        SafeFileHandle file, long offset = 0, long? length = null, IProgress<long>? progress = null,
        CancellationToken cancellationToken = default) =>
        Prefetch(file, offset, length, owns: false, null, progress, cancellationToken);
}
