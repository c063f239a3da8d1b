using System.Runtime.InteropServices;

namespace MmapIo;

/// <summary>
/// Owns a mmapio_map. Its finalizer unmaps a map that was dropped; an orderly close goes through
/// <see cref="Unmap"/>, which tells of failure.
/// </summary>
internal sealed class MapHandle : SafeHandle
{
    public MapHandle(nint map)
        : base(0, ownsHandle: true)
    {
        SetHandle(map);
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
        return Interop.mmapio_map_close(map);
    }

    protected override bool ReleaseHandle()
    {
        MapMetrics.Closed(Length);
        MapMetrics.Abandoned();
        return Interop.mmapio_map_close(handle) == 0;
    }
}
