using System.Runtime.InteropServices;

namespace MmapIo;

internal static unsafe partial class Interop
{
    /// <summary>MMAPIO_MAP_NO_HANDLE.</summary>
    internal const int NoHandle = 0x800000;

    [LibraryImport(Library)]
    internal static partial int mmapio_map_file(nint file, NativeMapOptions* options, nint* map, NativeError* error);

    [LibraryImport(Library)]
    internal static partial int mmapio_map_file(SafeHandle file, NativeMapOptions* options, nint* map, NativeError* error);

    [LibraryImport(Library)]
    internal static partial int mmapio_map_anonymous(NativeMapOptions* options, nint* map, NativeError* error);

    [LibraryImport(Library)]
    internal static partial int mmapio_map_close(nint map);

    [LibraryImport(Library)]
    internal static partial byte* mmapio_map_data(nint map);

    [LibraryImport(Library)]
    internal static partial ulong mmapio_map_length(nint map);

    [LibraryImport(Library)]
    internal static partial int mmapio_map_backed_length(nint map, ulong* backed, NativeError* error);
}

/// <summary>mmapio_map_options.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NativeMapOptions
{
    public uint StructSize;
    public uint Protection;
    public uint Flags;
    public uint Advice;
    public ulong Offset;
    public ulong Length;
    public ulong Reserve;
    public ulong HugePageSize;
    public uint HugePages;
    public uint Reserved;
}
