namespace MmapIo;

/// <summary>
/// A call on a map failed. The message has everything in words; the properties have it for programs. Some statuses
/// come as a more specific exception (<see cref="UnauthorizedAccessException"/>,
/// <see cref="PlatformNotSupportedException"/>, <see cref="FileNotFoundException"/>) with this one inside.
/// </summary>
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
        : this(message, null)
    {
    }

    /// <summary>Makes an exception of status <see cref="MapStatus.Unknown"/>.</summary>
    /// <param name="message">What happened.</param>
    /// <param name="innerException">Why.</param>
    public MmapIoException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    internal MmapIoException(string message, MapStatus status)
        : base(message) => Status = status;

    /// <summary>The native library's status.</summary>
    public MapStatus Status { get; internal init; } = MapStatus.Unknown;

    /// <summary>The operating system's error code; 0 when there is none.</summary>
    public int OsErrorCode { get; internal init; }

    /// <summary>How to read <see cref="OsErrorCode"/>.</summary>
    public OsErrorDomain OsErrorDomain { get; internal init; }

    /// <summary>The operating system's call that failed, such as "mmap"; empty when there was none.</summary>
    public string NativeCall { get; internal init; } = "";

    /// <summary>The file, where its path is known.</summary>
    public string? Path { get; internal init; }
}
