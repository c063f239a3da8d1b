using System.Runtime.InteropServices;

namespace MmapIo;

internal static unsafe partial class Interop
{
    /// <summary>MMAPIO_RESIZE_MAY_MOVE.</summary>
    internal const uint ResizeMayMove = 1;

    /// <summary>MMAPIO_RESIZE_TRUNCATE.</summary>
    internal const uint ResizeTruncate = 2;

    /// <summary>MMAPIO_RESIZE_ALLOCATE.</summary>
    internal const uint ResizeAllocate = 4;

    [LibraryImport(Library)]
    internal static partial int mmapio_map_resize(nint map, ulong length, uint flags, NativeError* error);

    [LibraryImport(Library)]
    internal static partial int mmapio_file_allocate(SafeHandle file, ulong offset, ulong length, NativeError* error);

    [LibraryImport(Library)]
    internal static partial int mmapio_file_set_length(SafeHandle file, ulong length, NativeError* error);

    [LibraryImport(Library)]
    internal static partial int mmapio_file_kind(SafeHandle file, uint* kind, NativeError* error);
}
