namespace MmapIo;

/// <summary>
/// A call on a map failed. The message has everything in words; the properties have it for programs. Some statuses
/// come as a more specific exception (<see cref="ArgumentException"/> and its kind,
/// <see cref="UnauthorizedAccessException"/>, <see cref="PlatformNotSupportedException"/>,
/// <see cref="FileNotFoundException"/>) with this one inside: <see cref="Exception.InnerException"/>. What is refused
/// before the system was asked has none inside.
/// </summary>
/// <remarks><see cref="Exception.HResult"/> is what the framework's own file calls have there: the value of errno, or
/// 0x8007xxxx with the Windows error in it; COR_E_IO where there is no code.</remarks>
public sealed class MmapIoException : IOException
{
    /// <summary>Makes an exception of status <see cref="MapStatus.Unknown"/>.</summary>
    public MmapIoException()
        : this("A call on a memory map failed.")
    {
    }

    /// <summary>Makes an exception of status <see cref="MapStatus.Unknown"/>.</summary>
    /// <param name="message">What happened.</param>
    public MmapIoException(string message)
        : this(message, innerException: null)
    {
    }

    /// <summary>Makes an exception of status <see cref="MapStatus.Unknown"/>.</summary>
    /// <param name="message">What happened.</param>
    /// <param name="innerException">The exception that led to this one; null if there is none.</param>
    public MmapIoException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    internal MmapIoException(string message, MapStatus status)
        : base(message) => Status = status;

    internal MmapIoException(string message, MapStatus status, OsErrorDomain domain, int code, string call)
        : this(message, status)
    {
        const int Win32Facility = unchecked((int)0x80070000);
        (OsErrorDomain, OsErrorCode, NativeCall) = (domain, code, call);
        HResult = domain switch
        {
            OsErrorDomain.None => HResult,
            OsErrorDomain.Win32 => Win32Facility | code,
            _ => code,
        };
    }

    /// <summary>The same failure, told with more words.</summary>
    internal MmapIoException(string message, MmapIoException told)
        : base(message, told)
    {
        (Status, OsErrorDomain, OsErrorCode) = (told.Status, told.OsErrorDomain, told.OsErrorCode);
        (NativeCall, Path, HResult) = (told.NativeCall, told.Path, told.HResult);
    }

    /// <summary>The native library's status.</summary>
    public MapStatus Status { get; internal init; } = MapStatus.Unknown;

    /// <summary>The operating system's error code; 0 when there is none.</summary>
    public int OsErrorCode { get; }

    /// <summary>How to read <see cref="OsErrorCode"/>.</summary>
    public OsErrorDomain OsErrorDomain { get; }

    /// <summary>The operating system's call that failed, such as "mmap"; empty when there was none.</summary>
    public string NativeCall { get; } = "";

    /// <summary>The file, where its path is known.</summary>
    public string? Path { get; internal init; }
}
