namespace MmapIo;

/// <summary>The statuses of the native library, under the numbers they have in mmapio.h.</summary>
public enum MapStatus
{
    /// <summary>Success.</summary>
    Ok = 0,

    /// <summary>An argument has a value that is not allowed.</summary>
    InvalidArgument = -101,

    /// <summary>An offset or length lies outside the file, the mapping or the address space.</summary>
    OutOfRange = -102,

    /// <summary>An address or offset is not aligned as the operating system requires.</summary>
    Misaligned = -103,

    /// <summary>A struct or the library is of another ABI version than expected.</summary>
    AbiMismatch = -104,

    /// <summary>The file or the map does not permit the access.</summary>
    AccessDenied = -201,

    /// <summary>The file or the pages are in use in a way that forbids it.</summary>
    Busy = -202,

    /// <summary>There is no object of that name.</summary>
    NotFound = -203,

    /// <summary>An object of that name exists already.</summary>
    Exists = -204,

    /// <summary>Out of memory, of address space, or of mappings (Linux: vm.max_map_count).</summary>
    OutOfMemory = -301,

    /// <summary>A limit of the process or the system, such as RLIMIT_MEMLOCK or open files.</summary>
    LimitReached = -302,

    /// <summary>No space is left on the device, or the quota is used up.</summary>
    NoSpace = -303,

    /// <summary>This operating system, kernel or file cannot do it.</summary>
    Unsupported = -401,

    /// <summary>The device reported an input/output error.</summary>
    Io = -501,

    /// <summary>The pages behind the address are gone: a truncated file, a failed or full device.</summary>
    Fault = -502,

    /// <summary>Earlier writes to the file were lost by a failed writeback.</summary>
    DurabilityLost = -503,

    /// <summary>The operating system reported an error that the library has no status for.</summary>
    Unknown = -999,
}
