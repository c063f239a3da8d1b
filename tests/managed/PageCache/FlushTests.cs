namespace MmapIo.Tests;

/// <summary><see cref="MemoryMap.Flush(FlushMode)"/>.</summary>
public sealed class FlushTests : IDisposable
{
    private static readonly int s_page = MemoryMap.PageSize;

    private readonly Scratch _scratch = new();

    public static MatrixTheoryData<FlushMode, int, int> ModesAndRanges { get; } = new(
        Enum.GetValues<FlushMode>(), [0, 1, s_page - 1, s_page, (2 * s_page) + 9], [0, 1, 2, s_page, s_page + 2]);

    public static TheoryData<FlushMode> Modes => [.. Enum.GetValues<FlushMode>()];

    /// <summary>Those that promise more than to leave it to the system's writeback.</summary>
    public static TheoryData<FlushMode> WaitingModes => [.. Enum.GetValues<FlushMode>().Except([FlushMode.Async])];

    public void Dispose() => _scratch.Dispose();

    [Theory]
    [MemberData(nameof(ModesAndRanges))]
    public void Any_range_can_be_flushed_in_any_mode(FlushMode mode, int offset, int length)
    {
        string path = _scratch.Patterned(4 * s_page);
        using MemoryMap map = MemoryMap.Open(path, MapAccess.ReadWrite);
        map.Write(offset, 0x12345678);
        map.Flush(mode, offset, length);
        Assert.Equal(0x12345678, BitConverter.ToInt32(Files.Bytes(path), offset));
    }

    [Theory]
    [MemberData(nameof(WaitingModes))]
    public void Afterwards_no_page_of_the_map_is_dirty(FlushMode mode)
    {
        Needs.Capability(MemoryMap.Capabilities.CanCountDirtyPages, "count dirty pages");
        using Scratch disk = Scratch.OnDisk();
        using MemoryMap map = MemoryMap.Open(disk.Sparse(256 * s_page), MapAccess.ReadWrite);
        map.Populate(forWriting: true);
        Assert.True(map.GetResidency().DirtyPages > 0);
        map.Flush(mode);
        MapResidency after = map.GetResidency();
        Assert.Equal((0, 0, 256), (after.DirtyPages, after.WritebackPages, after.ResidentPages));
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 1)]
    [InlineData(-1, 2)]
    [InlineData(100, 5000)]
    public void Afterwards_no_page_that_the_range_touches_is_dirty(int bytes, int length)
    {
        Needs.Capability(MemoryMap.Capabilities.CanCountDirtyPages, "count dirty pages");
        using Scratch disk = Scratch.OnDisk();
        using MemoryMap map = MemoryMap.Open(
            disk.Sparse(256 * s_page), MapAccess.ReadWrite, new MapOptions { Offset = 77, Length = 250 * s_page });
        long offset = (200 * s_page) - 77 + bytes;
        map.Write(offset, (byte)1);
        map.Write(offset + length - 1, (byte)1);
        Assert.True(map.GetResidency(offset, length).DirtyPages > 0);
        map.Flush(FlushMode.Sync, offset, length);
        Assert.Equal(0, map.GetResidency(offset, length).DirtyPages);
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public void Maps_with_nothing_to_write_can_be_flushed(FlushMode mode)
    {
        string path = _scratch.Patterned(2 * s_page);
        using MemoryMap copy = MemoryMap.Open(path, MapAccess.CopyOnWrite);
        copy.Write(0, ~Pattern.At(0));
        copy.Flush(mode);
        using MemoryMap memory = MemoryMap.CreateAnonymous(s_page);
        memory.Write(0, 1);
        memory.Flush(mode);
        Assert.Equal(Pattern.Bytes(0, 2 * s_page), Files.Bytes(path));
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public void A_map_for_reading_can_be_flushed(FlushMode mode)
    {
        Needs.Posix("Windows flushes through a handle open for writing");
        using MemoryMap map = MemoryMap.Open(_scratch.Patterned(2 * s_page));
        map.Flush(mode);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(5)]
    public void A_number_that_is_no_mode_is_refused(int number)
    {
        using MemoryMap map = MemoryMap.CreateAnonymous(1);
        Refused.Naming("mode", () => map.Flush((FlushMode)number));
        Refused.Naming("mode", () => map.Flush((FlushMode)number, 0, 0));
    }
}
