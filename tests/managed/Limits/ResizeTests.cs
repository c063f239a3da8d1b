namespace MmapIo.Tests;

/// <summary><see cref="MemoryMap.Resize(long)"/>: longer and shorter, and what stands in the way.</summary>
public sealed class ResizeTests : IDisposable
{
    private const int Length = 9000;

    private readonly Scratch _scratch = new();

    private static int Page => Environment.SystemPageSize;

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void The_file_of_a_written_map_grows_along_and_keeps_its_contents()
    {
        string path = _scratch.Patterned(Length);
        using MemoryMap map = MemoryMap.Open(path, MapAccess.ReadWrite, new MapOptions { Offset = 5 });
        map.Resize(100_000);
        Assert.Equal((100_000, 100_005), (map.Length, new FileInfo(path).Length));
        Assert.Equal((100_004 / Page) + 1, map.PageCount);
        map.Write(99_999, (byte)7);
        Assert.Throws<ArgumentOutOfRangeException>(() => map.Read<byte>(100_000));
        using (MapLease lease = map.Lease())
        {
            Assert.Equal(Pattern.Bytes(5, Length - 5), lease.Slice(0, Length - 5));
            Assert.Equal(0, lease[Length]);
        }
        map.Flush();
        Assert.Equal(7, Files.Bytes(path)[100_004]);
    }

    [Fact]
    public void A_shorter_map_leaves_its_file_unless_told_to_cut_it()
    {
        string path = _scratch.Patterned(Length);
        using MemoryMap map = MemoryMap.Open(path, MapAccess.ReadWrite);
        map.Resize(5000);
        Assert.Equal((5000, Length), (map.Length, (int)new FileInfo(path).Length));
        Assert.Throws<ArgumentOutOfRangeException>(() => map.Lease(0, 5001).Dispose());
        map.Resize(4000, truncateFile: true);
        Assert.Equal(Pattern.Bytes(0, 4000), Files.Bytes(path));
        map.Resize(0, truncateFile: true);
        Assert.Equal((0, 0), (map.Length, new FileInfo(path).Length));
        using (MapLease nothing = map.Lease())
        {
            Assert.Equal(0, nothing.Length);
        }
        map.Resize(10);
        Assert.Equal(0, map.Read<byte>(9));
    }

    [Theory]
    [InlineData(10)]
    [InlineData(5)]
    [InlineData(0)]
    public void What_a_map_never_covered_it_does_not_cut_off(int length)
    {
        string path = _scratch.Patterned(Length);
        using MemoryMap map = MemoryMap.Open(path, MapAccess.ReadWrite, new MapOptions { Length = 10 });
        map.Resize(length, truncateFile: true);
        Assert.Equal(length, map.Length);
        Assert.Equal(Pattern.Bytes(0, Length), Files.Bytes(path));
    }

    [Fact]
    public void A_map_for_reading_follows_its_file_and_no_further()
    {
        string path = _scratch.Patterned(Length);
        using MemoryMap map = MemoryMap.Open(path);
        Refused.Naming("length", () => map.Resize(Length + 1));
        Assert.Equal((Length, Pattern.At(0)), ((int)map.Length, map.Read<byte>(0)));
        Cut.To(path, 50_000);
        map.Resize(50_000);
        Assert.Equal((50_000L, (byte)0), (map.Length, map.Read<byte>(49_999)));
        map.Resize(100, truncateFile: true);
        Assert.Equal(50_000, new FileInfo(path).Length);
    }

    [Fact]
    public void Memory_grows_with_zeros()
    {
        using MemoryMap map = MemoryMap.CreateAnonymous(100);
        map.Write(99, (byte)1);
        map.Resize(1 << 20);
        Assert.Equal((1, 0, 0), (map.Read<byte>(99), map.Read<byte>(100), map.Read<byte>((1 << 20) - 1)));
        map.Resize(10);
        Assert.Throws<ArgumentOutOfRangeException>(() => map.Read<byte>(10));
    }

    [Fact]
    public void A_lease_stands_in_the_way_whichever_thread_has_it()
    {
        using MemoryMap map = MemoryMap.Open(_scratch.Patterned(Length), MapAccess.ReadWrite);
        using (MapLease lease = map.Lease(0, 1))
        {
            Assert.Throws<InvalidOperationException>(() => map.Resize(2 * Length));
            Assert.Throws<InvalidOperationException>(() => map.Resize(1));
            Assert.Throws<InvalidOperationException>(() => map.Resize(0, truncateFile: true));
            Assert.Equal(Pattern.At(0), lease[0]);
        }
        using var taken = new ManualResetEventSlim();
        using var tried = new ManualResetEventSlim();
        using (Threads.Start(() =>
        {
            using MapLease lease = map.Lease();
            taken.Set();
            Threads.Await(tried);
            Assert.Equal(Pattern.At(Length - 1), lease[Length - 1]);
        }, tried.Set))
        {
            Threads.Await(taken);
            Assert.Throws<InvalidOperationException>(() => map.Resize(2 * Length));
            tried.Set();
        }
        Assert.Equal(Length, map.Length);
        map.Resize(2 * Length);
        Assert.Equal(Pattern.At(Length - 1), map.Read<byte>(Length - 1));
    }

    [Fact]
    public void What_cannot_be_is_refused_and_changes_nothing()
    {
        string path = _scratch.Patterned(Length);
        using MemoryMap map = MemoryMap.Open(path, MapAccess.ReadWrite);
        Refused.Naming("length", () => map.Resize(-1));
        Refused.Naming("length", () => map.Resize(long.MinValue, truncateFile: true));
        Refused.Naming("length", () => map.Resize(long.MaxValue));
        Refused.Naming("length", () => map.Resize(1L << 50));
        Refused.Naming("length", () => map.Resize((1L << 48) + 1, truncateFile: true));
        Assert.Equal((Length, Length), (map.Length, new FileInfo(path).Length));
        Assert.Equal(Pattern.At(Length - 1), map.Read<byte>(Length - 1));
        using MemoryMap memory = Mmap.Map(
            Length, Mmap.PROT_READ | Mmap.PROT_WRITE, Mmap.MAP_SHARED | Mmap.MAP_ANONYMOUS, null);
        if (OperatingSystem.IsLinux())
        {
            Assert.Throws<PlatformNotSupportedException>(() => memory.Resize(100_000));
            Assert.Equal((Length, (byte)0), ((int)memory.Length, memory.Read<byte>(Length - 1)));
        }
    }

    [Fact]
    public void Protection_outlives_a_resize_and_does_not_reach_what_is_new()
    {
        using MemoryMap map = MemoryMap.Open(_scratch.Patterned(4 * Page), MapAccess.ReadWrite);
        map.Protect(MapProtection.Read, Page, Page);
        map.Resize(8 * Page);
        Assert.Throws<UnauthorizedAccessException>(() => map.Write(Page, 1));
        Assert.Equal(Pattern.At(Page), map.Read<byte>(Page));
        map.Write(0, 1);
        map.Write((8 * Page) - 4, 1);
        map.Protect(MapProtection.None, 6 * Page, 2 * Page);
        map.Resize(7 * Page);
        Assert.Throws<UnauthorizedAccessException>(() => map.Read<byte>(6 * Page));
        map.Resize(3 * Page);
        Assert.Throws<UnauthorizedAccessException>(() => map.Write((2 * Page) - 1, (byte)1));
        map.Write(2 * Page, 1);
    }

    /// <summary>Memory sealed against shrinking: the one file that refuses what its owner may do.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    public void A_file_that_does_not_let_itself_be_cut_leaves_the_map_as_it_was(int length)
    {
        Needs.Linux("sealing");
        using Child child = Child.Start(GuardedParts.Sealed, $"{length}");
        Assert.Equal(["UnauthorizedAccessException", "20000 115 115"], child.Finish());
    }
}
