namespace MmapIo;

/// <summary>How a map is being used; what stands more in the way is the larger.</summary>
internal enum MapUse
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>By a call on it, which ends by itself: it can be waited for.</summary>
    Call,

    /// <summary>By a lease, or memory on the heap, which ends when its holder likes.</summary>
    Lease,
}
