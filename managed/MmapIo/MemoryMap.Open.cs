using Microsoft.Win32.SafeHandles;

namespace MmapIo;

public sealed unsafe partial class MemoryMap
{
    /// <summary>Maps a file by its path.</summary>
    /// <param name="path">The file. It is opened with <see cref="MapOptions.Mode"/> and
    /// <see cref="MapOptions.Share"/>, and may be deleted or renamed while the map lives.</param>
    /// <param name="access">What for.</param>
    /// <param name="options">Which part of it, and how; null for all of it.</param>
    /// <returns>The map. An empty file gives an empty map.</returns>
    /// <exception cref="ArgumentException">An argument or option has a value that is not allowed; the message names
    /// it. A map that is not written to may not be longer than its file.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="UnauthorizedAccessException">The file, or the directory, does not permit it.</exception>
    /// <exception cref="PlatformNotSupportedException">The file cannot be mapped (a pipe), or the native library
    /// cannot be used.</exception>
    /// <exception cref="MmapIoException">The operating system refused; see its properties.</exception>
    /// <exception cref="IOException">The file cannot be opened, or cannot grow (no space).</exception>
    /// <remarks>If this fails, a file it created is deleted again and one it lengthened gets its old length back.
    /// See <see href="https://man7.org/linux/man-pages/man2/mmap.2.html">mmap(2)</see> and
    /// <see href="https://learn.microsoft.com/windows/win32/api/memoryapi/nf-memoryapi-mapviewoffile">MapViewOfFile</see>.
    /// </remarks>
    public static MemoryMap Open(string path, MapAccess access = MapAccess.Read, MapOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        MapRequest request = MapRequest.ForFile(access, options);
        NativeLibraryCheck.Require();
        options ??= MapRequest.Defaults;
        FileAccess fileAccess = access == MapAccess.ReadWrite ? FileAccess.ReadWrite : FileAccess.Read;
        bool created = options.Mode != FileMode.Open && !File.Exists(path);
        SafeFileHandle file = File.OpenHandle(path, options.Mode, fileAccess, options.Share);
        try
        {
            return MapGrowing(file, request with { Owned = file }, path);
        }
        catch
        {
            file.Dispose();
            if (created)
            {
                File.Delete(path);
            }
            throw;
        }
    }

    /// <summary>Maps an open file.</summary>
    /// <param name="file">The file, open for reading, and for writing too if access is
    /// <see cref="MapAccess.ReadWrite"/>. It may be closed as soon as this returns.</param>
    /// <param name="access">What for.</param>
    /// <param name="options">Which part of it, and how; null for all of it.
    /// <see cref="MapOptions.Mode"/> and <see cref="MapOptions.Share"/> are of no use here.</param>
    /// <returns>The map. An empty file gives an empty map.</returns>
    /// <exception cref="ArgumentException">An argument or option has a value that is not allowed; the message names
    /// it. A map that is not written to may not be longer than its file.</exception>
    /// <exception cref="ObjectDisposedException">The handle is closed.</exception>
    /// <exception cref="UnauthorizedAccessException">The handle does not permit the access.</exception>
    /// <exception cref="PlatformNotSupportedException">The file cannot be mapped (a pipe), or the native library
    /// cannot be used.</exception>
    /// <exception cref="MmapIoException">The operating system refused; see its properties.</exception>
    /// <remarks>On POSIX the map holds a duplicate of the descriptor until it is disposed. Closing any descriptor
    /// of a file drops the locks the process took on it with fcntl(2).</remarks>
    public static MemoryMap Open(SafeFileHandle file, MapAccess access = MapAccess.Read, MapOptions? options = null)
    {
        MapRequest.CheckHandle(file, nameof(file));
        MapRequest request = MapRequest.ForFile(access, options);
        NativeLibraryCheck.Require();
        return MapGrowing(file, request, null);
    }

    /// <summary>Maps memory that has no file: zeros, private to this process.</summary>
    /// <param name="length">Bytes, at least 1.</param>
    /// <param name="options">How. <see cref="MapOptions.Offset"/> and <see cref="MapOptions.Length"/> must be left
    /// alone.</param>
    /// <returns>A map for reading and writing.</returns>
    /// <exception cref="ArgumentException">An argument or option has a value that is not allowed.</exception>
    /// <exception cref="MmapIoException">Out of memory or address space; a limit of locked memory.</exception>
    public static MemoryMap CreateAnonymous(long length, MapOptions? options = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length);
        MapRequest request = MapRequest.ForMemory(length, options);
        NativeLibraryCheck.Require();
        return Map(null, request, null);
    }

    /// <summary>Makes the file long enough first, where it is to be written; else checks that it is.</summary>
    private static MemoryMap MapGrowing(SafeFileHandle file, MapRequest request, string? path)
    {
        long needed = request.Offset + request.Length;
        if (request.Length == 0 || !TryGetLength(file, out long before) || needed <= before)
        {
            return Map(file, request, path);
        }
        if (request.Access != MapAccess.ReadWrite)
        {
            MapErrors.ThrowOption(
                nameof(MapOptions.Length), request.Length,
                $"The map would end at byte {needed}, but the file has {before} bytes, and a map that is not " +
                "written to the file cannot make it longer.");
        }
        Grow(file, request, needed, path);
        try
        {
            return Map(file, request, path);
        }
        catch
        {
            RandomAccess.SetLength(file, before);
            throw;
        }
    }

    /// <summary>What cannot seek, such as a pipe, has no length. That it cannot be mapped either is for mmap to say.</summary>
    private static bool TryGetLength(SafeFileHandle file, out long length)
    {
        try
        {
            length = RandomAccess.GetLength(file);
            return true;
        }
        catch (NotSupportedException)
        {
            length = 0;
            return false;
        }
    }

    private static void Grow(SafeFileHandle file, MapRequest request, long needed, string? path)
    {
        try
        {
            if (request.Allocate)
            {
                Allocate(file, needed, path);
                return;
            }
            RandomAccess.SetLength(file, needed);
        }
        catch (ArgumentOutOfRangeException e)
        {
            // The framework's own words, under the name that callers know.
            MapErrors.ThrowOption(nameof(MapOptions.Length), request.Length, e.Message);
        }
        catch (IOException)
        {
            // ftruncate(2) calls a handle that is read-only an invalid argument. mmap(2) knows better: if that is it,
            // this throws what says so.
            Map(file, request with { Offset = 0, Length = 1, Owned = null }, path).Dispose();
            throw;
        }
    }

    /// <summary>Has all blocks up to a length allocated, holes included, and makes the file that long.</summary>
    private static void Allocate(SafeFileHandle file, long length, string? path)
    {
        long before = RandomAccess.GetLength(file);
        NativeError error;
        bool held = false;
        int status;
        try
        {
            file.DangerousAddRef(ref held);
            status = Interop.mmapio_file_allocate(file.DangerousGetHandle(), 0, (ulong)length, &error);
        }
        finally
        {
            if (held)
            {
                file.DangerousRelease();
            }
        }
        if (status != 0)
        {
            // What could be allocated before the disk was full has made the file longer.
            RandomAccess.SetLength(file, before);
        }
        MapErrors.ThrowIfFailed(status, error, "allocate", path);
    }

    /// <summary>Maps as mmap(2) would, without a look at the file's length.</summary>
    internal static MemoryMap Map(SafeFileHandle? file, MapRequest request, string? path)
    {
        NativeMapOptions options = request.ToNative();
        NativeError error;
        nint map;
        int status;
        if (file is null)
        {
            status = Interop.mmapio_map_anonymous(&options, &map, &error);
        }
        else
        {
            bool held = false;
            try
            {
                file.DangerousAddRef(ref held);
                status = Interop.mmapio_map_file(file.DangerousGetHandle(), &options, &map, &error);
            }
            finally
            {
                if (held)
                {
                    file.DangerousRelease();
                }
            }
        }
        MapErrors.ThrowIfFailed(status, error, file is null ? "map memory" : "map", path);
        var handle = new MapHandle(map, request.Owned);
        try
        {
            return new MemoryMap(handle, request, path);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }
}
