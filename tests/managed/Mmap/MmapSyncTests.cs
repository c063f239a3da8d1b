namespace MmapIo.Tests;

/// <summary><see cref="Mmap.Sync(MemoryMap)"/> in each of its shapes.</summary>
public sealed class MmapSyncTests : IDisposable
{
    private static readonly int s_page = Mmap.PAGESIZE;

    private static readonly Dictionary<string, Action<MemoryMap>> s_shapes = new()
    {
        ["all"] = map => Mmap.Sync(map),
        ["all, not waiting"] = map => Mmap.Sync(map, false),
        ["all, waiting"] = map => Mmap.Sync(map, true),
        ["all, not waiting, invalidating"] = map => Mmap.Sync(map, false, true),
        ["all, waiting, invalidating"] = map => Mmap.Sync(map, true, true),
        ["a range"] = map => Mmap.Sync(map, s_page + 1, 10),
        ["a range, waiting"] = map => Mmap.Sync(map, s_page + 1, 10, true),
        ["a range, waiting, invalidating"] = map => Mmap.Sync(map, s_page + 1, 10, true, true),
        ["a range across pages"] = map => Mmap.Sync(map, s_page - 1, s_page + 2, true),
        ["nothing"] = map => Mmap.Sync(map, map.Length, 0, true),
    };

    private readonly Scratch _scratch = new();

    public static TheoryData<string> Shapes => [.. s_shapes.Keys];

    public void Dispose() => _scratch.Dispose();

    [Theory]
    [MemberData(nameof(Shapes))]
    public void A_shared_map_can_be_synced_and_keeps_what_was_written(string shape)
    {
        string path = _scratch.Patterned(3 * s_page);
        using MemoryMap map = MemoryMap.Open(path, MapAccess.ReadWrite);
        map.Write(s_page + 5, 0xABu);
        s_shapes[shape](map);
        Assert.Equal(0xABu, map.Read<uint>(s_page + 5));
        Assert.Equal(0xAB, File.ReadAllBytes(path)[s_page + 5]);
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Maps_with_nothing_to_write_can_be_synced(string shape)
    {
        string path = _scratch.Patterned(3 * s_page);
        using MemoryMap readOnly = MemoryMap.Open(path);
        s_shapes[shape](readOnly);
        using MemoryMap memory = MemoryMap.CreateAnonymous(3 * s_page);
        s_shapes[shape](memory);
        using MemoryMap copy = MemoryMap.Open(path, MapAccess.CopyOnWrite);
        copy.Write(s_page + 5, ~Pattern.At(s_page + 5));
        s_shapes[shape](copy);
        Assert.Equal(Pattern.Bytes(0, 3 * s_page), File.ReadAllBytes(path));
    }

    [Fact]
    public void Waiting_leaves_no_dirty_page_behind()
    {
        Needs.Capability(MemoryMap.Capabilities.CanCountDirtyPages, "count dirty pages");
        using Scratch disk = Scratch.OnDisk();
        using MemoryMap map = MemoryMap.Open(disk.Sparse(8 * s_page), MapAccess.ReadWrite);
        map.Write(6 * s_page, 1);
        Mmap.Sync(map, 6 * s_page + 100, 1, blocking: true);
        Assert.Equal(0, map.GetResidency(6 * s_page, s_page).DirtyPages);
        map.Write(2 * s_page, 1);
        Mmap.Sync(map, blocking: true);
        Assert.Equal(0, map.GetResidency().DirtyPages);
    }

    [Theory]
    [InlineData(-1, 1)]
    [InlineData(0, -1)]
    [InlineData(2, long.MaxValue)]
    [InlineData(long.MaxValue, long.MaxValue)]
    [InlineData(0, 101)]
    [InlineData(101, 0)]
    public void A_range_outside_the_map_is_refused(long offset, long length)
    {
        using MemoryMap map = MemoryMap.CreateAnonymous(100);
        Assert.Throws<ArgumentOutOfRangeException>(() => Mmap.Sync(map, offset, length, true));
    }

    [Fact]
    public void Locked_pages_cannot_be_invalidated()
    {
        Needs.Linux("other systems say something else, or nothing");
        using MemoryMap map = MemoryMap.Open(_scratch.Patterned(s_page), MapAccess.ReadWrite);
        map.Lock();
        MmapIoException refused = Assert.Throws<MmapIoException>(() => Mmap.Sync(map, true, true));
        Assert.Equal((MapStatus.Busy, "msync"), (refused.Status, refused.NativeCall));
        map.Unlock();
        Mmap.Sync(map, true, true);
    }
}
