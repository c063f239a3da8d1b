namespace MmapIo;

/// <summary>What a map is for.</summary>
public enum MapAccess
{
    /// <summary>Read only.</summary>
    Read,

    /// <summary>Read and write; what is written reaches the file and every other map of it.</summary>
    ReadWrite,

    /// <summary>Read and write; what is written stays in this map, and the file is left as it is.</summary>
    CopyOnWrite,

    /// <summary>Read, and run as machine code. On Windows the file must be opened with execute access.</summary>
    ReadExecute,
}
