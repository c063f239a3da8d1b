using Microsoft.Win32.SafeHandles;

namespace MmapIo;

public sealed unsafe partial class MemoryMap
{
    /// <summary>Maps a file by its path.</summary>
    /// <param name="path">The file. It is opened with <see cref="MapOptions.Mode"/> and
    /// <see cref="MapOptions.Share"/>, and may be deleted or renamed while the map lives.</param>
    /// <param name="access">What shall be done with it: reading unless said otherwise.</param>
    /// <param name="options">Which part of it, and how; null for all of it.</param>
    /// <returns>The map. An empty file gives an empty map.</returns>
    /// <exception cref="ArgumentException">An argument or option has a value that is not allowed; the message names
    /// it. A map that is not written to may not be longer than its file.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="UnauthorizedAccessException">The file, or the directory, does not permit it.</exception>
    /// <exception cref="PlatformNotSupportedException">What this is cannot be mapped: a pipe, a socket, a device, a file
    /// that is made when it is read (/proc: <see cref="OpenSnapshot"/> has its contents). The message says which, and
    /// nobody is waited for. Or the native library cannot be used.</exception>
    /// <exception cref="MmapIoException">The operating system refused; see its properties.</exception>
    /// <exception cref="IOException">The file cannot be opened, or cannot grow (no space).</exception>
    /// <remarks>If this fails, a file it created is deleted again, and one that was there is as it was, its length
    /// included. So it is if it was to be emptied (<see cref="FileMode.Create"/>): that is tried with the contents still
    /// there, and they go when all of it has succeeded once; only somebody who takes the last room, or makes the file
    /// longer, at that very moment can come in between. Others who map a file that is emptied lose its pages, as with
    /// any other way to cut it off.
    /// See <see href="https://man7.org/linux/man-pages/man2/mmap.2.html">mmap(2)</see> and
    /// <see href="https://learn.microsoft.com/windows/win32/api/memoryapi/nf-memoryapi-mapviewoffile">MapViewOfFile</see>.
    /// </remarks>
    public static MemoryMap Open(string path, MapAccess access = MapAccess.Read, MapOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        MapRequest request = MapRequest.ForFile(access, options);
        NativeLibraryCheck.Require();
        return MapOpening.OpenAndMap(path, request);
    }

    /// <summary>Maps an open file.</summary>
    /// <param name="file">The file, open for reading, and for writing too if access is
    /// <see cref="MapAccess.ReadWrite"/>. It may be closed as soon as this returns.</param>
    /// <param name="access">What shall be done with it: reading unless said otherwise.</param>
    /// <param name="options">Which part of it, and how; null for all of it.
    /// <see cref="MapOptions.Mode"/> and <see cref="MapOptions.Share"/> are of no use here.</param>
    /// <returns>The map. An empty file gives an empty map.</returns>
    /// <exception cref="ArgumentException">An argument or option has a value that is not allowed; the message names
    /// it. A map that is not written to may not be longer than its file.</exception>
    /// <exception cref="ObjectDisposedException">The handle is closed.</exception>
    /// <exception cref="UnauthorizedAccessException">The handle does not permit the access.</exception>
    /// <exception cref="PlatformNotSupportedException">What this is cannot be mapped: a pipe, a socket, a device, a file
    /// that is made when it is read (/proc: <see cref="OpenSnapshot"/> has its contents). The message says which, and
    /// nobody is waited for. Or the native library cannot be used.</exception>
    /// <exception cref="MmapIoException">The operating system refused; see its properties.</exception>
    /// <remarks>On POSIX the map holds a duplicate of the descriptor until it is disposed. Closing any descriptor
    /// of a file drops the locks the process took on it with fcntl(2).</remarks>
    public static MemoryMap Open(SafeFileHandle file, MapAccess access = MapAccess.Read, MapOptions? options = null)
    {
        MapRequest.CheckHandle(file, nameof(file));
        MapRequest request = MapRequest.ForFile(access, options);
        NativeLibraryCheck.Require();
        return MapOpening.MapGrowing(file, request, null, new MapArguments(nameof(file), nameof(options)));
    }

    /// <summary>Maps memory that has no file: zeros, private to this process.</summary>
    /// <param name="length">Bytes, at least 1.</param>
    /// <param name="options">How to map. <see cref="MapOptions.Offset"/> and <see cref="MapOptions.Length"/> must be left
    /// alone.</param>
    /// <returns>A map for reading and writing.</returns>
    /// <exception cref="ArgumentException">An argument or option has a value that is not allowed.</exception>
    /// <exception cref="MmapIoException">Out of memory or address space; a limit of locked memory, or of huge
    /// pages.</exception>
    /// <exception cref="PlatformNotSupportedException">An option cannot be honoured, such as huge pages of that
    /// size.</exception>
    public static MemoryMap CreateAnonymous(long length, MapOptions? options = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length);
        MapRequest request = MapRequest.ForMemory(length, options);
        NativeLibraryCheck.Require();
        return MapOpening.Map(null, request, null, new MapArguments(nameof(length), nameof(options)));
    }
}
