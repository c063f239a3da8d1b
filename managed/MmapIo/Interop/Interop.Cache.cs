using System.Runtime.InteropServices;

namespace MmapIo;

internal static unsafe partial class Interop
{
    /// <summary>MMAPIO_KNOWN_RESIDENT.</summary>
    internal const uint KnownResident = 1;

    /// <summary>MMAPIO_KNOWN_DIRTY.</summary>
    internal const uint KnownDirty = 2;

    /// <summary>MMAPIO_KNOWN_WRITEBACK.</summary>
    internal const uint KnownWriteback = 4;

    /// <summary>MMAPIO_KNOWN_EVICTED.</summary>
    internal const uint KnownEvicted = 8;

    [LibraryImport(Library)]
    internal static partial int mmapio_map_acknowledge_loss(nint map, NativeError* error);

    /// <summary>A <see cref="MapRange"/> is laid out as mmapio_range.</summary>
    [LibraryImport(Library)]
    internal static partial int mmapio_map_prefetch_ranges(
        nint map, MapRange* ranges, uint count, uint* outcome, NativeError* error);

    [LibraryImport(Library)]
    internal static partial int mmapio_map_evict(
        nint map, ulong offset, ulong length, NativeEviction* report, NativeError* error);

    [LibraryImport(Library)]
    internal static partial int mmapio_file_residency(
        nint file, ulong offset, ulong length, NativeResidency* report, NativeError* error);

    [LibraryImport(Library)]
    internal static partial int mmapio_file_evict(
        nint file, ulong offset, ulong length, NativeEviction* report, NativeError* error);

    [LibraryImport(Library)]
    internal static partial int mmapio_file_advise(
        nint file, ulong offset, ulong length, uint advice, uint* outcome, NativeError* error);
}

/// <summary>mmapio_eviction.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NativeEviction
{
    public uint StructSize;
    public uint Known;
    public uint Scope;
    public uint PageSize;
    public ulong Pages;
    public ulong ResidentBefore;
    public ulong ResidentAfter;
}
