using System.Runtime.InteropServices;

namespace MmapIo;

internal static partial class Interop
{
    /// <summary>MMAPIO_OS_FILE: the code says what a handle is of, as <see cref="FileKind"/> does.</summary>
    internal const uint DomainOfKinds = 3;
}

/// <summary>mmapio_error: 16 bytes, frozen.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NativeError
{
    public int Status;
    public int OsCode;
    public uint OsDomain;
    public uint OsCall;
}
