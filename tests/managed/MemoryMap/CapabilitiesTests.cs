namespace MmapIo.Tests;

public sealed class CapabilitiesTests
{
    private static readonly MapCapabilities s_capabilities = MemoryMap.Capabilities;

    [Fact]
    public void The_page_size_is_the_one_the_runtime_knows()
    {
        Assert.Equal(Environment.SystemPageSize, s_capabilities.PageSize);
        Assert.Equal(s_capabilities.PageSize, MemoryMap.PageSize);
    }

    [Fact]
    public void The_granularity_is_that_of_the_system()
    {
        int expected = OperatingSystem.IsWindows() ? 65536 : Environment.SystemPageSize;
        Assert.Equal(expected, s_capabilities.AllocationGranularity);
        Assert.Equal(s_capabilities.AllocationGranularity, MemoryMap.AllocationGranularity);
    }

    [Fact]
    public void They_are_fixed_for_the_life_of_the_process() => Assert.Same(s_capabilities, MemoryMap.Capabilities);

    [Fact]
    public void What_they_promise_can_be_done()
    {
        using MemoryMap map = MemoryMap.CreateAnonymous(MemoryMap.PageSize);
        AssertDoes(s_capabilities.CanPopulate, () => map.Populate());
        AssertDoes(s_capabilities.CanLock, () => map.Lock());
        AssertDoes(s_capabilities.CanLockOnFault, () => map.Lock(LockMode.OnFault));
        AssertDoes(s_capabilities.CanGetResidency, () => map.GetResidency());
        using Scratch scratch = new();
        string path = scratch.Patterned(100);
        AssertDoes(s_capabilities.CanGetFileResidency, () => MapFile.GetResidency(path));
        AssertDoes(s_capabilities.CanEvictFiles, () => MapFile.Evict(path));
    }

    [Fact]
    public void What_is_no_advice_has_no_outcome()
    {
        Refused.Naming("advice", () => s_capabilities.GetOutcome((FileAdvice)6));
        Refused.Naming("advice", () => s_capabilities.GetOutcome((FileAdvice)(-1)));
    }

    [Fact]
    public void Dirty_pages_are_counted_just_where_they_say_so()
    {
        Needs.Capability(s_capabilities.CanGetResidency, "tell residency");
        using Scratch scratch = new();
        using MemoryMap map = MemoryMap.Open(scratch.Patterned(100), MapAccess.ReadWrite);
        MapResidency residency = map.GetResidency();
        Assert.Equal(s_capabilities.CanCountDirtyPages, residency.DirtyPages is not null);
        Assert.Equal(s_capabilities.CanCountDirtyPages, residency.WritebackPages is not null);
        Assert.Equal(s_capabilities.CanCountDirtyPages, residency.RecentlyEvictedPages is not null);
        Assert.Equal(s_capabilities.ResidencyScope, residency.Scope);
    }

    private static void AssertDoes(bool can, Action call)
    {
        if (can)
        {
            call();
        }
        else
        {
            Assert.Throws<PlatformNotSupportedException>(call);
        }
    }
}
