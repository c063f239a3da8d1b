namespace MmapIo;

/// <summary>
/// The short way from a path to a map, on Linux and macOS: all of an existing file that others may do with as they
/// like. No handle on the heap in between, and no lock, by which the framework imitates FileShare: that alone would cost
/// a tenth of opening, mapping and unmapping a small file.
/// Says nothing about what goes wrong with a file: then the framework's way is taken, from the start, and it finds the
/// words.
/// </summary>
internal static unsafe class PlainOpening
{
    /// <summary>MMAPIO_MAP_ADOPT_FILE: the map closes the descriptor.</summary>
    private const uint AdoptFile = 0x2000000;

    public static bool IsFor(string path, in MapRequest request) =>
        (OperatingSystem.IsLinux() || OperatingSystem.IsMacOS())
        && request.Mode == FileMode.Open && request.Share == MapRequest.Defaults.Share && request.Length == 0
        && !path.Contains('\0', StringComparison.Ordinal);

    /// <summary>Opens and maps; null if anything at all is in the way of mapping a file.</summary>
    public static MemoryMap? TryOpenAndMap(string path, in MapRequest request)
    {
        int access = request.Access == MapAccess.ReadWrite ? Interop.OpenReadWrite : 0;
        int file = Interop.open(Path.GetFullPath(path), access | Interop.CloseOnExec | Interop.NonBlocking);
        if (file < 0)
        {
            return null;
        }
        NativeMapOptions native = request.ToNative();
        native.Flags |= AdoptFile;
        nint map;
        NativeError error;
        int status = Interop.mmapio_map_file(file, &native, &map, &error);
        if (status != 0)
        {
            _ = Interop.close(file);
            return null;
        }
        return new MemoryMap(map, request, path, (long)Interop.mmapio_map_length(map));
    }
}
