namespace MmapIo;

/// <summary>
/// The lines of a map, to be gone through with foreach. A line ends with a line feed, which may be preceded by a
/// carriage return; neither belongs to it. The last line needs no line end.
/// <para>A line lies in the map, on a lease that ends with the loop. The compiler keeps it inside of the block that the
/// loop is in, not inside of the loop itself: to keep a line past the loop (in a <c>scoped</c> local, or one that
/// was given a <c>stackalloc</c>), take a lease before the loop, as below; without, the span may point at what
/// is unmapped, and touching it ends the process.</para>
/// <example>
/// <code>
/// using MapLease lease = map.Lease();
/// scoped ReadOnlySpan&lt;byte&gt; longest = default;
/// foreach (ReadOnlySpan&lt;byte&gt; line in map.Lines())
/// {
///     longest = line.Length > longest.Length ? line : longest;
/// }
/// Console.WriteLine(Encoding.UTF8.GetString(longest));
/// </code>
/// </example>
/// </summary>
public readonly ref struct MapLines
{
    private readonly MemoryMap? _map;

    // Of all lines, as long as MemoryMap.All: however long the map is when foreach begins.
    private readonly MapRange _range;

    internal MapLines(MemoryMap map, MapRange range)
    {
        _map = map;
        _range = range;
    }

    /// <summary>Starts at the first line. Holds a lease until it is disposed, as foreach does.</summary>
    /// <exception cref="ObjectDisposedException">The map is closed.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The map has become shorter, and the range is no longer inside.
    /// </exception>
    /// <exception cref="UnauthorizedAccessException">The range is protected against reading.</exception>
    /// <exception cref="MmapIoException">The file does not back the range: it ends before.</exception>
    public Enumerator GetEnumerator()
    {
        if (_map is null)
        {
            MapErrors.ThrowLeaseEnded(nameof(MapLines));
        }
        MapLease lease = _range.Length == MemoryMap.All ? _map.Lease() : _map.Lease(_range);
        return new Enumerator(lease, _range.Offset);
    }

    /// <summary>Goes from line to line.</summary>
    public ref struct Enumerator : IDisposable
    {
        private readonly MapLease _lease;
        private readonly long _offset;
        private long _next;
        private long _start;
        private int _length;

        internal Enumerator(MapLease lease, long offset)
        {
            _lease = lease;
            _offset = offset;
        }

        /// <summary>The line. Lives as long as the enumerator: after that was disposed, by hand and before its scope
        /// ends, the memory may be gone, and touching the span ends the process.</summary>
        [System.Diagnostics.CodeAnalysis.UnscopedRef]
        public readonly ReadOnlySpan<byte> Current => _lease.Slice(_start, _length);

        /// <summary>Where the line begins, in bytes from the start of the map.</summary>
        public readonly long Offset => _offset + _start;

        /// <summary>Goes to the next line.</summary>
        /// <returns>False if there is none.</returns>
        /// <exception cref="InvalidOperationException">A line is longer than 2 GiB.</exception>
        public bool MoveNext()
        {
            long total = _lease.Length;
            if (_next >= total)
            {
                return false;
            }
            _start = _next;
            long found = _lease.As<byte>().Slice(_start, total - _start).IndexOf((byte)'\n');
            long end = found < 0 ? total : _start + found;
            _next = found < 0 ? total : end + 1;
            if (found > 0 && _lease[end - 1] == '\r')
            {
                end--;
            }
            if (end - _start > int.MaxValue)
            {
                MapErrors.ThrowTooLongForSpan(end - _start);
            }
            _length = (int)(end - _start);
            return true;
        }

        /// <summary>Returns the lease.</summary>
        public readonly void Dispose() => _lease.Dispose();
    }
}
