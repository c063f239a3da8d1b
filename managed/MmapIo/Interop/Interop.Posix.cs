using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace MmapIo;

/// <summary>What opening a file takes on Linux and macOS, without a handle on the heap. The system's own library is not
/// looked for beside the assembly, as ours is.</summary>
internal static partial class Interop
{
    /// <summary>O_RDWR, the same on Linux and macOS. O_RDONLY is 0.</summary>
    internal const int OpenReadWrite = 2;

    /// <summary>O_CLOEXEC, which differs.</summary>
    internal static readonly int CloseOnExec = OperatingSystem.IsMacOS() ? 0x1000000 : 0x80000;

    /// <summary>O_NONBLOCK, which differs. Files do not care; a FIFO is opened without waiting for its other end.</summary>
    internal static readonly int NonBlocking = OperatingSystem.IsMacOS() ? 0x4 : 0x800;

    /// <summary>O_PATH, on Linux only: a descriptor to ask what is there, of what cannot be opened.</summary>
    internal const int PathOnly = 0x200000;

    /// <summary>LOCK_SH, LOCK_EX and LOCK_NB, the same on Linux and macOS.</summary>
    internal const int LockShared = 1;
    internal const int LockExclusive = 2;
    internal const int LockNow = 4;

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial int open(string path, int flags);

    [LibraryImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial int close(int file);

    [LibraryImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial int flock(SafeFileHandle file, int operation);
}
