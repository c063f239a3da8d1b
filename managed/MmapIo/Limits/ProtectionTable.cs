using System.Collections.Immutable;

namespace MmapIo;

/// <summary>
/// Which pages of a map permit what, once <see cref="MemoryMap.Protect(MapProtection)"/> was called, counted from the one
/// that the map begins in. Never changes: a change makes a new table, so that readers need no lock. Old and new share what
/// they have in common, so that a change costs the same however many there were before.
/// </summary>
internal sealed class ProtectionTable
{
    private static readonly Comparer<(long End, MapProtection Protection)> s_byEnd =
        Comparer<(long End, MapProtection Protection)>.Create((left, right) => left.End.CompareTo(right.End));

    private readonly ImmutableList<(long End, MapProtection Protection)> _segments;

    public ProtectionTable(long pages, MapProtection protection)
        : this([(pages, protection)])
    {
    }

    private ProtectionTable(ImmutableList<(long End, MapProtection Protection)> segments) => _segments = segments;

    /// <summary>Is all of it protected alike, and how?</summary>
    public MapProtection? Uniform => _segments.Count == 1 ? _segments[0].Protection : null;

    /// <summary>Do all of so many pages from first on permit all that is needed?</summary>
    public bool Allows(long first, long count, MapProtection needed)
    {
        for (int i = IndexOf(first); i < _segments.Count && count > 0; i++)
        {
            (long last, MapProtection protection) = _segments[i];
            if ((protection & needed) != needed)
            {
                return false;
            }
            if (last >= first + count)
            {
                break;
            }
        }
        return true;
    }

    /// <summary>The table with [from, to) changed: a range inside it that is not empty.</summary>
    public ProtectionTable With(long from, long to, MapProtection protection)
    {
        int first = IndexOf(from);
        int last = IndexOf(to - 1);

        // With the neighbours, which the change may have made alike.
        int before = Math.Max(first - 1, 0);
        int after = Math.Min(last + 1, _segments.Count - 1);
        var changed = new List<(long End, MapProtection Protection)>(5);
        long start = before == 0 ? 0 : _segments[before - 1].End;
        if (before != first)
        {
            Add(changed, _segments[before].End, start, _segments[before].Protection);
            start = _segments[before].End;
        }
        Add(changed, from, start, _segments[first].Protection);
        Add(changed, to, from, protection);
        Add(changed, _segments[last].End, to, _segments[last].Protection);
        if (after != last)
        {
            Add(changed, _segments[after].End, _segments[last].End, _segments[after].Protection);
        }
        return new ProtectionTable(
            _segments.RemoveRange(before, after - before + 1).InsertRange(before, changed));
    }

    /// <summary>The table for another number of pages, which is not 0. New ones have the protection the map began with.
    /// </summary>
    public ProtectionTable Resized(long pages, MapProtection initial)
    {
        var segments = new List<(long End, MapProtection Protection)>(_segments.Count + 1);
        long start = 0;
        foreach ((long end, MapProtection protection) in _segments)
        {
            Add(segments, Math.Min(end, pages), start, protection);
            start = end;
        }
        Add(segments, pages, start, initial);
        return new ProtectionTable([.. segments]);
    }

    /// <summary>The pages that are alike, from first to end: how each stretch of them is protected.</summary>
    public IEnumerable<(long First, long End, MapProtection Protection)> Stretches(long first, long end)
    {
        for (int i = IndexOf(first); i < _segments.Count && first < end; i++)
        {
            long stop = Math.Min(_segments[i].End, end);
            yield return (first, stop, _segments[i].Protection);
            first = stop;
        }
    }

    /// <summary>The segment that a page lies in; how many there are, if it lies in none.</summary>
    private int IndexOf(long page)
    {
        int found = _segments.BinarySearch((page + 1, default), s_byEnd);
        return found < 0 ? ~found : found;
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
