using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

[assembly: DisableRuntimeMarshalling]

// Beside the assembly, and where the host says that the package's libraries are. Without this a library that is missing
// there is looked for wherever the system's loader looks, LD_LIBRARY_PATH among it, and its code is run before anybody can
// ask for its version.
[assembly: DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory)]

namespace MmapIo;

/// <summary>The calls of libmmapio under their C names. One file per area; the contract is mmapio.h.</summary>
internal static unsafe partial class Interop
{
    /// <summary>The same on every system: libmmapio.so, libmmapio.dylib, libmmapio.dll.</summary>
    internal const string Library = "libmmapio";

    internal const uint AbiMajor = 1;
    internal const uint AbiMinor = 0;

    [LibraryImport(Library)]
    internal static partial uint mmapio_abi_version();

    [LibraryImport(Library)]
    internal static partial byte* mmapio_version_string();

    [LibraryImport(Library)]
    internal static partial uint mmapio_page_size();

    [LibraryImport(Library)]
    internal static partial uint mmapio_allocation_granularity();

    [LibraryImport(Library)]
    internal static partial int mmapio_caps_get(NativeCaps* caps);

    [LibraryImport(Library)]
    internal static partial byte* mmapio_status_text(int status);

    [LibraryImport(Library)]
    internal static partial byte* mmapio_call_name(uint call);
}

/// <summary>mmapio_caps.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NativeCaps
{
    public uint StructSize;
    public uint System;
    public uint PageSize;
    public uint AllocationGranularity;
    public ulong Features;
    public ulong AdviceApplied;
    public ulong AdviceApproximated;
    public uint SyncApplied;
    public uint SyncApproximated;
    public uint ResidencyScope;
    public uint Reserved;
    public uint FileAdviceApplied;
    public uint FileAdviceApproximated;
}
