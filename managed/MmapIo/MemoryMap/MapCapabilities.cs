namespace MmapIo;

/// <summary>What this system can do with maps: fixed for the life of the process.</summary>
public sealed unsafe class MapCapabilities
{
    private static MapCapabilities? s_current;

    private readonly NativeCaps _caps;

    private MapCapabilities(NativeCaps caps) => _caps = caps;

    internal static MapCapabilities Current => s_current ??= Query();

    /// <summary>The size of a page in bytes.</summary>
    public int PageSize => (int)_caps.PageSize;

    /// <summary>What the system aligns file offsets to, in bytes.</summary>
    public int AllocationGranularity => (int)_caps.AllocationGranularity;

    /// <summary>Can <see cref="MemoryMap.Populate(bool)"/> do its work?</summary>
    public bool CanPopulate => Has(0x1);

    /// <summary>Can <see cref="MemoryMap.Lock(LockMode)"/>?</summary>
    public bool CanLock => Has(0x2);

    /// <summary>Can it with <see cref="LockMode.OnFault"/>?</summary>
    public bool CanLockOnFault => Has(0x4);

    /// <summary>Can <see cref="MemoryMap.GetResidency()"/>?</summary>
    public bool CanGetResidency => Has(0x8);

    /// <summary>Does it count dirty pages too, at no cost per page?</summary>
    public bool CanCountDirtyPages => Has(0x10);

    /// <summary>Is <see cref="MapOptions.ZeroFillOnFault"/> to be had?</summary>
    public bool CanZeroFillOnFault => Has(0x40);

    /// <summary>Does <see cref="MapOptions.Reserve"/> let maps grow in place?</summary>
    public bool CanReserve => Has(0x80);

    /// <summary>Can <see cref="MemoryMap.Evict()"/> drop pages, and count what went?</summary>
    public bool CanEvict => Has(0x1000);

    /// <summary>Can <see cref="MapFile.GetResidency(string)"/>?</summary>
    public bool CanGetFileResidency => Has(0x2000);

    /// <summary>Can <see cref="MapFile.Evict(string)"/>?</summary>
    public bool CanEvictFiles => Has(0x4000);

    /// <summary>Can <see cref="MemoryMap.CreateShared"/> make memory with a name?</summary>
    public bool CanShareByName => Has(0x10000);

    /// <summary>Does such memory last until <see cref="MemoryMap.DeleteShared"/>? Else it goes with its last map.</summary>
    public bool SharedNamesLast => Has(0x20000);

    /// <summary>Can <see cref="MemoryMap.Seal"/> set every one of <see cref="MapSeals"/>?</summary>
    public bool CanSeal => Has(0x40000);

    /// <summary>Is there <see cref="MapRingBuffer"/>?</summary>
    public bool CanMirror => Has(0x80000);

    /// <summary>Is <see cref="MapOptions.GuardPages"/> to be had?</summary>
    public bool CanSetGuardPages => Has(0x100000);

    /// <summary>Are there explicit huge pages, for those who have some set aside or may have them?</summary>
    public bool HasHugePages => Has(0x200000);

    /// <summary>Does the system know transparent huge pages?</summary>
    public bool HasTransparentHugePages => Has(0x400000);

    /// <summary>Whose memory the residency of a mapped file speaks of.</summary>
    public ResidencyScope ResidencyScope => (ResidencyScope)_caps.ResidencyScope;

    /// <summary>What the system makes of an advice, where the kind of map permits it at all.</summary>
    /// <param name="advice">The advice that would be given.</param>
    public AdviceOutcome GetOutcome(MapAdvice advice)
    {
        AdviceRules.Check(advice, nameof(advice));
        ulong bit = 1UL << (int)advice;
        return (_caps.AdviceApplied & bit) != 0 ? AdviceOutcome.Applied
            : (_caps.AdviceApproximated & bit) != 0 ? AdviceOutcome.Approximated
            : AdviceOutcome.Ignored;
    }

    /// <summary>What the system makes of an advice about a file that has a device behind it.</summary>
    /// <param name="advice">The advice that would be given.</param>
    public AdviceOutcome GetOutcome(FileAdvice advice)
    {
        AdviceRules.Check(advice, nameof(advice));
        uint bit = 1u << (int)advice;
        return (_caps.FileAdviceApplied & bit) != 0 ? AdviceOutcome.Applied
            : (_caps.FileAdviceApproximated & bit) != 0 ? AdviceOutcome.Approximated
            : AdviceOutcome.Ignored;
    }

    private bool Has(ulong feature) => (_caps.Features & feature) != 0;

    private static MapCapabilities Query()
    {
        NativeLibraryCheck.Require();
        NativeCaps caps = new() { StructSize = (uint)sizeof(NativeCaps) };
        int status = Interop.mmapio_caps_get(&caps);
        MapErrors.ThrowIfFailed(status, new NativeError { Status = status }, "ask for the capabilities", null);
        return new MapCapabilities(caps);
    }
}
