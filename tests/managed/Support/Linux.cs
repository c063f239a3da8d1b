using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace MmapIo.Tests;

/// <summary>The few calls of Linux that .NET has no door to.</summary>
internal static partial class Linux
{
    private const int FadviseDontNeed = 4;
    private const int LimitOfLockedMemory = 8;
    private const int LimitOfOpenFiles = 7;
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
    public static void LimitLockedMemory(ulong bytes) => SetLimit(LimitOfLockedMemory, bytes);

    /// <summary>Takes this process the right to have more than that many files open.</summary>
    public static void LimitOpenFiles(ulong files) => SetLimit(LimitOfOpenFiles, files);

    private static void SetLimit(int which, ulong value)
    {
        ResourceLimit limit = new() { Soft = value, Hard = value };
        if (setrlimit(which, limit) != 0)
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

    /// <summary>
    /// From now on msync(2) fails with EIO on ranges of that length, in all threads, and for good. False where the
    /// process may not do that to itself.
    /// </summary>
    public static bool FailFlushesOf(int length) => Fail(IsArm ? 227u : 26u, length, errno: 5);

    /// <summary>From now on munmap(2) fails with EPERM on ranges of that length. As <see cref="FailFlushesOf"/>.</summary>
    public static bool FailUnmappingOf(int length) => Fail(IsArm ? 215u : 11u, length, errno: 1);

    private static bool IsArm => RuntimeInformation.ProcessArchitecture == Architecture.Arm64;

    private static unsafe bool Fail(uint call, int length, uint errno)
    {
        const int SetNoNewPrivileges = 38;
        const int SetModeFilter = 1;
        const int AllThreads = 1;
        nint seccomp = IsArm ? 277 : 317;

        // Load the call's number, compare; load the low half of its second argument, compare; fail; allow.
        FilterLine* lines = stackalloc FilterLine[]
        {
            new(0x20, 0, 0, 0), new(0x15, 0, 3, call), new(0x20, 0, 0, 24), new(0x15, 0, 1, (uint)length),
            new(0x06, 0, 0, 0x00050000 | errno), new(0x06, 0, 0, 0x7FFF0000),
        };
        FilterProgram program = new() { Count = 6, Lines = lines };
        return prctl(SetNoNewPrivileges, 1, 0, 0, 0) == 0
            && syscall(seccomp, SetModeFilter, AllThreads, (nint)(&program)) == 0;
    }

    [LibraryImport("libc")]
    private static partial int prctl(int option, nint second, nint third, nint fourth, nint fifth);

    [LibraryImport("libc")]
    private static partial nint syscall(nint number, nint first, nint second, nint third);

    /// <summary>sock_filter.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct FilterLine(ushort Code, byte IfTrue, byte IfFalse, uint Value);

    /// <summary>sock_fprog.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private unsafe struct FilterProgram
    {
        public ushort Count;
        public FilterLine* Lines;
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
