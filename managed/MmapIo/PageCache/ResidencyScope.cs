namespace MmapIo;

/// <summary>Whose memory a <see cref="MapResidency"/> speaks of.</summary>
public enum ResidencyScope
{
    /// <summary>The system does not say.</summary>
    Unknown,

    /// <summary>The system's page cache: what any process would find in memory.</summary>
    PageCache,

    /// <summary>The pages of this process only.</summary>
    WorkingSet,
}
