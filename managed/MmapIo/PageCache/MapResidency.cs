namespace MmapIo;

/// <summary>How much of a range is in memory, counted in pages of <see cref="MemoryMap.PageSize"/> bytes.</summary>
public readonly record struct MapResidency
{
    /// <summary>
    /// Did the kernel tell? If not, every count but <see cref="Pages"/> is 0 or null. On Linux that happens with
    /// files which the process neither owns nor may write: mincore(2) would call all of their pages resident.
    /// </summary>
    public bool IsKnown { get; init; }

    /// <summary>Whose memory the counts speak of.</summary>
    public ResidencyScope Scope { get; init; }

    /// <summary>Pages that the range touches.</summary>
    public long Pages { get; init; }

    /// <summary>Pages in memory.</summary>
    public long ResidentPages { get; init; }

    /// <summary>Pages modified and not yet written; null where the system does not count them.</summary>
    public long? DirtyPages { get; init; }

    /// <summary>Pages being written; null where the system does not count them.</summary>
    public long? WritebackPages { get; init; }

    /// <summary>Pages evicted lately, so that missing them hurts; null where the system does not count them.</summary>
    public long? RecentlyEvictedPages { get; init; }

    internal static MapResidency From(in NativeResidency report, bool isEmpty) => new()
    {
        IsKnown = isEmpty || (report.Known & Interop.KnownResident) != 0,
        Scope = (ResidencyScope)report.Scope,
        Pages = (long)report.Pages,
        ResidentPages = (long)report.Resident,
        DirtyPages = (report.Known & Interop.KnownDirty) != 0 ? (long)report.Dirty : null,
        WritebackPages = (report.Known & Interop.KnownWriteback) != 0 ? (long)report.Writeback : null,
        RecentlyEvictedPages = (report.Known & Interop.KnownEvicted) != 0 ? (long)report.RecentlyEvicted : null,
    };
}
