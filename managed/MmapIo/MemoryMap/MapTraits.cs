namespace MmapIo;

/// <summary>What a map has of its <see cref="MapOptions"/> that decides something later. A byte: every map has one.</summary>
[Flags]
internal enum MapTraits : byte
{
    Reserves = 1,
    Allocates = 2,
    Sparse = 4,
    NoHandle = 8,
    Guarded = 16,
    Zeros = 32,
}
