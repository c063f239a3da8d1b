using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace MmapIo;

/// <summary>From a checked name or handle to a map.</summary>
internal static unsafe class SharedMemory
{
    private const int LongestName = 30;

    /// <summary>The native library's rule, which is the same on every system.</summary>
    public static void CheckName(string name, [CallerArgumentExpression(nameof(name))] string? argument = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(name, argument);
        bool isPortable = name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-');
        if (!isPortable || name.Length > LongestName || name is "." or "..")
        {
            throw new ArgumentException(
                $"The name of shared memory has 1 to {LongestName} of the characters A-Z a-z 0-9 . _ - and is not . or ..",
                argument);
        }
    }

    public static MemoryMap Map(string? name, MapRequest request, string argument)
    {
        int status = TryMap(name, request, out nint map, out NativeError error);
        MapErrors.ThrowIfFailed(
            status, error, name is null ? "make shared memory" : "map shared memory", name, argument, request.HugePagesRefused);
        return MapOpening.Finish(map, request, name);
    }

    /// <summary>Opens, makes if there is none, opens if somebody was faster, and so on.</summary>
    /// <param name="name">The name.</param>
    /// <param name="request">How to make it, and how long it is at least.</param>
    /// <param name="created">Was it made?</param>
    public static MemoryMap MapOrMake(string name, MapRequest request, out bool created)
    {
        MapRequest opening = request with { Length = 0, Flags = request.Flags & ~(Interop.Create | Interop.DeleteOnClose) };
        int status;
        nint map;
        NativeError error;
        do
        {
            created = false;
            status = TryMap(name, opening, out map, out error);
            if (status == (int)MapStatus.NotFound)
            {
                created = true;
                status = TryMap(name, request, out map, out error);
            }
        }
        while (status == (int)MapStatus.Exists);
        MapErrors.ThrowIfFailed(status, error, "map shared memory", name, "length", request.HugePagesRefused);
        long present = (long)Interop.mmapio_map_length(map);
        if (present < request.Length)
        {
            _ = Interop.mmapio_map_close(map);
            MapErrors.ThrowRange("length", request.Length, $"The memory '{name}' is there, and has {present} bytes.");
        }
        return MapOpening.Finish(map, created ? request : opening, name);
    }

    private static int TryMap(string? name, MapRequest request, out nint map, out NativeError error)
    {
        NativeMapOptions options = request.ToNative();
        fixed (byte* bytes = BytesOf(name))
        fixed (nint* result = &map)
        fixed (NativeError* failure = &error)
        {
            int status = Interop.mmapio_map_shared(bytes, &options, result, failure);
            return DroppedMaps.WereInTheWay(status)
                ? Interop.mmapio_map_shared(bytes, &options, result, failure)
                : status;
        }
    }

    public static MemoryMap Import(SafeHandle handle, MapRequest request, string argument)
    {
        ArgumentNullException.ThrowIfNull(handle, argument);
        ObjectDisposedException.ThrowIf(handle.IsClosed, handle);
        if (handle.IsInvalid)
        {
            throw new ArgumentException("The handle is not an open one.", argument);
        }
        NativeLibraryCheck.Require();
        NativeMapOptions options = request.ToNative();
        NativeError error;
        nint map;
        int status = Interop.mmapio_map_import(handle, &options, &map, &error);
        if (DroppedMaps.WereInTheWay(status))
        {
            status = Interop.mmapio_map_import(handle, &options, &map, &error);
        }
        MapErrors.ThrowIfFailed(status, error, "map a handle", null, argument);
        return MapOpening.Finish(map, request, null);
    }

    public static void Delete(string name)
    {
        NativeError error;
        int status;
        fixed (byte* bytes = BytesOf(name))
        {
            status = Interop.mmapio_shared_unlink(bytes, &error);
        }
        MapErrors.ThrowIfFailed(status, error, "delete shared memory", name, nameof(name));
    }

    private static byte[]? BytesOf(string? name) => name is null ? null : Encoding.ASCII.GetBytes(name + '\0');
}
