using System.Buffers;

namespace MmapIo.Tests;

/// <summary>What threads use of a map: noted in constant memory, given back whatever becomes of the thread.</summary>
public sealed class UsesTests
{
    private const int Length = 20_000;

    private static readonly TimeSpan s_hang = TimeSpan.FromMinutes(1);

    [Fact]
    public void Leases_taken_hand_over_hand_cost_constant_memory()
    {
        using MemoryMap map = MemoryMap.CreateAnonymous(Length);
        HandOverHand(map, 10);
        long before = GC.GetAllocatedBytesForCurrentThread();
        HandOverHand(map, 100_000);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Leases_returned_in_any_order_cost_constant_memory()
    {
        using MemoryMap map = MemoryMap.CreateAnonymous(Length);
        InAnyOrder(map, 10);
        long before = GC.GetAllocatedBytesForCurrentThread();
        InAnyOrder(map, 10_000);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_thread_that_ended_with_a_lease_is_in_nobodys_way(bool othersUseTheMap)
    {
        using MemoryMap map = MemoryMap.CreateAnonymous(Length);
        if (othersUseTheMap)
        {
            _ = map.Read<byte>(0);
        }
        OnThread(() => _ = map.Lease().Length);
        map.Protect(MapProtection.Read);
        map.Protect(MapProtection.ReadWrite);
        map.Resize(2 * Length);
        Assert.Equal(0, map.Read<byte>((2 * Length) - 1));
    }

    [Fact]
    public void Dispose_unmaps_under_the_lease_of_a_thread_that_ended()
    {
        using var scratch = new Scratch();
        string path = scratch.Patterned(Length);
        MemoryMap map = MemoryMap.Open(path);
        OnThread(() => _ = map.Lease().Length);
        map.Dispose();
        if (Mappings.CanTell)
        {
            Assert.Equal(0, Mappings.Count(path));
        }
        Assert.Throws<ObjectDisposedException>(() => map.Read<byte>(0));
    }

    [Fact]
    public void No_interrupt_loses_a_hold()
    {
        using MemoryMap map = MemoryMap.CreateAnonymous(Length);
        bool done = false;
        var contender = new Thread(() =>
        {
            while (!Volatile.Read(ref done))
            {
                map.Protect(MapProtection.Read, 0, 1);
                map.Protect(MapProtection.ReadWrite, 0, 1);
            }
        });
        var worker = new Thread(() =>
        {
            for (int i = 0; i < 20_000; i++)
            {
                IMemoryOwner<byte> owner = map.Rent(MemoryMap.PageSize, 10);
                owner.Dispose();
                _ = map.Read<byte>(MemoryMap.PageSize);
                map.Lease(MemoryMap.PageSize, 1).Dispose();
            }
            Volatile.Write(ref done, true);
            try
            {
                Thread.Sleep(0);
            }
            catch (ThreadInterruptedException)
            {
                // What was asked for comes when there is nothing left to lose.
            }
        });
        contender.Start();
        worker.Start();
        while (!Volatile.Read(ref done))
        {
            worker.Interrupt();
        }
        contender.Join();
        worker.Join();
        map.Resize(2 * Length);
        Assert.Equal(2 * Length, map.Length);
    }

    /// <summary>Exception filters run before whatever cleans up behind them.</summary>
    [Theory]
    [InlineData("read")]
    [InlineData("lease")]
    [InlineData("copy")]
    [InlineData("cell")]
    [InlineData("call")]
    [InlineData("resize")]
    public void A_filter_finds_the_map_unused(string refused)
    {
        using MemoryMap map = MemoryMap.CreateAnonymous(Length);
        map.Protect(MapProtection.None, 0, 1);
        bool ran = false;
        var thread = new Thread(() =>
        {
            try
            {
                Refused(map, refused);
            }
            catch (Exception) when (Grow(map))
            {
                ran = true;
            }
        })
        { IsBackground = true };
        thread.Start();
        Assert.True(thread.Join(s_hang), "the filter waits for the call it runs in");
        Assert.True(ran);
    }

    /// <summary>The reference to the first of no elements is null, and reading it throws.</summary>
    [Fact]
    public void A_value_that_cannot_be_read_leaves_no_call()
    {
        MemoryMap map = MemoryMap.CreateAnonymous(Length);
        Assert.Throws<NullReferenceException>(() => map.Write(0, in ReadOnlySpan<long>.Empty.GetPinnableReference()));
        var resizer = new Thread(() => map.Resize(2 * Length)) { IsBackground = true };
        resizer.Start();
        Assert.True(resizer.Join(s_hang), "the call that failed is taken to be under way");
        map.Dispose();
    }

    private static void Refused(MemoryMap map, string refused)
    {
        switch (refused)
        {
            case "read":
                _ = map.Read<byte>(0);
                break;
            case "lease":
                map.Lease().Dispose();
                break;
            case "copy":
                _ = map.TryRead(0, new byte[1], out _);
                break;
            case "cell":
                _ = map.Add(0, 1);
                break;
            case "call":
                map.Populate(0, 1);
                break;
            default:
                map.Resize(1L << 60);
                break;
        }
    }

    private static bool Grow(MemoryMap map)
    {
        map.Resize(2 * Length);
        return map.Length == 2 * Length;
    }

    private static void HandOverHand(MemoryMap map, int times)
    {
        MapLease held = map.Lease(0, 1);
        for (int i = 0; i < times; i++)
        {
            MapLease next = map.Lease(i % Length, 1);
            held.Dispose();
            held = next;
        }
        held.Dispose();
    }

    private static void InAnyOrder(MemoryMap map, int times)
    {
        for (int i = 0; i < times; i++)
        {
            MapLease first = map.Lease(0, 1);
            MapLease second = map.Lease(1, 1);
            MapLease third = map.Lease(2, 1);
            second.Dispose();
            MapLease fourth = map.Lease(3, 1);
            first.Dispose();
            fourth.Dispose();
            third.Dispose();
        }
    }

    private static void OnThread(ThreadStart work)
    {
        var thread = new Thread(work);
        thread.Start();
        thread.Join();
    }
}
