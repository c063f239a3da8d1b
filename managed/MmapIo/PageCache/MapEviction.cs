namespace MmapIo;

/// <summary>How much of a range really left memory, in pages of <see cref="MemoryMap.PageSize"/> bytes.</summary>
public readonly record struct MapEviction
{
    /// <summary>
    /// Did the kernel tell? If not, every count but <see cref="Pages"/> is 0: on Linux, of files which the process
    /// neither owns nor may write.
    /// </summary>
    public bool IsKnown { get; init; }

    /// <summary>Whose memory the counts speak of.</summary>
    public ResidencyScope Scope { get; init; }

    /// <summary>Pages that the range touches.</summary>
    public long Pages { get; init; }

    /// <summary>Pages that were in memory before.</summary>
    public long ResidentPages { get; init; }

    /// <summary>Pages in memory afterwards: locked, mapped by others, of no file, or read in meanwhile.</summary>
    public long RemainingPages { get; init; }

    /// <summary>Pages by which there are fewer.</summary>
    public long EvictedPages => Math.Max(0, ResidentPages - RemainingPages);

    internal static MapEviction From(in NativeEviction report, bool isEmpty) => new()
    {
        IsKnown = isEmpty || (report.Known & Interop.KnownResident) != 0,
        Scope = (ResidencyScope)report.Scope,
        Pages = (long)report.Pages,
        ResidentPages = (long)report.ResidentBefore,
        RemainingPages = (long)report.ResidentAfter,
    };
}
