namespace Measurements;

/// <summary>Stations by their names, which are compared as the bytes they are in the file: no string is made of them.</summary>
internal sealed class StationTable
{
    private Station?[] _slots = new Station?[4096];
    private int _count;

    /// <summary>The station of that name, made at the first time.</summary>
    public Station Find(ReadOnlySpan<byte> name)
    {
        int slot = SlotOf(name);
        return _slots[slot] ?? Insert(slot, new Station(name.ToArray()));
    }

    public StationTable Merge(StationTable other)
    {
        foreach (Station? station in other._slots)
        {
            if (station is not null)
            {
                Find(station.Name).Add(station);
            }
        }
        return this;
    }

    public IEnumerable<Station> InOrder() =>
        _slots.OfType<Station>().OrderBy(station => station.ToString(), StringComparer.Ordinal);

    /// <summary>Where a station of that name is, or would be.</summary>
    private int SlotOf(ReadOnlySpan<byte> name)
    {
        uint hash = 2166136261;
        foreach (byte letter in name)
        {
            hash = (hash ^ letter) * 16777619;
        }
        int slot = (int)((hash ^ (hash >> 15)) & (uint)(_slots.Length - 1));
        while (_slots[slot] is { } station && !name.SequenceEqual(station.Name))
        {
            slot = (slot + 1) & (_slots.Length - 1);
        }
        return slot;
    }

    private Station Insert(int slot, Station station)
    {
        _slots[slot] = station;
        _count++;
        if (_count > _slots.Length / 2)
        {
            Station?[] old = _slots;
            _slots = new Station?[old.Length * 2];
            foreach (Station? each in old)
            {
                if (each is not null)
                {
                    _slots[SlotOf(each.Name)] = each;
                }
            }
        }
        return station;
    }
}
