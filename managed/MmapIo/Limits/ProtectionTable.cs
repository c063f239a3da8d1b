using System.Collections.Immutable;

namespace MmapIo;

/// <summary>
/// Which range of a map permits what, once <see cref="MemoryMap.Protect(MapProtection)"/> was called. Never changes:
/// a change makes a new table, so that readers need no lock. Old and new share what they have in common, so that a
/// change costs the same however many there were before.
/// </summary>
internal sealed class ProtectionTable
{
    private static readonly Comparer<(long End, MapProtection Protection)> s_byEnd =
        Comparer<(long End, MapProtection Protection)>.Create((left, right) => left.End.CompareTo(right.End));

    private readonly ImmutableList<(long End, MapProtection Protection)> _segments;

    public ProtectionTable(long length, MapProtection protection)
        : this([(length, protection)])
    {
    }

    private ProtectionTable(ImmutableList<(long End, MapProtection Protection)> segments) => _segments = segments;

    /// <summary>Is all of it protected alike, and how?</summary>
    public MapProtection? Uniform => _segments.Count == 1 ? _segments[0].Protection : null;

    /// <summary>Does every byte of [offset, offset + length) permit all that is needed?</summary>
    public bool Allows(long offset, long length, MapProtection needed)
    {
        if (length <= 0)
        {
            return true;
        }
        for (int i = IndexOf(offset); i < _segments.Count; i++)
        {
            (long end, MapProtection protection) = _segments[i];
            if ((protection & needed) != needed)
            {
                return false;
            }
            if (end >= offset + length)
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

    /// <summary>The table for another length. What is new has the protection the map began with.</summary>
    public ProtectionTable? Resized(long length, MapProtection initial)
    {
        var segments = new List<(long End, MapProtection Protection)>(_segments.Count + 1);
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

    /// <summary>The segment that a byte lies in; how many there are, if it lies in none.</summary>
    private int IndexOf(long offset)
    {
        int found = _segments.BinarySearch((offset + 1, default), s_byEnd);
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
