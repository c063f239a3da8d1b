namespace MmapIo;

/// <summary>How to read <see cref="MmapIoException.OsErrorCode"/>.</summary>
public enum OsErrorDomain
{
    /// <summary>There is no code: the library itself found the error.</summary>
    None = 0,

    /// <summary>A value of errno.</summary>
    Errno = 1,

    /// <summary>A Windows error code.</summary>
    Win32 = 2,
}
