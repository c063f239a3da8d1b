using System.Runtime.CompilerServices;

namespace MmapIo.Tests;

/// <summary>A lease keeps the mapping; the last one to be returned unmaps what was closed meanwhile.</summary>
public sealed class LeaseLifetimeTests : IDisposable
{
    private const int Length = 20_000;

    private readonly Scratch _scratch = new();
    private readonly string _path;

    public LeaseLifetimeTests() => _path = _scratch.Patterned(Length);

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void Without_a_lease_Dispose_unmaps_at_once()
    {
        MemoryMap map = MemoryMap.Open(_path);
        AssertMapped(1);
        map.Dispose();
        AssertMapped(0);
    }

    [Fact]
    public void After_reads_and_calls_Dispose_unmaps_at_once()
    {
        MemoryMap map = MemoryMap.Open(_path, MapAccess.ReadWrite);
        map.Read<long>(0);
        map.Write(0, 1L);
        map.Flush();
        map.Lease().Dispose();
        map.LeaseForWrite().Dispose();
        Assert.Throws<ArgumentOutOfRangeException>(() => map.Read<byte>(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => map.Write(Length, 1));
        map.Dispose();
        AssertMapped(0);
    }

    [Fact]
    public void A_lease_outlives_its_map_and_its_return_unmaps()
    {
        MemoryMap map = MemoryMap.Open(_path);
        MapLease lease = map.Lease();
        map.Dispose();
        AssertMapped(1);
        Assert.Equal(Pattern.Bytes(0, Length), lease.Span);
        Assert.Throws<ObjectDisposedException>(() => map.Read<byte>(0));
        Assert.Throws<ObjectDisposedException>(() => map.Lease().Dispose());
        lease.Dispose();
        AssertMapped(0);
    }

    [Fact]
    public void What_is_written_through_a_lease_that_outlives_its_map_arrives()
    {
        MemoryMap map = MemoryMap.Open(_path, MapAccess.ReadWrite);
        using (MapWriteLease lease = map.LeaseForWrite())
        {
            map.Dispose();
            lease[Length - 1] = 123;
        }
        AssertMapped(0);
        Assert.Equal(123, Files.Bytes(_path)[^1]);
    }

    [Fact]
    public void The_last_of_several_leases_unmaps_whatever_the_order()
    {
        MemoryMap map = MemoryMap.Open(_path, MapAccess.ReadWrite);
        MapLease first = map.Lease(0, 10);
        MapWriteLease second = map.LeaseForWrite(10, 10);
        MapLease third = map.Lease(20, 10);
        MapLease fourth = map.Lease(30, 10);
        second.Dispose();
        fourth.Dispose();
        map.Dispose();
        AssertMapped(1);
        Assert.Equal(Pattern.Bytes(0, 10), first.Span);
        first.Dispose();
        AssertMapped(1);
        Assert.Equal(Pattern.Bytes(20, 10), third.Span);
        third.Dispose();
        AssertMapped(0);
    }

    [Fact]
    public void A_lease_returned_out_of_turn_leaves_the_others_alone()
    {
        using MemoryMap map = MemoryMap.Open(_path);
        MapLease first = map.Lease(0, 10);
        MapLease second = map.Lease(10, 10);
        first.Dispose();
        using MapLease third = map.Lease(20, 10);
        Assert.Equal(Pattern.Bytes(10, 10), second.Span);
        Assert.Equal(Pattern.Bytes(20, 10), third.Span);
        second.Dispose();
        Assert.Equal(Pattern.At(29), third[9]);
        Assert.Equal(Pattern.At(3), map.Read<byte>(3));
        Assert.Equal(Pattern.At(29), third[9]);
    }

    [Fact]
    public void Leases_of_several_maps_do_not_get_in_each_others_way()
    {
        MemoryMap closed = MemoryMap.Open(_path);
        string otherPath = _scratch.Patterned(100, "other");
        using MemoryMap other = MemoryMap.Open(otherPath);
        MapLease inClosed = closed.Lease();
        MapLease inOther = other.Lease();
        closed.Dispose();
        inOther.Dispose();
        AssertMapped(1);
        Assert.Equal(Pattern.At(5), inClosed[5]);
        inClosed.Dispose();
        AssertMapped(0);
        Assert.Equal(Pattern.At(99), other.Read<byte>(99));
    }

    [Fact]
    public void Leases_nest_as_deep_as_the_stack_allows()
    {
        const int Depth = 1000;
        MemoryMap map = MemoryMap.Open(_path);
        Nest(map, Depth);
        AssertMapped(0);

        static void Nest(MemoryMap map, int depth)
        {
            using MapLease lease = map.Lease(depth, depth + 1);
            Assert.Equal(Pattern.At(depth), map.Read<byte>(depth));
            if (depth == 0)
            {
                map.Dispose();
            }
            else
            {
                Nest(map, depth - 1);
            }
            Assert.Equal(depth + 1, lease.Length);
            Assert.Equal(Pattern.At(2 * depth), lease[depth]);
        }
    }

    [Fact]
    public void A_map_closed_by_another_thread_stays_until_this_one_returns_its_lease()
    {
        MemoryMap map = MemoryMap.Open(_path);
        MapLease lease = map.Lease();
        Threads.Start(map.Dispose).Dispose();
        AssertMapped(1);
        Assert.Equal(Pattern.Bytes(0, Length), lease.Span);
        lease.Dispose();
        AssertMapped(0);
    }

    [Fact]
    public void A_lease_on_another_thread_keeps_the_mapping_after_this_one_closed_the_map()
    {
        MemoryMap map = MemoryMap.Open(_path);
        map.Read<byte>(0);
        using var taken = new ManualResetEventSlim();
        using var closed = new ManualResetEventSlim();
        using (Threads.Start(() =>
        {
            using MapLease lease = map.Lease();
            taken.Set();
            Threads.Await(closed);
            Assert.Equal(Pattern.Bytes(0, Length), lease.Span);
        }, closed.Set))
        {
            Threads.Await(taken);
            map.Dispose();
            AssertMapped(1);
            closed.Set();
        }
        AssertMapped(0);
    }

    [Fact]
    public void A_refused_lease_keeps_nothing()
    {
        MemoryMap map = MemoryMap.Open(_path);
        Assert.Throws<NotSupportedException>(() => map.LeaseForWrite().Dispose());
        Assert.Throws<ArgumentOutOfRangeException>(() => map.Lease(0, Length + 1).Dispose());
        map.Protect(MapProtection.None, 0, 1);
        Assert.Throws<UnauthorizedAccessException>(() => map.Lease().Dispose());
        Assert.Throws<UnauthorizedAccessException>(() => map.Read<byte>(0));
        map.Protect(MapProtection.Read);
        map.Dispose();
        AssertMapped(0);
    }

    [Fact]
    public void A_forgotten_lease_keeps_its_map_as_long_as_its_thread_lives()
    {
        Needs.Linux("the kernel's account of mappings");
        using var forgotten = new ManualResetEventSlim();
        using var enough = new ManualResetEventSlim();
        using (Threads.Start(() =>
        {
            OpenAndForget();
            forgotten.Set();
            Threads.Await(enough);
        }, enough.Set))
        {
            Threads.Await(forgotten);
            Garbage.Collect();
            AssertMapped(1);
        }
        Garbage.CollectUntil(() => Mappings.Count(_path) == 0);
        AssertMapped(0);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_lease_that_a_thread_forgot_keeps_a_disposed_map_no_longer_than_the_thread(bool disposeFirst)
    {
        Needs.Linux("the kernel's account of mappings");
        ForgetOn(disposeFirst);
        Garbage.CollectUntil(() => Mappings.Count(_path) == 0);
        AssertMapped(0);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void ForgetOn(bool disposeFirst)
    {
        MemoryMap map = MemoryMap.Open(_path);
        using var forgotten = new ManualResetEventSlim();
        using var enough = new ManualResetEventSlim();
        using (Threads.Start(() =>
        {
            Forget(map);
            forgotten.Set();
            Threads.Await(enough);
        }, enough.Set))
        {
            Threads.Await(forgotten);
            if (disposeFirst)
            {
                map.Dispose();
                AssertMapped(1);
            }
        }
        map.Dispose();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Forget(MemoryMap map) => _ = map.Lease();

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void OpenAndForget() => _ = MemoryMap.Open(_path).Lease();

    /// <summary>Where nobody tells of mappings, the rest of the test still stands.</summary>
    private void AssertMapped(int times)
    {
        if (Mappings.CanTell)
        {
            Assert.Equal((times, times), (Mappings.Count(_path), Mappings.OpenFiles(_path)));
        }
    }
}
