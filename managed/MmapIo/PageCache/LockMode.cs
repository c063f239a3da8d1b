namespace MmapIo;

/// <summary>When <see cref="MemoryMap.Lock(LockMode)"/> locks a page.</summary>
public enum LockMode
{
    /// <summary>At once, reading all of them in.</summary>
    Now,

    /// <summary>Each when it is first used. Linux 4.4 and later.</summary>
    OnFault,
}
