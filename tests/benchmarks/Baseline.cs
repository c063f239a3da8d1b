using System.Runtime.InteropServices;

namespace MmapIo.Benchmarks;

/// <summary>The calls of baseline.c.</summary>
internal static unsafe partial class Baseline
{
    private const string Library = "libbaseline";

    [LibraryImport(Library)]
    internal static partial ulong baseline_sum(byte* data, long count);

    [LibraryImport(Library)]
    internal static partial ulong baseline_random(byte* data, ulong mask, long reads, ulong* state);

    [LibraryImport(Library)]
    internal static partial void baseline_copy(byte* to, byte* from, long length, long times);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int baseline_open_touch_close(string path, long length);

    [LibraryImport(Library)]
    internal static partial int baseline_advise(byte* address, long length, int advice);

    [LibraryImport(Library)]
    internal static partial long baseline_mincore(byte* address, long length, byte* pages);

    [LibraryImport(Library)]
    internal static partial long baseline_pread(nint file, long offset);

    [LibraryImport(Library)]
    internal static partial int baseline_sync(byte* address, long length);
}
