using System.Runtime.InteropServices;

namespace MmapIo;

internal static partial class Interop
{
    /// <summary>LOCK_UN, the same on Linux and macOS.</summary>
    internal const int Unlock = 8;

    /// <summary>flock(2), by which .NET imitates FileShare on POSIX.</summary>
    [LibraryImport("libc")]
    internal static partial int flock(nint file, int operation);
}
