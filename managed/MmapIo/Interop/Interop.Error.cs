using System.Runtime.InteropServices;

namespace MmapIo;

/// <summary>mmapio_error: 16 bytes, frozen.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NativeError
{
    public int Status;
    public int OsCode;
    public uint OsDomain;
    public uint OsCall;
}
