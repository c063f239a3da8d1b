namespace MmapIo.Tests;

/// <summary><see cref="Mmap.InCore"/> counts what is true of each page.</summary>
public sealed class MmapInCoreTests
{
    private static readonly int s_page = Mmap.PAGESIZE;

    [Fact]
    public void Pages_count_as_mapped_once_they_have_been_touched()
    {
        Needs.PageCacheResidency();
        using Scratch memory = Scratch.InMemory();
        using MemoryMap map = MemoryMap.Open(memory.Sparse(10 * s_page), MapAccess.ReadWrite);
        Assert.Equal((10, 0), Mmap.InCore(map));
        map.Write(0, (byte)1);
        map.Write((4 * s_page) - 1, (byte)1);
        Assert.Equal((8, 2), Mmap.InCore(map));
        map.Read<byte>(9 * s_page);
        Assert.Equal((7, 3), Mmap.InCore(map));
        for (int page = 0; page < 10; page++)
        {
            map.Read<byte>(page * s_page);
        }
        Assert.Equal((0, 10), Mmap.InCore(map));
    }

    [Fact]
    public void A_part_of_a_file_counts_the_pages_it_touches()
    {
        Needs.PageCacheResidency();
        using Scratch memory = Scratch.InMemory();
        string path = memory.Sparse(10 * s_page);
        using (MemoryMap all = MemoryMap.Open(path, MapAccess.ReadWrite))
        {
            all.Write(3 * s_page, (byte)1);
            all.Write(8 * s_page, (byte)1);
        }
        // From the last byte of page 2 to the first of page 5: four pages, of which page 3 was touched.
        var part = new MapOptions { Offset = (3 * s_page) - 1, Length = (2 * s_page) + 2 };
        using MemoryMap map = MemoryMap.Open(path, MapAccess.Read, part);
        Assert.Equal((3, 1), Mmap.InCore(map));
    }

    [Fact]
    public void Evicted_pages_count_as_unmapped()
    {
        Needs.Linux("the eviction is asked for by posix_fadvise");
        using Scratch disk = Scratch.OnDisk();
        string path = disk.Patterned(64 * s_page);
        using (MemoryMap map = MemoryMap.Open(path, MapAccess.ReadWrite))
        {
            map.Populate();
            Assert.Equal((0, 64), Mmap.InCore(map));
            map.Write(0, 1);
            map.Flush(FlushMode.Durable);
        }
        Linux.Evict(path);
        using MemoryMap cold = MemoryMap.Open(path);
        Assert.Equal((64, 0), Mmap.InCore(cold));
        cold.Populate();
        Assert.Equal((0, 64), Mmap.InCore(cold));
    }

    [Fact]
    public void An_empty_map_has_no_pages()
    {
        using Scratch scratch = new();
        using MemoryMap map = MemoryMap.Open(scratch.Sparse(0));
        Assert.Equal((0, 0), Mmap.InCore(map));
    }

    [Fact]
    public void Anonymous_pages_count_once_they_have_been_written()
    {
        Needs.Linux("elsewhere the system may bring in more than was touched");
        using MemoryMap map = MemoryMap.CreateAnonymous(4 * s_page);
        Mmap.Advise(map, Mmap.MADV_NOHUGEPAGE);
        Assert.Equal((4, 0), Mmap.InCore(map));
        map.Write(s_page, 1);
        Assert.Equal((3, 1), Mmap.InCore(map));
    }
}
