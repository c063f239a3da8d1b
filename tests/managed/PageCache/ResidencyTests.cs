namespace MmapIo.Tests;

/// <summary><see cref="MemoryMap.GetResidency()"/> and its overloads.</summary>
public sealed class ResidencyTests
{
    private static readonly int s_page = MemoryMap.PageSize;

    [Fact]
    public void Counts_and_pages_agree_with_what_was_touched()
    {
        Needs.PageCacheResidency();
        using Scratch memory = Scratch.InMemory();
        using MemoryMap map = MemoryMap.Open(memory.Sparse(12 * s_page), MapAccess.ReadWrite);
        foreach (int page in new[] { 1, 4, 5, 11 })
        {
            map.Write(page * s_page, (byte)1);
        }
        Assert.Equal((true, 12, 4), Counts(map.GetResidency()));
        Assert.Equal(ResidencyScope.PageCache, map.GetResidency().Scope);

        bool[] pages = new bool[12];
        Assert.Equal((true, 12, 4), Counts(map.GetResidency(pages)));
        Assert.Equal([1, 4, 5, 11], Enumerable.Range(0, 12).Where(page => pages[page]));
    }

    [Theory]
    [InlineData(0, 0, 0, 0)]
    [InlineData(0, 1, 1, 0)]
    [InlineData(4095, 2, 2, 1)]
    [InlineData(4096, 4096, 1, 1)]
    [InlineData(4096, 4097, 2, 1)]
    [InlineData(4095, 4098, 3, 1)]
    [InlineData(8192, 4096, 1, 0)]
    [InlineData(12287, 2, 2, 1)]
    public void A_range_counts_every_page_it_touches(int offset, int length, int touched, int resident)
    {
        Needs.PageCacheResidency();
        Needs.Capability(s_page == 4096, "be asked with the numbers of this table, which are for pages of 4096 bytes");
        using Scratch memory = Scratch.InMemory();
        using MemoryMap map = MemoryMap.Open(memory.Sparse(6 * s_page), MapAccess.ReadWrite);
        map.Write(1 * s_page, (byte)1);
        map.Write(3 * s_page, (byte)1);
        Assert.Equal((true, touched, resident), Counts(map.GetResidency(offset, length)));
        bool[] pages = [true, true, true, true];
        Assert.Equal((true, touched, resident), Counts(map.GetResidency(pages, offset, length)));
        Assert.Equal(resident, pages.Take(touched).Count(page => page));
        Assert.All(pages.Skip(touched), Assert.True);
    }

    [Fact]
    public void A_map_from_the_middle_of_a_page_counts_from_that_page()
    {
        Needs.PageCacheResidency();
        using Scratch memory = Scratch.InMemory();
        string path = memory.Sparse(6 * s_page);
        using MemoryMap map = MemoryMap.Open(
            path, MapAccess.ReadWrite, new MapOptions { Offset = s_page + 100, Length = 2 * s_page });
        map.Write(s_page - 100, (byte)1);
        bool[] pages = new bool[3];
        Assert.Equal((true, 3, 1), Counts(map.GetResidency(pages)));
        Assert.Equal([false, true, false], pages);
        Assert.Equal(3, map.PageCount);
        Assert.Equal((true, 1, 0), Counts(map.GetResidency(0, s_page - 100)));
        Assert.Equal((true, 1, 1), Counts(map.GetResidency(s_page - 100, 1)));
    }

    [Fact]
    public void A_vector_that_is_too_short_is_refused_and_a_longer_one_is_not()
    {
        using MemoryMap map = MemoryMap.CreateAnonymous(3 * s_page);
        Refused.Naming("pages", () => map.GetResidency(new bool[2]));
        Refused.Naming("pages", () => map.GetResidency([]));
        Refused.Naming("pages", () => map.GetResidency(new bool[1], s_page - 1, 2));
        Assert.Equal(2, map.GetResidency(new bool[2], s_page - 1, 2).Pages);
        Assert.Equal(3, map.GetResidency(new bool[100]).Pages);
    }

    [Fact]
    public void Written_pages_are_dirty_until_they_are_flushed()
    {
        Needs.Capability(MemoryMap.Capabilities.CanCountDirtyPages, "count dirty pages");
        using Scratch disk = Scratch.OnDisk();
        using MemoryMap map = MemoryMap.Open(disk.Sparse(64 * s_page), MapAccess.ReadWrite);
        Assert.Equal(0, map.GetResidency().DirtyPages);
        for (int page = 0; page < 64; page++)
        {
            map.Write(page * s_page, (byte)1);
        }
        Assert.True(map.GetResidency().DirtyPages > 0);
        map.Flush();
        Assert.Equal(0, map.GetResidency().DirtyPages);
        Assert.Equal(64, map.GetResidency().ResidentPages);
    }

    [Fact]
    public void A_copy_on_write_map_counts_its_copies()
    {
        Needs.Linux("elsewhere the system may bring in more than was touched");
        using Scratch memory = Scratch.InMemory();
        string path = memory.Sparse(4 * s_page);
        using MemoryMap map = MemoryMap.Open(path, MapAccess.CopyOnWrite);
        map.Write(2 * s_page, (byte)1);
        bool[] pages = new bool[4];
        MapResidency residency = map.GetResidency(pages);
        Assert.True(residency.IsKnown);
        Assert.True(pages[2]);
        Assert.Equal(residency.ResidentPages, pages.Count(page => page));
    }

    [Theory]
    [InlineData(MapAccess.Read)]
    [InlineData(MapAccess.CopyOnWrite)]
    public void Somebody_who_may_not_know_is_told_so(MapAccess access)
    {
        Needs.Linux("the kernel hides residency from those who neither own nor may write the file");
        const string OfAnother = "/etc/passwd";
        Assert.SkipUnless(File.Exists(OfAnother), $"there is no {OfAnother}, which is root's and all may read");
        using Child child = Child.StartUnprivileged(ChildParts.ResidencyAsker, OfAnother, $"{access}");
        string[] said = child.Finish();
        long pages = (new FileInfo(OfAnother).Length + s_page - 1) / s_page;
        Assert.Equal($"False {pages} 0 uncounted", said[0]);
        Assert.Equal($"False {pages} 0", said[1]);
        Assert.StartsWith(
            $"{nameof(UnauthorizedAccessException)}|{MapStatus.AccessDenied}|", said[2], StringComparison.Ordinal);
    }

    private static (bool IsKnown, long Pages, long Resident) Counts(MapResidency residency) =>
        (residency.IsKnown, residency.Pages, residency.ResidentPages);
}
