namespace MmapIo.Tests;

/// <summary><see cref="MapOptions.Reserve"/>: growing in place, under leases and all.</summary>
public sealed class ReserveTests : IDisposable
{
    private const int Length = 9000;
    private const int Reserve = 1 << 20;

    private readonly Scratch _scratch = new();
    private readonly string _path;

    public ReserveTests()
    {
        Needs.Capability(MemoryMap.Capabilities.CanReserve, "reserve address space");
        _path = _scratch.Patterned(Length);
    }

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public unsafe void Growing_leaves_the_map_where_it_is_and_live_leases_good()
    {
        using MemoryMap map = Open();
        using MapLease before = map.Lease();
        using MapWriteLease writing = map.LeaseForWrite(10, 20);
        map.Resize(Reserve);
        Assert.Equal((Reserve, Reserve), (map.Length, (int)new FileInfo(_path).Length));
        Assert.Equal(Length, before.Length);
        Assert.Equal(Pattern.Bytes(0, Length), before.Span);
        writing[0] = 77;
        using MapLease after = map.Lease();
        Assert.Equal((77, 0), (after[10], after[Reserve - 1]));
        fixed (byte* first = before.Span, second = after.Span)
        {
            Assert.True(first == second);
        }
    }

    [Fact]
    public void Pinned_memory_and_sequences_stay_good_too()
    {
        using MemoryMap map = Open();
        ReadOnlyMemory<byte> memory = map.GetReadOnlyMemory(0, Length);
        ReadOnlySpan<byte> span = memory.Span;
        map.Resize(Reserve);
        Assert.Equal(Pattern.Bytes(0, Length), span);
        GC.KeepAlive(memory);
    }

    [Fact]
    public void Only_what_lies_past_the_new_end_stands_in_the_way_of_shrinking()
    {
        using MemoryMap map = Open();
        map.Resize(Reserve);
        using (map.Lease(0, 5000))
        {
            map.Resize(5000);
            Assert.Throws<InvalidOperationException>(() => map.Resize(4999));
            Assert.Throws<InvalidOperationException>(() => map.Resize(0));
            map.Resize(Length);
        }
        map.Resize(4999);
        map.Resize(Reserve);
        Assert.Equal(Pattern.At(Length - 1), map.Read<byte>(Length - 1));
    }

    [Fact]
    public void Beyond_the_reserve_it_needs_the_map_to_itself()
    {
        using MemoryMap map = Open();
        using (map.Lease(0, 1))
        {
            Assert.Throws<InvalidOperationException>(() => map.Resize((2 * Reserve) + 1));
        }
        map.Resize((2 * Reserve) + 1);
        Assert.Equal((2 * Reserve) + 1, map.Length);
        Assert.Equal(Pattern.At(Length - 1), map.Read<byte>(Length - 1));
    }

    [Fact]
    public void A_reserve_that_cannot_be_is_refused()
    {
        foreach (long reserve in new[] { -1, long.MinValue, long.MaxValue })
        {
            Refused.Naming("options", () => MemoryMap.Open(
                _path, MapAccess.ReadWrite, new MapOptions { Offset = 1, Reserve = reserve }));
        }
        using MemoryMap small = MemoryMap.Open(_path, MapAccess.Read, new MapOptions { Reserve = 1 });
        Assert.Equal((Length, Pattern.At(Length - 1)), (small.Length, small.Read<byte>(Length - 1)));
    }

    [Fact]
    public void Readers_go_on_while_another_thread_makes_the_map_longer()
    {
        using MemoryMap map = Open();
        bool done = false;
        long reads = 0;
        using (Threads.Start(() =>
        {
            for (long i = 0; !Volatile.Read(ref done); i++)
            {
                using MapLease lease = map.Lease();
                Assert.Equal(Pattern.At(i % Length), lease[i % Length]);
                Assert.Equal(Pattern.At(i % Length), map.Read<byte>(i % Length));
                Assert.InRange(map.Read<byte>(map.Length - 1), 0, 255);
                Interlocked.Increment(ref reads);
            }
        }, () => Volatile.Write(ref done, true)))
        {
            for (int length = Length; length < Reserve; length += 700)
            {
                map.Resize(length);
            }
            SpinWait.SpinUntil(() => Interlocked.Read(ref reads) > 0);
        }
        Assert.True(reads > 0);
    }

    [Fact]
    public async Task What_is_about_all_of_the_map_is_about_as_much_as_there_is_whoever_resizes_it()
    {
        using MemoryMap map = Open();
        bool done = false;
        using Threads.Running resizing = Threads.Start(
            () =>
            {
                for (int length = 1; !Volatile.Read(ref done); length = (length * 7) % Length)
                {
                    try
                    {
                        map.Resize(length + 1);
                    }
                    catch (InvalidOperationException)
                    {
                        // A lease, or what goes on without its caller, stands in the way.
                    }
                }
            },
            () => Volatile.Write(ref done, true));
        bool[] pages = new bool[Length];
        for (int i = 0; i < 200; i++)
        {
            map.Flush(FlushMode.Async);
            await map.FlushAsync(FlushMode.Async, TestContext.Current.CancellationToken);
            await map.PrefetchAsync(cancellationToken: TestContext.Current.CancellationToken);
            await map.PopulateAsync(degreeOfParallelism: 1, cancellationToken: TestContext.Current.CancellationToken);
            map.Populate();
            map.Lock();
            map.Unlock();
            map.Advise(MapAdvice.Random);
            if (MemoryMap.Capabilities.CanGetResidency)
            {
                map.GetResidency();
                map.GetResidency(pages);
            }
            map.Protect(MapProtection.ReadWrite);
            map.Lease().Dispose();
            map.LeaseForWrite().Dispose();
            Assert.True(map.AsSequence().Length > 0);
            map.AsPipeReader().Complete();
            Mmap.Advise(map, Mmap.MADV_RANDOM);
            Mmap.Sync(map);
            foreach (ReadOnlySpan<byte> line in map.Lines())
            {
                Assert.True(line.Length >= 0);
            }
        }
        map.Evict();
    }

    private MemoryMap Open() => MemoryMap.Open(_path, MapAccess.ReadWrite, new MapOptions { Reserve = Reserve });
}
