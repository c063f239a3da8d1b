namespace MmapIo;

/// <summary>
/// A call of the native side on a map, of the kind that may last: entered, called, left, and only then judged, so that no
/// user code runs inside of it.
/// <code>
/// MapCall call = EnterNative(offset, length);
/// call.End(Interop.mmapio_map_unlock(call.Native, call.Offset, call.Length, &amp;call.Error), "unlock");
/// </code>
/// </summary>
internal unsafe ref struct MapCall
{
    private readonly MemoryMap _map;
    private readonly LeaseSlot _slot;

    /// <summary>What the native side writes down.</summary>
    public NativeError Error;

    /// <param name="map">The map.</param>
    /// <param name="offset">The first byte.</param>
    /// <param name="length">Bytes, or <see cref="MemoryMap.All"/>: that keeps the map from getting shorter, and learns how
    /// long it is. Any other range is left to the native side to refuse if it is no longer inside.</param>
    public MapCall(MemoryMap map, long offset, long length)
    {
        _map = map;
        _slot = map.Lifetime.Enter(map, 0, length == MemoryMap.All ? long.MaxValue : 0, isLease: false);
        Native = map.Lifetime.Native;
        Offset = (ulong)offset;
        Length = (ulong)(length == MemoryMap.All ? map.Length : length);
    }

    public nint Native { get; }

    public ulong Offset { get; }

    public ulong Length { get; }

    /// <summary>Ends the call. The map may be unmapped from now on.</summary>
    public readonly void End() => _map.Lifetime.Exit(_map, _slot);

    /// <summary>Ends the call, and throws what its status says.</summary>
    public readonly void End(int status, string action, string? refusal = null)
    {
        End();
        MapErrors.ThrowIfFailed(status, Error, action, _map.Path, refusal: refusal);
    }
}
