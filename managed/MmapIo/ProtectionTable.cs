namespace MmapIo;

/// <summary>
/// Which range of a map permits what, once <see cref="MemoryMap.Protect(MapProtection)"/> was called. Never changes:
/// a change makes a new table, so that readers need no lock.
/// </summary>
internal sealed class ProtectionTable
{
    private readonly (long End, MapProtection Protection)[] _segments;

    public ProtectionTable(long length, MapProtection protection)
        : this([(length, protection)])
    {
    }

    private ProtectionTable((long End, MapProtection Protection)[] segments) => _segments = segments;

    /// <summary>Is all of it protected alike, and how?</summary>
    public MapProtection? Uniform => _segments.Length == 1 ? _segments[0].Protection : null;

    /// <summary>Does every byte of [offset, offset + length) permit all that is needed?</summary>
    public bool Allows(long offset, long length, MapProtection needed)
    {
        long start = 0;
        foreach ((long end, MapProtection protection) in _segments)
        {
            bool touches = Math.Max(start, offset) < Math.Min(end, offset + length);
            if (touches && (protection & needed) != needed)
            {
                return false;
            }
            start = end;
        }
        return true;
    }

    /// <summary>The table with [from, to) changed.</summary>
    public ProtectionTable With(long from, long to, MapProtection protection)
    {
        var segments = new List<(long End, MapProtection Protection)>(_segments.Length + 2);
        long start = 0;
        foreach ((long end, MapProtection old) in _segments)
        {
            Add(segments, Math.Min(end, from), start, old);
            Add(segments, Math.Min(end, to), Math.Max(start, from), protection);
            Add(segments, end, Math.Max(start, to), old);
            start = end;
        }
        return new ProtectionTable([.. segments]);
    }

    /// <summary>The table for another length. What is new has the protection the map began with.</summary>
    public ProtectionTable? Resized(long length, MapProtection initial)
    {
        var segments = new List<(long End, MapProtection Protection)>(_segments.Length + 1);
        long start = 0;
        foreach ((long end, MapProtection protection) in _segments)
        {
            Add(segments, Math.Min(end, length), start, protection);
            start = end;
        }
        Add(segments, length, start, initial);
        return segments.Count == 0 ? null : new ProtectionTable([.. segments]);
    }

    /// <summary>Calls action with start, end and protection of each part.</summary>
    public void ForEach(Action<long, long, MapProtection> action)
    {
        long start = 0;
        foreach ((long end, MapProtection protection) in _segments)
        {
            action(start, end, protection);
            start = end;
        }
    }

    private static void Add(
        List<(long End, MapProtection Protection)> segments, long end, long start, MapProtection protection)
    {
        if (start >= end)
        {
            return;
        }
        if (segments.Count > 0 && segments[^1].Protection == protection)
        {
            segments.RemoveAt(segments.Count - 1);
        }
        segments.Add((end, protection));
    }
}
