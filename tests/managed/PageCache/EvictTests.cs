namespace MmapIo.Tests;

/// <summary><see cref="MemoryMap.Evict()"/>.</summary>
public sealed class EvictTests : IDisposable
{
    private static readonly int s_page = MemoryMap.PageSize;

    private readonly Scratch _scratch = new();

    public EvictTests() => Needs.Capability(MemoryMap.Capabilities.CanEvict, "evict pages of a map");

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void What_left_is_told_and_what_was_written_stays()
    {
        Needs.PageCacheResidency();
        Needs.Linux("what leaves the page cache depends on the system");
        using Scratch disk = Scratch.OnDisk();
        string path = disk.Patterned(64 * s_page);
        using MemoryMap map = MemoryMap.Open(path, MapAccess.ReadWrite);
        map.Populate();
        map.Write(5L * s_page, 0x11223344);
        Assert.Equal(
            new MapEviction { IsKnown = true, Scope = ResidencyScope.PageCache, Pages = 64, ResidentPages = 64 },
            map.Evict());
        Assert.Equal(0, map.GetResidency().ResidentPages);
        Assert.Equal(0x11223344, map.Read<int>(5L * s_page));
        Assert.Equal(0x11223344, BitConverter.ToInt32(Files.Bytes(path), 5 * s_page));
    }

    [Fact]
    public void A_part_can_be_evicted()
    {
        using MemoryMap map = MemoryMap.Open(_scratch.Patterned(4 * s_page), MapAccess.ReadWrite);
        Assert.Equal(2, map.Evict(s_page - 1, 2).Pages);
        Assert.Equal(new MapEviction { IsKnown = true }, map.Evict(77, 0));
        Assert.Equal(Pattern.At(77), map.Read<byte>(77));
    }

    [Theory]
    [InlineData(MapAccess.CopyOnWrite)]
    [InlineData(null)]
    public void What_only_this_process_has_is_kept(MapAccess? access)
    {
        using MemoryMap map = access is { } kind
            ? MemoryMap.Open(_scratch.Sparse(4 * s_page), kind) : MemoryMap.CreateAnonymous(4 * s_page);
        map.Write(s_page, 12345L);
        MapEviction eviction = map.Evict();
        Assert.Equal(4, eviction.Pages);
        Assert.Equal(12345L, map.Read<long>(s_page));
    }

    [Fact]
    public void The_counts_never_say_that_more_left_than_was_there() =>
        Assert.Equal(0, new MapEviction { ResidentPages = 1, RemainingPages = 2 }.EvictedPages);

    [Theory]
    [InlineData(-1, 1, "offset")]
    [InlineData(101, 0, "offset")]
    [InlineData(0, 101, "length")]
    [InlineData(0, -1, "length")]
    public void A_range_outside_of_the_map_is_refused(long offset, long length, string name)
    {
        using MemoryMap map = MemoryMap.CreateAnonymous(100);
        Refused.Naming(name, () => map.Evict(offset, length));
    }
}
