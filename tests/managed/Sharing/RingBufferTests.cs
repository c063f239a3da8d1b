namespace MmapIo.Tests;

public sealed class RingBufferTests
{
    private static readonly int s_least = MemoryMap.AllocationGranularity;

    public RingBufferTests() => Needs.Capability(MemoryMap.Capabilities.CanMirror, "map anything twice in a row");

    [Fact]
    public void What_goes_in_comes_out()
    {
        using MapRingBuffer ring = MapRingBuffer.Create(1);
        Assert.Equal((s_least, 0), (ring.Capacity, ring.Count));
        "abc"u8.CopyTo(ring.GetWriteSpan());
        Assert.Equal(0, ring.Count);
        ring.Advance(3);
        Assert.Equal(3, ring.Count);
        Assert.Equal("abc"u8.ToArray(), ring.GetReadSpan().ToArray());
        ring.Consume(1);
        Assert.Equal("bc"u8.ToArray(), ring.GetReadSpan().ToArray());
        ring.Consume(2);
        Assert.True(ring.GetReadSpan().IsEmpty);
        ring.Consume(0);
    }

    [Fact]
    public void Spans_never_wrap()
    {
        using MapRingBuffer ring = MapRingBuffer.Create(s_least);
        long position = 0;
        for (int round = 0; round < 20; round++)
        {
            int length = s_least - 100;
            Assert.Equal(s_least, ring.GetWriteSpan().Length);
            Pattern.Bytes(position, length).CopyTo(ring.GetWriteSpan());
            ring.Advance(length);
            Assert.Equal(100, ring.GetWriteSpan().Length);
            ring.Advance(0);
            Assert.Equal(Pattern.Bytes(position, length), ring.GetReadSpan().ToArray());
            ring.Consume(length);
            position += length;
        }
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(65536, 65536)]
    [InlineData(65537, 131072)]
    [InlineData(1_000_000, 1 << 20)]
    public void The_capacity_is_rounded_up_to_a_power_of_two(long asked, long given)
    {
        using MapRingBuffer ring = MapRingBuffer.Create(asked);
        Assert.Equal(Math.Max(given, s_least), ring.Capacity);
        Assert.Equal(ring.Capacity, ring.GetWriteSpan().Length);
        ring.Advance((int)ring.Capacity);
        Assert.True(ring.GetWriteSpan().IsEmpty);
        Assert.Equal(ring.Capacity, ring.Count);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(long.MinValue)]
    [InlineData(long.MaxValue)]
    public void A_capacity_that_cannot_be_is_refused(long capacity)
    {
        Refused.Naming("capacity", () => MapRingBuffer.Create(capacity));
        Refused.Naming("capacity", () => MapRingBuffer.Create("a", capacity));
    }

    [Fact]
    public void More_than_there_is_cannot_be_handed_over()
    {
        using MapRingBuffer ring = MapRingBuffer.Create(1);
        Assert.Throws<InvalidOperationException>(() => ring.Advance(0));
        Assert.Throws<InvalidOperationException>(() => ring.Consume(0));
        ring.GetWriteSpan();
        Refused.Naming("count", () => ring.Advance(-1));
        Refused.Naming("count", () => ring.Advance(s_least + 1));
        ring.Advance(10);
        ring.GetReadSpan();
        Refused.Naming("count", () => ring.Consume(11));
        Refused.Naming("count", () => ring.Consume(-1));
        ring.Consume(10);
        Assert.Throws<InvalidOperationException>(() => ring.Consume(0));
    }

    [Fact]
    public void Only_what_the_span_had_can_be_handed_over_whatever_the_other_side_did_since()
    {
        using MapRingBuffer ring = MapRingBuffer.Create(1);
        ring.GetWriteSpan();
        ring.Advance(s_least);
        Assert.True(ring.GetWriteSpan().IsEmpty);
        ring.GetReadSpan();
        ring.Consume(s_least);
        Refused.Naming("count", () => ring.Advance(1));
        ring.Advance(0);
        Assert.True(ring.GetReadSpan().IsEmpty);
        ring.GetWriteSpan();
        ring.Advance(5);
        Refused.Naming("count", () => ring.Consume(1));
        ring.Consume(0);
        Assert.Equal(5, ring.Count);
    }

    [Fact]
    public void The_count_is_true_while_both_sides_work()
    {
        using MapRingBuffer ring = MapRingBuffer.Create(1);
        bool done = false;
        using Threads.Running producer = Threads.Start(() => Repeat(
            () => ring.Advance(Math.Min(ring.GetWriteSpan().Length, s_least - 100))), () => Volatile.Write(ref done, true));
        using Threads.Running consumer = Threads.Start(() => Repeat(
            () => ring.Consume(ring.GetReadSpan().Length)), () => Volatile.Write(ref done, true));
        for (int i = 0; i < 1_000_000; i++)
        {
            long count = ring.Count;
            Assert.True(count >= 0 && count <= s_least);
        }

        void Repeat(Action action)
        {
            while (!Volatile.Read(ref done))
            {
                action();
            }
        }
    }

    [Fact]
    public void A_closed_ring_counts_nothing_though_a_span_is_out()
    {
        MapRingBuffer ring = MapRingBuffer.Create(1);
        ring.GetWriteSpan();
        ring.Dispose();
        Assert.Throws<ObjectDisposedException>(() => ring.Count);
        ring.Advance(0);
        Assert.Throws<ObjectDisposedException>(() => ring.Count);
    }

    [Fact]
    public void Two_threads_exchange_every_byte_in_order()
    {
        const int Total = 2_000_000;
        using MapRingBuffer ring = MapRingBuffer.Create(1);
        long wrong = -1;
        var consumer = new Thread(() =>
        {
            for (long done = 0; done < Total;)
            {
                ReadOnlySpan<byte> found = ring.GetReadSpan();
                for (int i = 0; i < found.Length && wrong < 0; i++)
                {
                    wrong = found[i] == (byte)((done + i) * 7) ? -1 : done + i;
                }
                ring.Consume(found.Length);
                done += found.Length;
                if (found.IsEmpty)
                {
                    Thread.Yield();
                }
            }
        });
        consumer.Start();
        for (int done = 0; done < Total;)
        {
            Span<byte> room = ring.GetWriteSpan();
            int count = Math.Min(Math.Min(room.Length, 1 + (done % 5000)), Total - done);
            for (int i = 0; i < count; i++)
            {
                room[i] = (byte)((done + i) * 7L);
            }
            ring.Advance(count);
            done += count;
            if (count == 0)
            {
                Thread.Yield();
            }
        }
        consumer.Join();
        Assert.Equal(-1, wrong);
        Assert.Equal(0, ring.Count);
    }

    [Fact]
    public void Two_processes_exchange_every_byte_in_order()
    {
        const int Total = 3_000_000;
        using SharedName name = SharedName.New();
        using MapRingBuffer ring = MapRingBuffer.Create(name.Text, 10_000);
        using Child reader = Child.Start(ChildParts.RingReader, name.Text, $"{Total}");
        ulong sum = 0;
        for (int done = 0; done < Total;)
        {
            Span<byte> room = ring.GetWriteSpan();
            int count = Math.Min(room.Length, Total - done);
            for (int i = 0; i < count; i++)
            {
                room[i] = (byte)(done + i);
                sum = (sum * 31) + room[i];
            }
            ring.Advance(count);
            done += count;
        }
        Assert.Equal(["ready", $"{sum}"], reader.Finish());
    }

    [Fact]
    public void Disposing_waits_for_the_spans_that_are_out()
    {
        Needs.Linux("the kernel's account of mappings");
        using SharedName name = SharedName.New();
        MapRingBuffer ring = MapRingBuffer.Create(name.Text, 1);
        Span<byte> room = ring.GetWriteSpan();
        ReadOnlySpan<byte> nothing = ring.GetReadSpan();
        ring.Dispose();
        ring.Dispose();
        room[0] = 1;
        Assert.Throws<ObjectDisposedException>(() => ring.GetWriteSpan().Length);
        Assert.Throws<ObjectDisposedException>(() => ring.GetReadSpan().Length);
        Assert.True(nothing.IsEmpty);
        Assert.Equal(3, Mappings.Count(name.Path));
        ring.Advance(1);
        Assert.Equal((0, 0), (Mappings.Count(name.Path), Mappings.OpenFiles(name.Path)));
        Assert.Throws<InvalidOperationException>(() => ring.Advance(0));
        ring.Consume(0);
        Assert.Throws<ObjectDisposedException>(() => ring.Count);
    }

    [Fact]
    public void An_empty_span_holds_nothing()
    {
        Needs.Linux("the kernel's account of mappings");
        using SharedName name = SharedName.New();
        for (int round = 0; round < 20; round++)
        {
            MapRingBuffer ring = MapRingBuffer.Create(name.Text, 1);
            ring.GetWriteSpan();
            ring.Advance((int)ring.Capacity);
            Assert.True(ring.GetWriteSpan().IsEmpty);
            ring.GetReadSpan();
            ring.Consume((int)ring.Capacity);
            Assert.True(ring.GetReadSpan().IsEmpty);
            ring.Dispose();
            Assert.Equal((0, 0), (Mappings.Count(name.Path), Mappings.OpenFiles(name.Path)));
            ring.Consume(0);
            ring.Advance(0);
            Assert.Throws<InvalidOperationException>(() => ring.Consume(0));
            Assert.Throws<InvalidOperationException>(() => ring.Advance(0));
        }
    }

    [Fact]
    public void A_closed_ring_is_gone_and_so_is_its_name()
    {
        using SharedName name = SharedName.New();
        MapRingBuffer ring = MapRingBuffer.Create(name.Text, 1);
        using (MapRingBuffer other = MapRingBuffer.Open(name.Text))
        {
            ring.GetWriteSpan()[0] = 9;
            ring.Advance(1);
            ring.Dispose();
            Assert.Equal(9, other.GetReadSpan()[0]);
            other.Consume(1);
        }
        Assert.Throws<FileNotFoundException>(() => MapRingBuffer.Open(name.Text));
    }

    /// <summary>That option is for files, and without effect elsewhere.</summary>
    [Fact]
    public void An_option_that_means_nothing_for_memory_does_no_harm()
    {
        using MapRingBuffer ring = MapRingBuffer.Create(1, new MapOptions { NoHandle = true });
        ring.GetWriteSpan()[0] = 7;
        ring.Advance(1);
        Assert.Equal([7], ring.GetReadSpan().ToArray());
        ring.Consume(1);
    }

    [Fact]
    public void A_dropped_ring_is_unmapped_but_not_under_a_span()
    {
        Needs.Linux("the kernel's account of mappings");
        using SharedName dropped = SharedName.New();
        using SharedName used = SharedName.New();
        Drop(dropped.Text, takeSpan: false);
        Drop(used.Text, takeSpan: true);
        Garbage.Collect();
        Garbage.Collect();
        Assert.Equal(0, Mappings.Count(dropped.Path));
        Assert.Equal(3, Mappings.Count(used.Path));
    }

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private static void Drop(string name, bool takeSpan)
    {
        MapRingBuffer ring = MapRingBuffer.Create(name, 1);
        if (takeSpan)
        {
            ring.GetWriteSpan()[0] = 1;
        }
    }
}
