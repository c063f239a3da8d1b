namespace MmapIo;

/// <summary>
/// Stands for the caller's scope in <see cref="MemoryMap.Lines(in MapScope)"/>. There is nothing to pass: left out, it is
/// made at the call, and what the call returns cannot leave the scope it was made in.
/// </summary>
public readonly struct MapScope;
