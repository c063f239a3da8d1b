using System.Runtime.InteropServices;

namespace MmapIo;

internal static unsafe partial class Interop
{
    /// <summary>MMAPIO_MAP_CREATE.</summary>
    internal const int Create = 0x4000000;

    /// <summary>MMAPIO_MAP_DELETE_ON_CLOSE.</summary>
    internal const int DeleteOnClose = 0x10000000;

    /// <summary>MMAPIO_MAP_MIRRORED.</summary>
    internal const int Mirrored = 0x20000000;

    /// <summary>MMAPIO_MAP_GUARD_PAGES.</summary>
    internal const int GuardPages = 0x40000000;

    [LibraryImport(Library)]
    internal static partial int mmapio_map_shared(byte* name, NativeMapOptions* options, nint* map, NativeError* error);

    [LibraryImport(Library)]
    internal static partial int mmapio_shared_unlink(byte* name, NativeError* error);

    [LibraryImport(Library)]
    internal static partial int mmapio_map_export(nint map, nint* handle, NativeError* error);

    [LibraryImport(Library)]
    internal static partial int mmapio_map_import(SafeHandle handle, NativeMapOptions* options, nint* map, NativeError* error);

    [LibraryImport(Library)]
    internal static partial int mmapio_map_seal(nint map, uint seals, NativeError* error);

    [LibraryImport(Library)]
    internal static partial int mmapio_map_seals(nint map, uint* seals, NativeError* error);

    [LibraryImport(Library)]
    internal static partial ulong mmapio_map_page_size(nint map);

    [LibraryImport(Library)]
    internal static partial uint mmapio_map_huge_pages(nint map);

    [LibraryImport(Library)]
    internal static partial ulong mmapio_map_reserve(nint map);
}
