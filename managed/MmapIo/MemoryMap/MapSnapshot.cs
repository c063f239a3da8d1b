using Microsoft.Win32.SafeHandles;

namespace MmapIo;

/// <summary>Reads a file to its end into memory without a file, not relying on the length it says it has.</summary>
internal static class MapSnapshot
{
    /// <summary>Large enough to keep a device busy.</summary>
    private const int Piece = 1 << 24;

    /// <summary>For what does not say how long it is.</summary>
    private const long FirstLength = 1 << 16;

    /// <summary>Makes the map, of what the request asks for of the file.</summary>
    public static MemoryMap Take(SafeFileHandle file, string path, MapRequest request)
    {
        if (FileKinds.Of(file) == FileKind.Device)
        {
            // It may have no end.
            MapErrors.ThrowNoFile("read", path, FileKind.Device);
        }
        long wanted = request.Length == 0 ? long.MaxValue - request.Offset : request.Length;
        long said = MapOpening.TryGetLength(file, out long total) ? Math.Max(0, total - request.Offset) : 0;
        MapRequest memory = request.WithHandle() with
        {
            Offset = 0,
            Length = Math.Min(wanted, said == 0 ? FirstLength : said),
        };
        MemoryMap map = MapOpening.Map(null, memory, path, new MapArguments(nameof(path), "options"));
        try
        {
            long length = Fill(map, file, request.Offset, wanted);
            if (length < request.Length || (length == 0 && request.Offset > total))
            {
                MapErrors.ThrowOption(
                    nameof(MapOptions.Offset), request.Offset,
                    $"The file has {length} bytes from there, and {Math.Max(request.Length, 1)} are asked for.");
            }
            if (length != map.Length)
            {
                map.Resize(length);
            }
            return map;
        }
        catch
        {
            map.Dispose();
            throw;
        }
    }

    /// <summary>Reads until there is no more, or all that is wanted, and tells how much that was.</summary>
    private static long Fill(MemoryMap map, SafeFileHandle file, long offset, long wanted)
    {
        Span<byte> beyond = stackalloc byte[512];
        for (long done = 0; ;)
        {
            if (done < map.Length)
            {
                using MapWriteLease lease = map.LeaseForWrite(done, Math.Min(map.Length - done, Piece));
                int read = RandomAccess.Read(file, lease.Span, offset + done);
                done += read;
                if (read == 0)
                {
                    return done;
                }
                continue;
            }
            int more = done == wanted ? 0 : RandomAccess.Read(file, beyond[..(int)Math.Min(wanted - done, beyond.Length)], offset + done);
            if (more == 0)
            {
                return done;
            }
            map.Resize(Math.Min(wanted, Math.Max(2 * done, done + Piece)));
            using MapWriteLease rest = map.LeaseForWrite(done, more);
            beyond[..more].CopyTo(rest.Span);
            done += more;
        }
    }
}
