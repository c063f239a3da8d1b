namespace MmapIo;

/// <summary>What may be done with a range of a map.</summary>
[Flags]
public enum MapProtection
{
    /// <summary>Nothing: reading, writing and leasing the range throws.</summary>
    None = 0,

    /// <summary>Read.</summary>
    Read = 1,

    /// <summary>Write, which implies reading.</summary>
    Write = 2,

    /// <summary>Run as machine code.</summary>
    Execute = 4,

    /// <summary>Read and write.</summary>
    ReadWrite = Read | Write,

    /// <summary>Read and run as machine code.</summary>
    ReadExecute = Read | Execute,
}
