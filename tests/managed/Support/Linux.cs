using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace MmapIo.Tests;

/// <summary>The few calls of Linux that .NET has no door to.</summary>
internal static partial class Linux
{
    private const int FadviseDontNeed = 4;
    private const int LimitOfLockedMemory = 8;
    private const int MayReadAndWrite = 6 << 6;

    public static bool IsRoot => OperatingSystem.IsLinux() && geteuid() == 0;

    /// <summary>
    /// Does something stand in for the kernel? None knows advice 4095; qemu's user mode takes all it does not know for a
    /// hint.
    /// </summary>
    public static bool IsEmulated { get; } = OperatingSystem.IsLinux() && madvise(0, 0, 4095) == 0;

    /// <summary>Empties the page cache of a file. Pages that somebody has mapped stay.</summary>
    public static void Evict(string path)
    {
        using SafeFileHandle file = Files.Open(path, FileAccess.ReadWrite);
        RandomAccess.FlushToDisk(file);
        Assert.Equal(0, posix_fadvise((int)file.DangerousGetHandle(), 0, 0, FadviseDontNeed));
    }

    public static void MakeFifo(string path) => Assert.Equal(0, mkfifo(path, MayReadAndWrite));

    public static void SetMode(string path, UnixFileMode mode)
    {
        Needs.Posix("permissions by mode");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, mode);
        }
    }

    /// <summary>Takes this process the right to lock more than that many bytes.</summary>
    public static void LimitLockedMemory(ulong bytes)
    {
        ResourceLimit limit = new() { Soft = bytes, Hard = bytes };
        if (setrlimit(LimitOfLockedMemory, limit) != 0)
        {
            throw new InvalidOperationException($"setrlimit: errno {Marshal.GetLastPInvokeError()}");
        }
    }

    /// <summary>A file of memory that nobody, not even its owner, can make shorter.</summary>
    public static SafeFileHandle SealedMemory(byte[] contents)
    {
        const uint AllowSealing = 2;
        const int AddSeals = 1033;
        const int SealShrink = 2;
        var file = new SafeFileHandle(memfd_create("sealed", AllowSealing), ownsHandle: true);
        RandomAccess.Write(file, contents, 0);
        if (fcntl((int)file.DangerousGetHandle(), AddSeals, SealShrink) != 0)
        {
            throw new InvalidOperationException("This kernel seals no memory.");
        }
        return file;
    }

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int memfd_create(string name, uint flags);

    [LibraryImport("libc")]
    private static partial int fcntl(int file, int command, int argument);

    [LibraryImport("libc")]
    private static partial int madvise(nint address, nuint length, int advice);

    [LibraryImport("libc")]
    private static partial uint geteuid();

    [LibraryImport("libc")]
    private static partial int posix_fadvise(int file, long offset, long length, int advice);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int mkfifo(string path, uint mode);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int setrlimit(int resource, in ResourceLimit limit);

    [StructLayout(LayoutKind.Sequential)]
    private struct ResourceLimit
    {
        public ulong Soft;
        public ulong Hard;
    }
}
