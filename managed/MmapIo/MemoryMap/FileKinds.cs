using System.Runtime.InteropServices;

namespace MmapIo;

/// <summary>MMAPIO_FILE_*: what a handle is of.</summary>
internal enum FileKind
{
    /// <summary>One that can be mapped; also a block device, and what the system does not tell about.</summary>
    File = 0,
    Pipe = 1,
    Socket = 2,
    Directory = 3,
    Device = 4,
    WithoutPages = 5,
}

/// <summary>Tells what a handle is of, so that whoever is refused learns it.</summary>
internal static unsafe class FileKinds
{
    public static FileKind Of(SafeHandle file)
    {
        uint kind;
        NativeError error;
        return Interop.mmapio_file_kind(file, &kind, &error) == 0 ? (FileKind)kind : FileKind.File;
    }

    /// <summary>Why it cannot be mapped, to follow a colon.</summary>
    public static string Describe(FileKind kind) => kind switch
    {
        FileKind.Pipe => "it is a pipe",
        FileKind.Socket => "it is a socket",
        FileKind.Directory => "it is a directory",
        FileKind.Device => "it is a device",
        _ => "it has no pages and no length, being made when it is read, as the files of /proc are: "
            + $"{nameof(MemoryMap)}.{nameof(MemoryMap.OpenSnapshot)} reads it",
    };
}
