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
    private const int Ebadf = 9;
    private const int Win32InvalidHandle = 6;

    /// <summary>Opens and maps.</summary>
    public static MemoryMap OpenAndMap(string path, MapRequest request)
    {
        if (PlainOpening.IsFor(path, request) && PlainOpening.TryOpenAndMap(path, request) is { } plain)
        {
            return plain;
        }
        var arguments = new MapArguments(nameof(path), "options");
        SafeFileHandle file = FileOpening.Open(path, request, out string? created);
        try
        {
            if (request.Mode is FileMode.Create or FileMode.Truncate && created is null)
            {
                Empty(file, request, path, arguments);
            }
            return MapGrowing(file, request, path, arguments);
        }
        catch
        {
            file.Dispose();
            if (created is not null)
            {
                File.Delete(created);
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
    /// Cuts a file off at its beginning, after a rehearsal: mapped as asked for, and made as long, it was once, so that
    /// what cannot be has failed while its contents are still there. Not under a map, because Windows cuts nothing that
    /// is mapped.
    /// </summary>
    private static void Empty(SafeFileHandle file, MapRequest request, string path, MapArguments arguments)
    {
        if (!TryGetLength(file, out long before) || before == 0)
        {
            return;
        }
        if (request.Length == 0 && request.Offset != 0)
        {
            RefuseOffset(request, 0);
        }
        MapRequest rehearsal = request with
        {
            Length = Math.Max(request.Length, 1),
            Flags = request.Flags & ~Mmap.MAP_POPULATE,
        };
        try
        {
            MapGrowing(file, rehearsal, path, arguments).Dispose();
            if (request.Length != 0)
            {
                // Not only what is past the end: all blocks are taken anew.
                Grow(file, request, 0, path);
            }
            SetLength(file, 0, path);
        }
        catch
        {
            GiveBack(file, before, request.Offset + request.Length);
            throw;
        }
    }

    /// <summary>
    /// Maps, and makes the file long enough where it is to be written. In this order: what can fail about mapping has
    /// failed before the file is touched. A map may be longer than its file meanwhile (mmap(2)); Windows makes the file
    /// longer by itself.
    /// </summary>
    public static MemoryMap MapGrowing(SafeFileHandle file, MapRequest request, string? path, MapArguments arguments)
    {
        const int AfterGrowing = Mmap.MAP_LOCKED | Mmap.MAP_POPULATE;
        bool hasLength = TryGetLength(file, out long before);
        if (hasLength && request.Length == 0 && request.Offset > before && FileKinds.Of(file) == FileKind.File)
        {
            RefuseOffset(request, before);
        }
        if (!hasLength || request.Length == 0 || request.Offset + request.Length <= before)
        {
            return Map(file, request, path, arguments);
        }
        if (request.Access != MapAccess.ReadWrite && before != 0)
        {
            RefuseToGrow(request, before);
        }
        MemoryMap? map = null;
        try
        {
            if ((request.Flags & Interop.NoHandle) != 0)
            {
                // All of such a map has to be in the file: one that has a handle makes it long enough.
                MapGrowing(file, request.WithHandle(), path, arguments).Dispose();
                return Map(file, request, path, arguments);
            }
            map = Map(file, request with { Flags = request.Flags & ~AfterGrowing }, path, arguments);

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
            map?.Dispose();
            GiveBack(file, before, request.Offset + request.Length);
            throw;
        }
    }

    /// <summary>Gives a file the length it had, unless somebody else has changed it meanwhile.</summary>
    private static void GiveBack(SafeFileHandle file, long before, long end)
    {
        if (end > before && TryGetLength(file, out long now) && now == end)
        {
            NativeError ignored;
            _ = Interop.mmapio_file_set_length(file, (ulong)before, &ignored);
        }
    }

    /// <summary>Maps as mmap(2) would, without a look at the file's length.</summary>
    public static MemoryMap Map(SafeFileHandle? file, MapRequest request, string? path, MapArguments arguments)
    {
        NativeError error;
        nint map;
        int status = TryMap(file, request, &map, &error);
        if (DroppedMaps.WereInTheWay(status))
        {
            status = TryMap(file, request, &map, &error);
        }
        if (status == (int)MapStatus.Unsupported && file is not null && FileKinds.Of(file) is not FileKind.File and var kind)
        {
            (error.OsDomain, error.OsCode) = (Interop.DomainOfKinds, (int)kind);
        }
        bool badHandle = error.OsCode == ((OsErrorDomain)error.OsDomain == OsErrorDomain.Win32 ? Win32InvalidHandle : Ebadf);
        string argument = badHandle ? arguments.File : arguments.Range;
        MapErrors.ThrowIfFailed(
            status, error, file is null ? "map memory" : "map", path, argument, request.HugePagesRefused);

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

    private static int TryMap(SafeFileHandle? file, MapRequest request, nint* map, NativeError* error)
    {
        NativeMapOptions options = request.ToNative();
        return file is null
            ? Interop.mmapio_map_anonymous(&options, map, error)
            : Interop.mmapio_map_file(file, &options, map, error);
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

    /// <summary>Makes the file as long as the map needs it, with blocks from a byte on: see
    /// <see cref="MapOptions.Allocate"/>.</summary>
    private static void Grow(SafeFileHandle file, MapRequest request, long from, string? path)
    {
        long needed = request.Offset + request.Length;
        if (request.Access != MapAccess.ReadWrite)
        {
            RefuseToGrow(request, from);
        }
        if (request.Allocate || (request.Flags & Mmap.MAP_NORESERVE) == 0)
        {
            NativeError error;
            long first = request.Allocate ? 0 : from;
            int status = Interop.mmapio_file_allocate(file, (ulong)first, (ulong)(needed - first), &error);
            if (request.Allocate || status != (int)MapStatus.Unsupported)
            {
                ThrowIfTooLong(status, request, needed);
                MapErrors.ThrowIfFailed(status, error, "allocate", path);
                return;
            }
        }
        SetLength(file, Math.Max(needed, TryGetLength(file, out long present) ? present : 0), path, request);
    }

    private static void SetLength(SafeFileHandle file, long length, string? path, MapRequest request = default)
    {
        NativeError error;
        int status = Interop.mmapio_file_set_length(file, (ulong)length, &error);
        ThrowIfTooLong(status, request, length);
        MapErrors.ThrowIfFailed(status, error, "set the length of", path);
    }

    private static void ThrowIfTooLong(int status, MapRequest request, long needed)
    {
        if (status == (int)MapStatus.OutOfRange)
        {
            MapErrors.ThrowOption(
                nameof(MapOptions.Length), request.Length,
                $"The file system allows no file of {needed} bytes.");
        }
    }

    [DoesNotReturn]
    private static void RefuseToGrow(MapRequest request, long before) => MapErrors.ThrowOption(
        nameof(MapOptions.Length), request.Length,
        $"The map would end at byte {request.Offset + request.Length}, but the file has {before} bytes, and a map that " +
        "is not written to the file cannot make it longer.");

    [DoesNotReturn]
    private static void RefuseOffset(MapRequest request, long length) => MapErrors.ThrowOption(
        nameof(MapOptions.Offset), request.Offset,
        $"It lies past the end of the file, which has {length} bytes.");
}
