using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace MmapIo;

/// <summary>
/// Owns a mmapio_map. Its finalizer unmaps a map that was dropped; an orderly close goes through
/// <see cref="Unmap"/>, which tells of failure.
/// </summary>
internal sealed class MapHandle : SafeHandle
{
    private readonly SafeFileHandle? _file;

    public MapHandle(nint map, SafeFileHandle? file)
        : base(0, ownsHandle: true)
    {
        SetHandle(map);
        _file = file;
        Length = (long)Interop.mmapio_map_length(map);
        MapMetrics.Opened(Length);
    }

    /// <summary>The map's length, for the metrics.</summary>
    public long Length { get; set; }

    public override bool IsInvalid => handle == 0;

    /// <summary>The native map. Valid only while the caller holds an entry in its thread's leases.</summary>
    public nint Map => handle;

    /// <summary>Unmaps. Returns the native status; the map is gone in any case.</summary>
    public int Unmap()
    {
        nint map = handle;
        SetHandleAsInvalid();
        handle = 0;
        MapMetrics.Closed(Length);
        int status = Interop.mmapio_map_close(map);
        _file?.Dispose();
        return status;
    }

    /// <summary>For a map that was dropped. Its file, dropped with it, is closed by a finalizer of its own: closing
    /// needs the map's descriptor no more than unmapping does.</summary>
    protected override bool ReleaseHandle()
    {
        MapMetrics.Closed(Length);
        MapMetrics.Abandoned();
        return Interop.mmapio_map_close(handle) == 0;
    }
}
