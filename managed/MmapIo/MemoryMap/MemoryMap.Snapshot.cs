using Microsoft.Win32.SafeHandles;

namespace MmapIo;

public sealed unsafe partial class MemoryMap
{
    // Large enough to keep a device busy, small enough to say soon that a file has become shorter.
    private const int SnapshotPiece = 1 << 24;

    /// <summary>
    /// Maps a file as it is now: what others write to it later does not show, and what is written to the map stays in
    /// this process. A plain <see cref="MapAccess.CopyOnWrite"/> map promises the second only: pages that were not
    /// written to go on following the file.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <returns>A map for reading and writing, of private memory: nobody who shortens the file can hurt it.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="UnauthorizedAccessException">The file, or the directory, does not permit it.</exception>
    /// <exception cref="PlatformNotSupportedException">What has that path is no file, such as a pipe.</exception>
    /// <exception cref="MmapIoException">Not enough memory; or the file became shorter while it was
    /// read (<see cref="MapStatus.Fault"/>).</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <remarks>Costs as much memory as the file is long, and the time to read it, at once. What somebody writes during
    /// that time may be seen in part: a snapshot is of one moment only if nobody writes meanwhile.</remarks>
    public static MemoryMap OpenSnapshot(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        NativeLibraryCheck.Require();
        using SafeFileHandle file = MapOpening.OpenFile(path, MapAccess.Read, MapRequest.Defaults, out _);
        if (!MapOpening.TryGetLength(file, out long length) || length == 0)
        {
            // An empty map, or what the system says of a thing that has no length.
            return Open(file, MapAccess.CopyOnWrite);
        }
        MapRequest request = MapRequest.ForMemory(length, null) with { Access = MapAccess.CopyOnWrite };
        MemoryMap map = MapOpening.Map(null, request, path, new MapArguments(nameof(path), nameof(path)));
        try
        {
            map.FillFrom(file, path);
            return map;
        }
        catch
        {
            map.Dispose();
            throw;
        }
    }

    private void FillFrom(SafeFileHandle file, string path)
    {
        using MapWriteLease lease = LeaseForWrite();
        for (long done = 0; done < lease.Length;)
        {
            int piece = (int)Math.Min(lease.Length - done, SnapshotPiece);
            int read = RandomAccess.Read(file, lease.Slice(done, piece), done);
            if (read == 0)
            {
                throw new MmapIoException(
                    $"The file '{path}' became shorter while it was read: it ends after {done} of {lease.Length} bytes.",
                    MapStatus.Fault)
                {
                    Path = path,
                };
            }
            done += read;
        }
    }
}
