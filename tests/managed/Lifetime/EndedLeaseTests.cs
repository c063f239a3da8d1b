namespace MmapIo.Tests;

/// <summary>Leases that were disposed, or never taken: they throw, and touch nothing that may be gone.</summary>
public sealed class EndedLeaseTests : IDisposable
{
    private const int Length = 9000;

    private readonly Scratch _scratch = new();
    private readonly string _path;

    public EndedLeaseTests() => _path = _scratch.Patterned(Length);

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void A_lease_that_was_never_taken_says_so()
    {
        Assert.Throws<ObjectDisposedException>(() => default(MapLease).Length);
        Assert.Throws<ObjectDisposedException>(() => default(MapLease)[0]);
        Assert.Throws<ObjectDisposedException>(() => default(MapLease)[-1]);
        Assert.Throws<ObjectDisposedException>(() => default(MapLease).Read<byte>(0));
        Assert.Throws<ObjectDisposedException>(() => default(MapLease).Read<long>(long.MaxValue));
        Assert.Throws<ObjectDisposedException>(() => default(MapLease).Span.Length);
        Assert.Throws<ObjectDisposedException>(() => default(MapLease).Slice(0, 0).Length);
        Assert.Throws<ObjectDisposedException>(() => new MapLease().Length);
        default(MapLease).Dispose();
    }

    [Fact]
    public void A_lease_for_writing_that_was_never_taken_says_so()
    {
        Assert.Throws<ObjectDisposedException>(() => default(MapWriteLease).Length);
        Assert.Throws<ObjectDisposedException>(() => default(MapWriteLease)[0] = 1);
        Assert.Throws<ObjectDisposedException>(() => default(MapWriteLease).Write(0, 1));
        Assert.Throws<ObjectDisposedException>(() => default(MapWriteLease).Write(long.MinValue, 1));
        Assert.Throws<ObjectDisposedException>(() => default(MapWriteLease).Span.Length);
        Assert.Throws<ObjectDisposedException>(() => default(MapWriteLease).Slice(0, 0).Length);
        default(MapWriteLease).Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_lease_that_was_disposed_says_so(bool mapIsClosed)
    {
        MemoryMap map = MemoryMap.Open(_path, MapAccess.ReadWrite);
        AssertEnds(map, mapIsClosed, lease => _ = lease.Length);
        AssertEnds(map, mapIsClosed, lease => _ = lease[0]);
        AssertEnds(map, mapIsClosed, lease => _ = lease[Length]);
        AssertEnds(map, mapIsClosed, lease => lease.Read<byte>(0));
        AssertEnds(map, mapIsClosed, lease => lease.Read<long>(-1));
        AssertEnds(map, mapIsClosed, lease => _ = lease.Span);
        AssertEnds(map, mapIsClosed, lease => lease.Slice(0, 0));
        map.Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_lease_for_writing_that_was_disposed_says_so(bool mapIsClosed)
    {
        MemoryMap map = MemoryMap.Open(_path, MapAccess.ReadWrite);
        AssertEndsForWriting(map, mapIsClosed, lease => _ = lease.Length);
        AssertEndsForWriting(map, mapIsClosed, lease => lease[0] = 1);
        AssertEndsForWriting(map, mapIsClosed, lease => lease.Write(0, 1L));
        AssertEndsForWriting(map, mapIsClosed, lease => _ = lease.Span);
        AssertEndsForWriting(map, mapIsClosed, lease => lease.Slice(0, 0));
        map.Dispose();
        Assert.Equal(Pattern.Bytes(0, Length), Files.Bytes(_path));
    }

    [Fact]
    public void Disposing_every_copy_ends_the_lease_once()
    {
        using MemoryMap map = MemoryMap.Open(_path, MapAccess.ReadWrite);
        MapLease lease = map.Lease();
        MapLease copy = lease;
        lease.Dispose();
        copy.Dispose();
        lease.Dispose();
        MapWriteLease writing = map.LeaseForWrite();
        MapWriteLease writingCopy = writing;
        writing.Dispose();
        writingCopy.Dispose();
        map.Protect(MapProtection.Read);
        Assert.Equal(Pattern.At(0), map.Read<byte>(0));
    }

    [Fact]
    public void Disposing_a_copy_late_does_not_end_somebody_elses_lease()
    {
        using MemoryMap map = MemoryMap.Open(_path, MapAccess.ReadWrite);
        MapLease lease = map.Lease();
        MapLease copy = lease;
        lease.Dispose();
        using MapLease next = map.Lease(5, 10);
        copy.Dispose();
        Assert.Equal(Pattern.Bytes(5, 10), next.Span);
        Assert.Throws<InvalidOperationException>(() => map.Protect(MapProtection.None));
    }

    [Fact]
    public void A_copy_that_outlived_its_lease_reaches_nothing_though_another_lease_lives()
    {
        using MemoryMap map = MemoryMap.Open(_path, MapAccess.ReadWrite);
        using MemoryMap other = MemoryMap.CreateAnonymous(Length);
        AssertStale(map, other, stale => _ = stale.Length);
        AssertStale(map, other, stale => _ = stale.Span);
        AssertStale(map, other, stale => stale.Slice(0, 1));
        AssertStale(map, other, stale => stale.Read<byte>(0));
        AssertStale(map, other, stale => _ = stale[0]);
    }

    [Fact]
    public void A_copy_for_writing_that_outlived_its_lease_does_not_write_into_another()
    {
        using MemoryMap map = MemoryMap.Open(_path, MapAccess.ReadWrite);
        using MemoryMap other = MemoryMap.CreateAnonymous(Length);
        foreach (WriteAction write in new WriteAction[] { stale => stale[3] = 9, stale => stale.Write(3, (byte)9) })
        {
            Assert.Throws<ObjectDisposedException>(() =>
            {
                MapWriteLease lease = map.LeaseForWrite();
                MapWriteLease stale = lease;
                lease.Dispose();
                using MapWriteLease next = other.LeaseForWrite();
                write(stale);
            });
            Assert.Equal(0, other.Read<byte>(3));
        }
    }

    [Fact]
    public void A_copy_that_outlived_its_lease_and_map_reads_nothing_unmapped()
    {
        MemoryMap map = MemoryMap.Open(_path);
        MapLease lease = map.Lease();
        MapLease stale = lease;
        lease.Dispose();
        map.Dispose();
        using MemoryMap small = MemoryMap.CreateAnonymous(1);
        using MapLease next = small.Lease();
        bool refused = false;
        try
        {
            _ = stale[Length - 1];
        }
        catch (ObjectDisposedException)
        {
            refused = true;
        }
        Assert.True(refused);
    }

    private delegate void ReadAction(MapLease lease);

    private delegate void WriteAction(MapWriteLease lease);

    private void AssertEnds(MemoryMap map, bool mapIsClosed, ReadAction use)
    {
        MemoryMap leased = mapIsClosed ? MemoryMap.Open(_path) : map;
        Assert.Throws<ObjectDisposedException>(() =>
        {
            MapLease lease = leased.Lease();
            if (mapIsClosed)
            {
                leased.Dispose();
            }
            lease.Dispose();
            use(lease);
        });
    }

    private void AssertEndsForWriting(MemoryMap map, bool mapIsClosed, WriteAction use)
    {
        MemoryMap leased = mapIsClosed ? MemoryMap.Open(_path, MapAccess.ReadWrite) : map;
        Assert.Throws<ObjectDisposedException>(() =>
        {
            MapWriteLease lease = leased.LeaseForWrite();
            if (mapIsClosed)
            {
                leased.Dispose();
            }
            lease.Dispose();
            use(lease);
        });
    }

    private static void AssertStale(MemoryMap map, MemoryMap other, ReadAction use) =>
        Assert.Throws<ObjectDisposedException>(() =>
        {
            MapLease lease = map.Lease();
            MapLease stale = lease;
            lease.Dispose();
            using MapLease next = other.Lease();
            use(stale);
        });
}
