using System.Runtime.InteropServices;

namespace MmapIo;

internal static unsafe partial class Interop
{
    /// <summary>MMAPIO_MAP_STEADY_SIGNALS: no thread of .NET begins to block signals after its first copy.</summary>
    internal const uint SteadySignals = 0x400000;

    [LibraryImport(Library)]
    internal static partial int mmapio_guard_set(uint mode);

    [LibraryImport(Library)]
    internal static partial ulong mmapio_guard_faults();

    [LibraryImport(Library)]
    internal static partial int mmapio_map_read(
        nint map, ulong offset, byte* destination, ulong length, ulong* done, NativeError* error);

    [LibraryImport(Library)]
    internal static partial int mmapio_map_write(
        nint map, ulong offset, byte* source, ulong length, ulong* done, NativeError* error);

    [LibraryImport(Library)]
    internal static partial ulong mmapio_map_torn_pages(nint map);
}
