using System.Runtime.InteropServices;

namespace MmapIo;

internal static unsafe partial class Interop
{
    /// <summary>MMAPIO_MADV_ALLOW_LOSS.</summary>
    internal const uint AllowLoss = 0x40000000;

    /// <summary>MMAPIO_PROT_QUIET: no copy from or to the map is under way, which the bar sees to.</summary>
    internal const uint ProtectQuietly = 0x40000000;

    /// <summary>MMAPIO_LOCK_ON_FAULT.</summary>
    internal const uint LockOnFault = 1;

    [LibraryImport(Library)]
    internal static partial int mmapio_map_advise(
        nint map, ulong offset, ulong length, uint advice, uint* outcome, NativeError* error);

    [LibraryImport(Library)]
    internal static partial int mmapio_map_sync(nint map, ulong offset, ulong length, uint mode, NativeError* error);

    [LibraryImport(Library)]
    internal static partial int mmapio_map_residency(
        nint map, ulong offset, ulong length, NativeResidency* report, byte* pages, NativeError* error);

    [LibraryImport(Library)]
    internal static partial int mmapio_map_protect(
        nint map, ulong offset, ulong length, uint protection, NativeError* error);

    [LibraryImport(Library)]
    internal static partial int mmapio_map_lock(nint map, ulong offset, ulong length, uint flags, NativeError* error);

    [LibraryImport(Library)]
    internal static partial int mmapio_map_unlock(nint map, ulong offset, ulong length, NativeError* error);

    [LibraryImport(Library)]
    internal static partial int mmapio_map_populate(
        nint map, ulong offset, ulong length, uint protection, NativeError* error);
}

/// <summary>mmapio_residency.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NativeResidency
{
    public uint StructSize;
    public uint Known;
    public uint Scope;
    public uint PageSize;
    public ulong Pages;
    public ulong Resident;
    public ulong Dirty;
    public ulong Writeback;
    public ulong Evicted;
    public ulong RecentlyEvicted;
}
