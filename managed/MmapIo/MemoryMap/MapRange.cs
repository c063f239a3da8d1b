namespace MmapIo;

/// <summary>A range of a map, in bytes.</summary>
/// <param name="Offset">The first byte.</param>
/// <param name="Length">The number of bytes.</param>
public readonly record struct MapRange(long Offset, long Length);
