namespace MmapIo;

public sealed unsafe partial class MemoryMap
{
    /// <summary>Takes a range on lease, for reading at the speed of memory.</summary>
    /// <param name="range">The range, such as one of <see cref="Chunks"/>.</param>
    /// <inheritdoc cref="Lease(long, long)"/>
    public MapLease Lease(MapRange range) => Lease(range.Offset, range.Length);

    /// <summary>Splits the map into ranges that end on a delimiter, for several threads to work on.</summary>
    /// <param name="size">The least length of a range, at least 1: each ends at the first delimiter from there on. The
    /// last one may be shorter.</param>
    /// <param name="delimiter">The byte that ends a record; it belongs to the record.</param>
    /// <returns>Ranges that cover the map without gap or overlap; none for an empty map. Found one by one, by looking at
    /// the bytes around each boundary only.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="size"/> is not positive. While enumerating: somebody has
    /// made the map shorter at that very moment.</exception>
    /// <exception cref="ObjectDisposedException">The map is closed, also while enumerating.</exception>
    /// <exception cref="UnauthorizedAccessException">While enumerating: bytes around a boundary, or from there to the end
    /// of the map, are protected against reading.</exception>
    /// <exception cref="MmapIoException">While enumerating: the file does not back the map to its end.</exception>
    public IEnumerable<MapRange> Chunks(long size, byte delimiter)
    {
        ThrowIfClosed();
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(size);
        return Split(size, delimiter);
    }

#pragma warning disable MMAPIO001 // Nobody but these two shall name a MapScope.
    /// <summary>The lines of the map, as spans without their line ends: of all that the map has when foreach
    /// begins.</summary>
    /// <param name="scope">Leave it out: it keeps the lines from leaving the scope of the call.</param>
    /// <returns>What foreach goes through. It holds a lease until foreach ends.</returns>
    /// <exception cref="ObjectDisposedException">The map is closed.</exception>
    public MapLines Lines(in MapScope scope = default)
    {
        ThrowIfClosed();
        return new MapLines(this, new MapRange(0, All));
    }

    /// <summary>The lines of a range, as spans without their line ends.</summary>
    /// <param name="range">The range, such as one of <see cref="Chunks"/>.</param>
    /// <param name="scope">Leave it out: it keeps the lines from leaving the scope of the call.</param>
    /// <returns>What foreach goes through. It holds a lease until foreach ends.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The range is not inside the map.</exception>
    /// <exception cref="ObjectDisposedException">The map is closed.</exception>
    public MapLines Lines(MapRange range, in MapScope scope = default)
    {
        CheckRange(range.Offset, range.Length);
        ThrowIfClosed();
        return new MapLines(this, range);
    }
#pragma warning restore MMAPIO001

    private IEnumerable<MapRange> Split(long size, byte delimiter)
    {
        long start = 0;
        while (start < Length)
        {
            long end = size < Length - start ? EndOfRecord(start + size - 1, delimiter) : Length;
            yield return new MapRange(start, end - start);
            start = end;
        }
    }

    /// <summary>The offset behind the first delimiter from offset on; the end of the map if there is none.</summary>
    private long EndOfRecord(long offset, byte delimiter)
    {
        using MapLease lease = Lease(offset, Length - offset);
        long found = lease.As<byte>().IndexOf(delimiter);
        return found < 0 ? Length : offset + found + 1;
    }
}
