namespace MmapIo.Tests;

/// <summary>
/// <see cref="MemoryMap.Protect(MapProtection)"/>: never under a lease, and never a crash afterwards.
/// </summary>
public sealed class ProtectTests : IDisposable
{
    private static readonly int s_page = MemoryMap.PageSize;

    private readonly Scratch _scratch = new();
    private readonly string _path;
    private readonly MemoryMap _map;

    public ProtectTests()
    {
        _path = _scratch.Patterned(6 * s_page);
        _map = MemoryMap.Open(_path, MapAccess.ReadWrite);
    }

    public void Dispose()
    {
        _map.Dispose();
        _scratch.Dispose();
    }

    [Fact]
    public void A_range_made_read_only_can_be_read_and_not_written()
    {
        _map.Protect(MapProtection.Read, 2 * s_page, s_page);
        Assert.Equal(Pattern.At(2 * s_page), _map.Read<byte>(2 * s_page));
        using (MapLease all = _map.Lease())
        {
            Assert.Equal(Pattern.Bytes(0, 6 * s_page), all.Span);
        }
        Assert.Throws<UnauthorizedAccessException>(() => _map.Write(2 * s_page, (byte)1));
        Assert.Throws<UnauthorizedAccessException>(() => _map.Write((2 * s_page) - 4, 1L));
        Assert.Throws<UnauthorizedAccessException>(() => _map.LeaseForWrite().Dispose());
        Assert.Throws<UnauthorizedAccessException>(() => _map.LeaseForWrite((3 * s_page) - 1, 2).Dispose());
        _map.Write((2 * s_page) - 8, 1L);
        _map.Write(3 * s_page, 1L);
        Assert.Equal(Pattern.At(2 * s_page), _map.Read<byte>(2 * s_page));
    }

    [Theory]
    [InlineData(MapProtection.None)]
    [InlineData(MapProtection.Execute)]
    public void A_range_made_unreadable_throws_and_its_neighbours_do_not(MapProtection protection)
    {
        Needs.Posix("a file opened by .NET cannot be executed from on Windows");
        _map.Protect(protection, s_page, 2 * s_page);
        foreach (long offset in new long[] { s_page, (2 * s_page) - 1, (3 * s_page) - 1 })
        {
            Assert.Throws<UnauthorizedAccessException>(() => _map.Read<byte>(offset));
            Assert.Throws<UnauthorizedAccessException>(() => _map.Write(offset, (byte)1));
            Assert.Throws<UnauthorizedAccessException>(() => _map.Lease(offset, 1).Dispose());
            Assert.Throws<UnauthorizedAccessException>(() => _map.LeaseForWrite(offset, 1).Dispose());
        }
        Assert.Throws<UnauthorizedAccessException>(() => _map.Read<long>(s_page - 7));
        Assert.Throws<UnauthorizedAccessException>(() => _map.Lease().Dispose());
        Assert.Equal(Pattern.At(s_page - 1), _map.Read<byte>(s_page - 1));
        Assert.Equal(Pattern.At(3 * s_page), _map.Read<byte>(3 * s_page));
        using MapWriteLease rest = _map.LeaseForWrite(3 * s_page, 3 * s_page);
        rest[0] = 5;
    }

    [Fact]
    public void Protected_and_permitted_again_it_is_as_before()
    {
        _map.Protect(MapProtection.None);
        Assert.Throws<UnauthorizedAccessException>(() => _map.Read<byte>(0));
        _map.Protect(MapProtection.Read);
        Assert.Equal(Pattern.At(0), _map.Read<byte>(0));
        Assert.Throws<UnauthorizedAccessException>(() => _map.Write(0, 1));
        _map.Protect(MapProtection.ReadWrite);
        _map.Write(0, 1);
        using MapWriteLease lease = _map.LeaseForWrite();
        Assert.Equal(Pattern.At(s_page), lease[s_page]);
    }

    [Fact]
    public void Writing_implies_reading()
    {
        _map.Protect(MapProtection.Write, 0, s_page);
        Assert.Equal(Pattern.At(0), _map.Read<byte>(0));
        _map.Write(0, 7);
        Assert.Equal(7, _map.Read<int>(0));
    }

    [Fact]
    public void The_kernel_knows_each_change()
    {
        Needs.Linux("the kernel's account of mappings");
        _map.Protect(MapProtection.Read, 0, s_page);
        _map.Protect(MapProtection.None, s_page + 1, 1);
        _map.Protect(MapProtection.ReadExecute, 5 * s_page, s_page);
        Assert.Equal(["r--s", "---s", "rw-s", "r-xs"], Mappings.Permissions(_path));
        _map.Protect(MapProtection.ReadWrite);
        Assert.Equal(["rw-s"], Mappings.Permissions(_path));
    }

    [Fact]
    public void A_range_counts_with_the_whole_of_its_pages_where_the_map_begins_within_one()
    {
        var options = new MapOptions { Offset = 100, Length = (3 * s_page) - 100 };
        using MemoryMap map = MemoryMap.Open(_path, MapAccess.ReadWrite, options);
        map.Protect(MapProtection.None, s_page - 100, 1);
        Assert.Equal(Pattern.At(s_page - 1), map.Read<byte>(s_page - 101));
        Assert.Throws<UnauthorizedAccessException>(() => map.Read<byte>(s_page - 100));
        Assert.Throws<UnauthorizedAccessException>(() => map.Read<byte>((2 * s_page) - 101));
        Assert.Equal(Pattern.At(2 * s_page), map.Read<byte>((2 * s_page) - 100));
    }

    [Theory]
    [InlineData(2, 0, 1)]
    [InlineData(3, -1, 1)]
    [InlineData(3, -1, 2)]
    [InlineData(2, -1, 2)]
    public void A_lease_on_one_of_the_pages_forbids_it(int page, int bytes, int length)
    {
        // By one byte in the middle of page 2, which no range here covers, though each touches the page.
        using (MapLease lease = _map.Lease((2 * s_page) + 1000, 1))
        {
            long offset = (page * s_page) + bytes;
            Assert.Throws<InvalidOperationException>(() => _map.Protect(MapProtection.None, offset, length));
            Assert.Throws<InvalidOperationException>(() => _map.Protect(MapProtection.Read));
            Assert.Equal(Pattern.At((2 * s_page) + 1000), lease[0]);
        }
        _map.Write((2 * s_page) + 1000, (byte)1);
        _map.Protect(MapProtection.None);
    }

    [Fact]
    public void A_lease_elsewhere_does_not()
    {
        using MapLease before = _map.Lease(0, 2 * s_page);
        using MapWriteLease after = _map.LeaseForWrite(3 * s_page, 3 * s_page);
        _map.Protect(MapProtection.None, 2 * s_page, s_page);
        Assert.Equal(Pattern.At((2 * s_page) - 1), before[(2 * s_page) - 1]);
        after[0] = 9;
        Assert.Throws<UnauthorizedAccessException>(() => _map.Read<byte>(2 * s_page));
    }

    [Fact]
    public void A_lease_on_another_thread_forbids_it_until_it_is_returned()
    {
        using var taken = new ManualResetEventSlim();
        using var enough = new ManualResetEventSlim();
        using (Threads.Start(() =>
        {
            using MapLease lease = _map.Lease(s_page, 1);
            taken.Set();
            Threads.Await(enough);
            Assert.Equal(Pattern.At(s_page), lease[0]);
        }, enough.Set))
        {
            Threads.Await(taken);
            Assert.Throws<InvalidOperationException>(() => _map.Protect(MapProtection.None, s_page, 1));
            _map.Protect(MapProtection.None, 2 * s_page, 1);
        }
        _map.Protect(MapProtection.None, s_page, 1);
        Assert.Throws<UnauthorizedAccessException>(() => _map.Read<byte>(s_page));
    }

    [Fact]
    public void Nothing_can_be_protected_whatever_is_on_lease()
    {
        using MapLease lease = _map.Lease();
        _map.Protect(MapProtection.None, s_page, 0);
        Assert.Equal(Pattern.At(s_page), _map.Read<byte>(s_page));
    }

    [Fact]
    public void Writing_together_with_executing_is_refused()
    {
        const MapProtection Execute = MapProtection.Execute;
        Refused.Naming("protection", () => _map.Protect(MapProtection.Write | Execute));
        Refused.Naming("protection", () => _map.Protect(MapProtection.ReadWrite | Execute));
        Refused.Naming("protection", () => _map.Protect((MapProtection)8));
        Refused.Naming("protection", () => _map.Protect((MapProtection)(-1)));
        _map.Write(0, 1);
    }

    [Fact]
    public void A_map_for_reading_cannot_be_made_writable()
    {
        using MemoryMap map = MemoryMap.Open(_path);
        Assert.Throws<NotSupportedException>(() => map.Protect(MapProtection.ReadWrite));
        Assert.Throws<NotSupportedException>(() => map.Protect(MapProtection.Write, 0, 1));
        map.Protect(MapProtection.None);
        map.Protect(MapProtection.Read);
        Assert.Equal(Pattern.At(1), map.Read<byte>(1));
    }

    [Fact]
    public void A_map_made_with_PROT_NONE_can_be_opened_up_for_reading()
    {
        using MemoryMap map = Mmap.Map(2 * s_page, Mmap.PROT_NONE, Mmap.MAP_PRIVATE | Mmap.MAP_ANONYMOUS, null);
        map.Protect(MapProtection.Read, s_page, 1);
        Assert.Equal(0, map.Read<byte>(s_page));
        Assert.Throws<UnauthorizedAccessException>(() => map.Read<byte>(s_page - 1));
        map.Protect(MapProtection.None, s_page, 1);
        Assert.Throws<UnauthorizedAccessException>(() => map.Read<byte>(s_page));
    }
}
