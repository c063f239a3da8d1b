using System.Diagnostics.CodeAnalysis;
using Microsoft.Win32.SafeHandles;

namespace MmapIo;

/// <summary>What the caller's method calls its arguments, for exceptions that name them.</summary>
/// <param name="File">The handle.</param>
/// <param name="Range">Offset and length.</param>
internal readonly record struct MapArguments(string File, string Range);

/// <summary>From a path or handle and a checked request to a map, leaving nothing behind on failure.</summary>
internal static unsafe class MapOpening
{
    private const int Eperm = 1;
    private const int Enoent = 2;
    private const int Ebadf = 9;
    private const int Eacces = 13;
    private const int Eisdir = 21;
    private const int Win32AccessDenied = 5;
    private const int Win32InvalidHandle = 6;
    private const int Win32FileNotFound = 2;

    /// <summary>Opens and maps.</summary>
    public static MemoryMap OpenAndMap(string path, MapRequest request, MapOptions options)
    {
        if (PlainOpening.IsFor(path, request, options) && PlainOpening.TryOpenAndMap(path, request) is { } plain)
        {
            return plain;
        }
        SafeFileHandle file = OpenFile(path, request.Access, options, out bool created);
        try
        {
            return MapGrowing(file, request, path, new MapArguments(nameof(path), nameof(options)));
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
        finally
        {
            // The map has a duplicate. Closing this one also ends the lock that stands for FileShare on POSIX, and that
            // would keep everybody who opens the file with the framework's defaults from writing while it is mapped.
            file.Dispose();
        }
    }

    /// <summary>
    /// Maps, and makes the file long enough where it is to be written. In this order: what can fail about mapping has
    /// failed before the file is touched, since a file that was made longer cannot safely be made shorter again, with
    /// others writing to it. A map may be longer than its file meanwhile (mmap(2)); Windows makes the file longer by
    /// itself.
    /// </summary>
    public static MemoryMap MapGrowing(SafeFileHandle file, MapRequest request, string? path, MapArguments arguments)
    {
        const int AfterGrowing = Mmap.MAP_LOCKED | Mmap.MAP_POPULATE;
        if (request.Length == 0 || !TryGetLength(file, out long before) || request.Offset + request.Length <= before)
        {
            return Map(file, request, path, arguments);
        }
        if (request.Access != MapAccess.ReadWrite && before != 0)
        {
            RefuseToGrow(request, before);
        }
        MemoryMap map = Map(file, request with { Flags = request.Flags & ~AfterGrowing }, path, arguments);
        try
        {
            // A device has no length, and backs every map.
            if (before != 0 || !map.IsBacked)
            {
                Grow(file, request, before, path);
                map.RefreshBacking();
            }
            map.LockAndReadAhead(request.Flags & AfterGrowing);
            return map;
        }
        catch
        {
            map.Dispose();
            throw;
        }
    }

    /// <summary>Maps as mmap(2) would, without a look at the file's length.</summary>
    public static MemoryMap Map(SafeFileHandle? file, MapRequest request, string? path, MapArguments arguments)
    {
        NativeError error;
        nint map;
        int status = file is null
            ? MapAnonymous(request, &map, &error)
            : MapFile(file, request, &map, &error);
        bool badHandle = error.OsCode == ((OsErrorDomain)error.OsDomain == OsErrorDomain.Win32 ? Win32InvalidHandle : Ebadf);
        string argument = badHandle ? arguments.File : arguments.Range;
        MapErrors.ThrowIfFailed(status, error, file is null ? "map memory" : "map", path, argument);

        return Finish(map, request, path);
    }

    /// <summary>Makes the object of a native map, or closes that.</summary>
    public static MemoryMap Finish(nint map, MapRequest request, string? path)
    {
        // A map to the end of the file was measured by the file a moment ago.
        ulong backed = Interop.mmapio_map_length(map);
        if (request.Length != 0)
        {
            NativeError error;
            int status = Interop.mmapio_map_backed_length(map, &backed, &error);
            if (status != 0)
            {
                _ = Interop.mmapio_map_close(map);
                MapErrors.ThrowIfFailed(status, error, "ask for the length of", path);
            }
        }
        return new MemoryMap(map, request, path, (long)backed);
    }

    private static int MapAnonymous(MapRequest request, nint* map, NativeError* error)
    {
        NativeMapOptions options = request.ToNative();
        return Interop.mmapio_map_anonymous(&options, map, error);
    }

    private static int MapFile(SafeFileHandle file, MapRequest request, nint* map, NativeError* error)
    {
        NativeMapOptions options = request.ToNative();
        bool held = false;
        try
        {
            file.DangerousAddRef(ref held);
            return Interop.mmapio_map_file(file.DangerousGetHandle(), &options, map, error);
        }
        finally
        {
            if (held)
            {
                file.DangerousRelease();
            }
        }
    }

    /// <summary>What cannot seek, such as a pipe, has no length. That it cannot be mapped either is for mmap to say.</summary>
    public static bool TryGetLength(SafeFileHandle file, out long length)
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

    private static void Grow(SafeFileHandle file, MapRequest request, long before, string? path)
    {
        long needed = request.Offset + request.Length;
        if (request.Access != MapAccess.ReadWrite)
        {
            RefuseToGrow(request, before);
        }
        if (request.Allocate)
        {
            Allocate(file, needed, path);
            return;
        }
        try
        {
            RandomAccess.SetLength(file, needed);
        }
        catch (ArgumentOutOfRangeException)
        {
            MapErrors.ThrowOption(
                nameof(MapOptions.Length), request.Length, $"The file system cannot have a file of {needed} bytes.");
        }
    }

    [DoesNotReturn]
    private static void RefuseToGrow(MapRequest request, long before) => MapErrors.ThrowOption(
        nameof(MapOptions.Length), request.Length,
        $"The map would end at byte {request.Offset + request.Length}, but the file has {before} bytes, and a map that " +
        "is not written to the file cannot make it longer.");

    /// <summary>Has all blocks up to a length allocated, holes included, and makes the file that long.</summary>
    private static void Allocate(SafeFileHandle file, long length, string? path)
    {
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
        MapErrors.ThrowIfFailed(status, error, "allocate", path);
    }

    /// <summary>Opens by the framework's rules, and tells whether this call is what created the file.</summary>
    public static SafeFileHandle OpenFile(string path, MapAccess access, MapOptions options, out bool created)
    {
        FileAccess fileAccess = access == MapAccess.ReadWrite ? FileAccess.ReadWrite : FileAccess.Read;
        created = false;
        try
        {
            if (options.Mode is FileMode.OpenOrCreate or FileMode.Create && fileAccess == FileAccess.ReadWrite)
            {
                // Asking whether the file exists would leave time for somebody else to create it.
                try
                {
                    SafeFileHandle fresh = File.OpenHandle(path, FileMode.CreateNew, fileAccess, options.Share);
                    created = true;
                    return fresh;
                }
                catch (IOException) when (File.Exists(path) || Directory.Exists(path))
                {
                    // It is there.
                }
            }
            // An empty file made for reading is nothing that anybody would miss, nor mind to keep.
            bool missing = options.Mode == FileMode.OpenOrCreate && fileAccess == FileAccess.Read && !File.Exists(path);
            SafeFileHandle file = File.OpenHandle(path, options.Mode, fileAccess, options.Share);
            created = missing || options.Mode == FileMode.CreateNew;
            return file;
        }
        catch (UnauthorizedAccessException e)
        {
            throw Denied("map", path, e);
        }
        catch (FileNotFoundException e)
        {
            throw NotFound(path, e);
        }
    }

    /// <summary>Opens a file that must be there, minding nobody who has it open.</summary>
    /// <param name="action">What is to be done with it, to follow "Cannot".</param>
    /// <param name="path">The file.</param>
    public static SafeFileHandle OpenExisting(string action, string path)
    {
        try
        {
            return File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (UnauthorizedAccessException e)
        {
            throw Denied(action, path, e);
        }
        catch (FileNotFoundException e)
        {
            throw NotFound(path, e);
        }
    }

    private static FileNotFoundException NotFound(string path, FileNotFoundException e) => new(
        e.Message, path,
        Inner(e.Message, path, MapStatus.NotFound, OperatingSystem.IsWindows() ? Win32FileNotFound : Enoent));

    private static UnauthorizedAccessException Denied(string action, string path, UnauthorizedAccessException e)
    {
        bool isDirectory = Directory.Exists(path);
        string message = $"Cannot {action} '{path}': {(isDirectory ? "it is a directory." : e.Message)}";

        // The framework keeps the system's code in the exception inside, if anywhere.
        int code = e.InnerException?.HResult & 0xFFFF ?? 0;
        if (code is not (Eperm or Eacces))
        {
            code = OperatingSystem.IsWindows() ? Win32AccessDenied : isDirectory ? Eisdir : Eacces;
        }
        return new UnauthorizedAccessException(message, Inner(message, path, MapStatus.AccessDenied, code));
    }

    private static MmapIoException Inner(string message, string path, MapStatus status, int code) => new(message, status)
    {
        OsErrorCode = code,
        OsErrorDomain = OperatingSystem.IsWindows() ? OsErrorDomain.Win32 : OsErrorDomain.Errno,
        NativeCall = OperatingSystem.IsWindows() ? "CreateFile" : "open",
        Path = path,
    };
}
