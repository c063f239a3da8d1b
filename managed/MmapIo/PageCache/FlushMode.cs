namespace MmapIo;

/// <summary>How far <see cref="MemoryMap.Flush(FlushMode)"/> shall carry what was written.</summary>
public enum FlushMode
{
    /// <summary>Nowhere in particular: the system's own writeback has it scheduled. Returns at once.</summary>
    Async,

    /// <summary>
    /// To the device, and wait. On Linux that includes the device's own cache; on macOS and Windows it does not.
    /// </summary>
    Sync,

    /// <summary>Through the device's cache, with the metadata needed to read the data back (fdatasync).</summary>
    Data,

    /// <summary>
    /// Through the device's cache, with all metadata (fsync; F_FULLFSYNC on macOS; FlushFileBuffers on Windows).
    /// </summary>
    Durable,

    /// <summary>
    /// What was written before reaches the device before what is written later (F_BARRIERFSYNC on macOS). Other
    /// systems have no barrier and do <see cref="Data"/>.
    /// </summary>
    Barrier,
}
