namespace MmapIo.Tests;

/// <summary><see cref="MapOptions.ZeroFillOnFault"/>: a lease over a file that is cut off reads zeros, and tells.</summary>
public sealed class ZeroFillTests : IDisposable
{
    private readonly Scratch _scratch = new();

    private static int Page => Environment.SystemPageSize;

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void A_lease_reads_zeros_where_the_file_is_gone_and_says_that_it_is_torn()
    {
        using MemoryMap map = Open(MapAccess.Read);
        using MapLease lease = map.Lease();
        Assert.False(lease.IsTorn);
        SetLength(Page);
        Assert.False(lease.IsTorn);
        Assert.Equal(Pattern.Bytes(0, Page), lease.Slice(0, Page));
        Assert.False(lease.IsTorn);
        Assert.Equal(0, lease[2 * Page]);
        Assert.True(lease.IsTorn);
        Assert.False(lease.Slice(Page, 3 * Page).ContainsAnyExcept((byte)0));
        Assert.Equal(Pattern.Bytes(0, Page), lease.Slice(0, Page));
        using MapLease later = map.Lease(0, 1);
        Assert.True(later.IsTorn);
    }

    [Fact]
    public void The_frameworks_own_methods_survive_inside_a_lease()
    {
        using MemoryMap map = Open(MapAccess.ReadWrite);
        SetLength(Page);
        using MapWriteLease lease = map.LeaseForWrite();
        byte[] copy = new byte[4 * Page];
        lease.Span.CopyTo(copy);
        Assert.Equal(Pattern.Bytes(0, Page), copy.AsSpan(0, Page));
        Assert.False(copy.AsSpan(Page).ContainsAnyExcept((byte)0));
        lease.Span.Fill(7);
        Assert.Equal(4 * Page, lease.Span.Count((byte)7));
        byte[] kept = Files.Bytes(_scratch.At("patterned"));
        Assert.Equal(Page, kept.Length);
        Assert.Equal(Page, kept.AsSpan().Count((byte)7));
    }

    [Fact]
    public void A_map_whose_file_stays_whole_is_never_torn()
    {
        using MemoryMap map = Open(MapAccess.ReadWrite);
        using MapLease lease = map.Lease();
        Assert.Equal(Pattern.Bytes(0, 4 * Page), lease.Span);
        Assert.False(lease.IsTorn);
    }

    [Fact]
    public void A_map_without_it_is_never_torn_and_an_ended_lease_tells_nothing()
    {
        using MemoryMap map = MemoryMap.Open(_scratch.Patterned(100));
        MapLease lease = map.Lease();
        Assert.False(lease.IsTorn);
        lease.Dispose();
        Assert.Throws<ObjectDisposedException>(() =>
        {
            MapLease ended = map.Lease();
            ended.Dispose();
            return ended.IsTorn;
        });
        Assert.Throws<ObjectDisposedException>(() => default(MapLease).IsTorn);
    }

    [Fact]
    public void A_fault_safe_copy_tells_of_the_fault_as_ever()
    {
        using MemoryMap map = Open(MapAccess.Read);
        SetLength(Page);
        Assert.False(map.TryRead(Page - 5, new byte[20], out int read));
        Assert.Equal(5, read);
    }

    [Fact]
    public void What_became_zeros_is_neither_read_nor_written_nor_flushed_as_if_it_were_the_file()
    {
        using MemoryMap map = Open(MapAccess.ReadWrite);
        Assert.Equal(0, map.TornPages);
        SetLength(Page);
        using (MapWriteLease lease = map.LeaseForWrite())
        {
            Assert.False(lease.IsTorn);
            lease[(2 * Page) + 1] = 7;
            Assert.True(lease.IsTorn);
        }

        SetLength(4 * Page);
        Assert.Equal(1, map.TornPages);
        Assert.False(map.TryRead((2 * Page) - 5, new byte[20], out int copied));
        Assert.Equal(5, copied);
        Assert.False(map.TryWrite((2 * Page) + 1, new byte[20], out copied));
        Assert.Equal(0, copied);
        MmapIoException refused = Assert.Throws<MmapIoException>(() => map.Flush(FlushMode.Durable));
        Assert.Equal(MapStatus.Fault, refused.Status);
        map.Flush(FlushMode.Durable, 0, 2 * Page);
        map.Flush(FlushMode.Async);
        Assert.Equal(1, map.TornPages);
    }

    [Fact]
    public void A_map_that_is_closed_counts_nothing_but_a_lease_of_it_still_tells()
    {
        using MemoryMap map = Open(MapAccess.ReadWrite);
        using MapWriteLease lease = map.LeaseForWrite();
        map.Dispose();
        SetLength(Page);
        Assert.Equal(0, lease[2 * Page]);
        Assert.True(lease.IsTorn);
        Assert.Throws<ObjectDisposedException>(() => map.TornPages);
        Assert.Throws<ObjectDisposedException>(() => default(MapWriteLease).IsTorn);
    }

    private MemoryMap Open(MapAccess access)
    {
        Needs.Posix("Windows does not shorten a mapped file");
        return MemoryMap.Open(_scratch.Patterned(4 * Page), access, new MapOptions { ZeroFillOnFault = true });
    }

    private void SetLength(long length) => Cut.To(_scratch.At("patterned"), length);
}
