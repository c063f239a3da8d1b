using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace MmapIo.Tool.Files;

/// <summary>
/// What a path leads to, found out without opening it: opening a pipe waits for its other end, and opening a device
/// can set it in motion. .NET itself tells directories from the rest, but not pipes and devices from files.
/// </summary>
internal static partial class FileKinds
{
    // The same on every Unix: inode(7).
    private const int KindMask = 0xF000;
    private const int Socket = 0xC000;
    private const int Regular = 0x8000;
    private const int BlockDevice = 0x6000;
    private const int Directory = 0x4000;
    private const int CharacterDevice = 0x2000;
    private const int Pipe = 0x1000;

    /// <summary>Says why a path cannot be looked at; null if nothing speaks against it, or opening will tell.</summary>
    public static string? WhyUnfit(string path)
    {
        if (path.Length == 0)
        {
            return "no such file";
        }
        if (OperatingSystem.IsWindows())
        {
            return System.IO.Directory.Exists(path) ? "is a directory" : null;
        }
        return (UnixMode(path) & KindMask) switch
        {
            0 or Regular => null,
            Directory => "is a directory",
            Pipe => "is a pipe",
            Socket => "is a socket",
            BlockDevice or CharacterDevice => "is a device",
            _ => "is not a regular file",
        };
    }

    /// <summary>The mode of what a path leads to; 0 if it leads nowhere that this process may go.</summary>
    private static int UnixMode(string path)
    {
        Span<byte> status = stackalloc byte[256];
        if (OperatingSystem.IsLinux())
        {
            // struct statx is laid out alike on all processors, which struct stat is not.
            const int ModeOffset = 28;
            return Statx(AtCurrentDirectory, path, 0, StatxType, status) == 0
                ? BinaryPrimitives.ReadUInt16LittleEndian(status[ModeOffset..])
                : 0;
        }
        if (OperatingSystem.IsMacOS())
        {
            const int ModeOffset = 4;
            bool found = RuntimeInformation.ProcessArchitecture == Architecture.X64
                ? DarwinStat64(path, status) == 0
                : DarwinStat(path, status) == 0;
            return found ? BinaryPrimitives.ReadUInt16LittleEndian(status[ModeOffset..]) : 0;
        }
        return 0;
    }

    private const int AtCurrentDirectory = -100;
    private const uint StatxType = 1;

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int directory, string path, int flags, uint mask, Span<byte> status);

    [LibraryImport("libc", EntryPoint = "stat", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int DarwinStat(string path, Span<byte> status);

    // On Intel the plain name is that of the call with 32-bit inode numbers, and of another layout.
    [LibraryImport("libc", EntryPoint = "stat$INODE64", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int DarwinStat64(string path, Span<byte> status);
}
