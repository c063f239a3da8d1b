using Microsoft.Win32.SafeHandles;

namespace MmapIo;

public sealed unsafe partial class MemoryMap
{
    /// <summary>
    /// Maps a file as it is now: what others write to it later does not show, and what is written to the map stays in
    /// this process. A plain <see cref="MapAccess.CopyOnWrite"/> map promises the second only: pages that were not
    /// written to go on following the file.
    /// <para>The file is read to its end, wherever that is said to be: files of /proc and /sys, which have contents but
    /// no length, can be had this way and no other, and so can block devices.</para>
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="options">Which part of the file, and how to map the memory; null for all of it.
    /// <see cref="MapOptions.Mode"/> must be left alone.</param>
    /// <returns>A map for reading and writing, of private memory: nobody who shortens the file can hurt it.</returns>
    /// <exception cref="ArgumentException">An argument or option has a value that is not allowed, or the part is not
    /// inside the file.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="UnauthorizedAccessException">The file, or the directory, does not permit it.</exception>
    /// <exception cref="PlatformNotSupportedException">What has that path is no file: a pipe, a socket, a device of
    /// characters. The message says which.</exception>
    /// <exception cref="MmapIoException">Not enough memory; a limit.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <remarks>Costs as much memory as the file is long, and the time to read it, at once. What somebody writes during
    /// that time may be seen in part, or make it shorter or longer: a snapshot is of one moment only if nobody writes
    /// meanwhile.</remarks>
    public static MemoryMap OpenSnapshot(string path, MapOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        MapRequest request = MapRequest.ForFile(MapAccess.CopyOnWrite, options);
        if (request.Mode != FileMode.Open)
        {
            MapErrors.ThrowOption(nameof(MapOptions.Mode), request.Mode, "A snapshot is of a file that is there.");
        }
        NativeLibraryCheck.Require();
        using SafeFileHandle file = FileOpening.Open(path, request, out _);
        return MapSnapshot.Take(file, path, request);
    }
}
