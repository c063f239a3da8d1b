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
        NativeMapOptions options = request.ToNative();
        NativeError error;
        nint map;
        int status;
        fixed (byte* bytes = BytesOf(name))
        {
            status = Interop.mmapio_map_shared(bytes, &options, &map, &error);
        }
        MapErrors.ThrowIfFailed(status, error, name is null ? "make shared memory" : "map shared memory", name, argument);
        return MapOpening.Finish(map, request, name);
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
        int status;
        bool held = false;
        try
        {
            handle.DangerousAddRef(ref held);
            status = Interop.mmapio_map_import(handle.DangerousGetHandle(), &options, &map, &error);
        }
        finally
        {
            if (held)
            {
                handle.DangerousRelease();
            }
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
