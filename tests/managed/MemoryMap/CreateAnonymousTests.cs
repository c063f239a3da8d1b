namespace MmapIo.Tests;

public sealed class CreateAnonymousTests
{
    private static readonly int s_page = MemoryMap.PageSize;

    [Fact]
    public void It_starts_as_zeros_and_can_be_written_throughout()
    {
        using MemoryMap map = MemoryMap.CreateAnonymous(3 * s_page + 1);
        Assert.Equal((3 * s_page + 1, 4), (map.Length, map.PageCount));
        Assert.Equal((MapAccess.ReadWrite, true), (map.Access, map.CanWrite));
        using MapWriteLease lease = map.LeaseForWrite();
        Assert.False(lease.Span.ContainsAnyExcept((byte)0));
        Pattern.Bytes(0, 3 * s_page + 1).CopyTo(lease.Span);
        Assert.Equal(Pattern.At(3 * s_page), map.Read<byte>(3 * s_page));
    }

    [Fact]
    public void Two_of_them_share_nothing()
    {
        using MemoryMap one = MemoryMap.CreateAnonymous(s_page);
        using MemoryMap other = MemoryMap.CreateAnonymous(s_page);
        one.Write(0, 1);
        Assert.Equal(0, other.Read<int>(0));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(long.MinValue)]
    public void A_length_below_one_is_refused(long tooShort) =>
        Refused.Naming("length", () => MemoryMap.CreateAnonymous(tooShort));

    [Fact]
    public void A_length_beyond_any_address_space_is_an_error_of_memory() => Assert.Equal(
        MapStatus.OutOfMemory, Assert.Throws<MmapIoException>(() => MemoryMap.CreateAnonymous(long.MaxValue)).Status);

    [Fact]
    public void Options_about_a_file_are_refused()
    {
        AssertNamesOptions(new MapOptions { Offset = 1 });
        AssertNamesOptions(new MapOptions { Length = 11 });
        MemoryMap.CreateAnonymous(10, new MapOptions { Length = 10 }).Dispose();
    }

    [Fact]
    public void Options_about_memory_are_honoured()
    {
        using MemoryMap map = MemoryMap.CreateAnonymous(
            4 * s_page, new MapOptions { Lock = true, Populate = true, NoReserve = true, Advice = MapAdvice.Random });
        Assert.Equal(0, map.Read<long>(4 * s_page - 8));
        if (MemoryMap.Capabilities.CanGetResidency)
        {
            Assert.Equal(4, map.GetResidency().ResidentPages);
        }
    }

    private static void AssertNamesOptions(MapOptions options) =>
        Refused.Naming("options", () => MemoryMap.CreateAnonymous(10, options));
}
