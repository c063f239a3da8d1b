using System.Diagnostics.CodeAnalysis;

namespace MmapIo.Tests;

/// <summary>Rings whose users were killed, or whose memory somebody has written over.</summary>
public sealed class RingRecoveryTests
{
    private const int Header = 65536;
    private const int MagicCell = 0;
    private const int CapacityCell = 8;
    private const int WrittenCell = 128;
    private const int ReadCell = 256;
    private const long Magic = 0x31474E49524F494D;

    private static readonly int s_least = MemoryMap.AllocationGranularity;

    public RingRecoveryTests() => Needs.Capability(MemoryMap.Capabilities.CanMirror, "map anything twice in a row");

    [Fact]
    public void A_ring_is_made_by_the_first_and_opened_by_the_next()
    {
        using SharedName name = SharedName.New();
        using (MapRingBuffer first = MapRingBuffer.OpenOrCreate(name.Text, 1))
        using (MapRingBuffer second = MapRingBuffer.OpenOrCreate(name.Text, 1 << 20))
        using (MapRingBuffer third = MapRingBuffer.Open(name.Text))
        {
            "abc"u8.CopyTo(first.GetWriteSpan());
            first.Advance(3);
            Assert.Equal("abc"u8.ToArray(), second.GetReadSpan().ToArray());
            second.Consume(1);
            Assert.Equal((s_least, s_least, s_least, 2), (first.Capacity, second.Capacity, third.Capacity, third.Count));
        }
        Assert.Throws<FileNotFoundException>(() => MapRingBuffer.Open(name.Text));
        Refused.Naming("capacity", () => MapRingBuffer.OpenOrCreate(name.Text, 0));
        Refused.Naming("name", () => MapRingBuffer.OpenOrCreate("no/name", 1));
    }

    [Fact]
    public void A_ring_whose_owner_was_killed_is_opened_with_what_it_left_and_goes_with_its_last_user()
    {
        Needs.Capability(MemoryMap.Capabilities.SharedNamesLast, "keep a name that nobody uses");
        using SharedName name = SharedName.New();
        using (Child owner = Child.Start(ChildParts.RingOwner, name.Text, "10000"))
        {
            Assert.Equal("written", owner.Ask("hello"));
            owner.KillAtOnce();
        }
        MmapIoException refused = Assert.Throws<MmapIoException>(() => MapRingBuffer.Create(name.Text, 1));
        Assert.Equal((MapStatus.Exists, name.Text), (refused.Status, refused.Path));
        Assert.Contains(nameof(MapRingBuffer.OpenOrCreate), refused.Message, StringComparison.Ordinal);
        Assert.NotEqual(0, refused.OsErrorCode);
        using (MapRingBuffer ring = MapRingBuffer.OpenOrCreate(name.Text, 1))
        {
            Assert.Equal("hello"u8.ToArray(), ring.GetReadSpan().ToArray());
            ring.Consume(5);
            Assert.Equal(Math.Max(16384, s_least), ring.Capacity);
            Assert.Equal(ring.Capacity, ring.GetWriteSpan().Length);
            ring.Advance(0);
        }
        if (OperatingSystem.IsLinux())
        {
            Assert.False(File.Exists(name.Path));
        }
        MapRingBuffer.Create(name.Text, 1).Dispose();
    }

    /// <summary>Killed between making the memory and each of the two words it writes.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_ring_that_is_half_made_is_finished(bool hasCapacity)
    {
        using SharedName name = SharedName.New();
        using MemoryMap half = MemoryMap.CreateShared(name.Text, Header + 131072, new MapOptions { DeleteOnClose = true });
        if (hasCapacity)
        {
            half.Write(CapacityCell, 131072L);
        }
        MmapIoException busy = Assert.Throws<MmapIoException>(() => MapRingBuffer.Open(name.Text));
        Assert.Equal(MapStatus.Busy, busy.Status);
        Assert.Contains(nameof(MapRingBuffer.OpenOrCreate), busy.Message, StringComparison.Ordinal);
        using MapRingBuffer ring = MapRingBuffer.OpenOrCreate(name.Text, 1);
        Assert.Equal((131072, Magic, 131072), (ring.Capacity, half.Read<long>(MagicCell), half.Read<long>(CapacityCell)));
        ring.GetWriteSpan()[0] = 7;
        ring.Advance(1);
        using MapRingBuffer other = MapRingBuffer.Open(name.Text);
        Assert.Equal([7], other.GetReadSpan().ToArray());
        other.Consume(1);
    }

    [Fact]
    public void All_who_open_or_make_one_at_the_same_time_have_the_same()
    {
        const int Users = 6;
        for (int round = 0; round < 30; round++)
        {
            using SharedName name = SharedName.New();
            var rings = new MapRingBuffer[Users];
            using (var gate = new Barrier(Users))
            {
                Threads.Running[] threads = [.. Enumerable.Range(0, Users).Select(user => Threads.Start(() =>
                {
                    gate.SignalAndWait();
                    rings[user] = MapRingBuffer.OpenOrCreate(name.Text, 1L << (user + 10));
                }))];
                foreach (Threads.Running thread in threads)
                {
                    thread.Dispose();
                }
            }
            Assert.Single(rings.Select(ring => ring.Capacity).Distinct());
            rings[0].GetWriteSpan();
            rings[0].Advance(round + 1);
            Assert.All(rings, ring => Assert.Equal(round + 1, ring.Count));
            Assert.All(rings, ring => ring.Dispose());
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(Header)]
    [InlineData(Header + 1)]
    [InlineData(Header + 65536 + 4096)]
    [InlineData(3 * Header + 65536)]
    public void Memory_of_a_length_that_no_ring_has_is_none_and_is_left_alone(int length)
    {
        using SharedName name = SharedName.New();
        using MemoryMap map = MemoryMap.CreateShared(name.Text, length);
        Assert.Throws<InvalidDataException>(() => MapRingBuffer.Open(name.Text));
        Assert.Throws<InvalidDataException>(() => MapRingBuffer.OpenOrCreate(name.Text, 1));
        using MapLease lease = map.Lease();
        Assert.False(lease.Span.ContainsAnyExcept((byte)0));
    }

    /// <summary>Each word of the header, and what it may hold that no ring has: an exception on opening, on every use of a
    /// ring that was open, and none after it has been put right.</summary>
    [Theory]
    [InlineData(MagicCell, 0)]
    [InlineData(MagicCell, 1)]
    [InlineData(MagicCell, -1)]
    [InlineData(CapacityCell, 0)]
    [InlineData(CapacityCell, -1)]
    [InlineData(CapacityCell, 1)]
    [InlineData(CapacityCell, 4096 + 1)]
    [InlineData(CapacityCell, 1L << 40)]
    [InlineData(CapacityCell, long.MinValue)]
    [InlineData(WrittenCell, -1)]
    [InlineData(WrittenCell, 0)]
    [InlineData(WrittenCell, long.MinValue)]
    [InlineData(WrittenCell, long.MaxValue)]
    [InlineData(ReadCell, -1)]
    [InlineData(ReadCell, 1L << 30)]
    [InlineData(ReadCell, long.MinValue)]
    [InlineData(ReadCell, long.MaxValue)]
    public void A_header_that_cannot_be_is_an_exception_wherever_it_is_met(int cell, long value)
    {
        using SharedName name = SharedName.New();
        using MapRingBuffer ring = MapRingBuffer.Create(name.Text, 1);
        ring.GetWriteSpan();
        ring.Advance(2000);
        ring.GetReadSpan();
        ring.Consume(1000);
        using MemoryMap stranger = MemoryMap.OpenShared(name.Text, MapAccess.ReadWrite);
        long good = stranger.Read<long>(cell);
        AllRefuse(ring, name.Text, () => stranger.Write(cell, value));

        stranger.Write(cell, good);
        ring.GetWriteSpan();
        ring.GetReadSpan();
        bool isOwn = cell is MagicCell or CapacityCell;
        stranger.Write(cell, value);
        if (isOwn || cell == WrittenCell)
        {
            Assert.Throws<InvalidDataException>(() => ring.Advance(5));
        }
        stranger.Write(cell, good);
        ring.GetReadSpan();
        stranger.Write(cell, value);
        if (isOwn || cell == ReadCell)
        {
            Assert.Throws<InvalidDataException>(() => ring.Consume(5));
        }
        stranger.Write(cell, good);
        Assert.Equal(1000, ring.Count);
        Assert.Equal(s_least - 1000, ring.GetWriteSpan().Length);
        Assert.Equal(1000, ring.GetReadSpan().Length);

        // A span that is out would keep the memory, and with it, on Windows, the name.
        ring.Advance(0);
        ring.Consume(0);
    }

    [Theory]
    [InlineData(0xFF)]
    [InlineData(0x7F)]
    [InlineData(0x01)]
    public void A_header_that_is_full_of_one_byte_is_no_rings(byte value)
    {
        using SharedName name = SharedName.New();
        using MapRingBuffer ring = MapRingBuffer.Create(name.Text, 1);
        using MemoryMap stranger = MemoryMap.OpenShared(name.Text, MapAccess.ReadWrite);
        AllRefuse(ring, name.Text, () =>
        {
            using MapWriteLease lease = stranger.LeaseForWrite(0, Header);
            lease.Span.Fill(value);
        });
    }

    [Fact]
    [SuppressMessage("Security", "CA5394", Justification = "For bytes of a test.")]
    public void Whatever_is_written_over_the_header_a_ring_works_or_says_so()
    {
        int seed = Environment.TickCount;
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var random = new Random(seed);
        using SharedName name = SharedName.New();
        using MapRingBuffer ring = MapRingBuffer.Create(name.Text, 1);
        using MemoryMap stranger = MemoryMap.OpenShared(name.Text, MapAccess.ReadWrite);
        int[] cells = [MagicCell, CapacityCell, WrittenCell, ReadCell];
        for (int step = 0; step < 20_000; step++)
        {
            int cell = cells[random.Next(cells.Length)];
            long before = stranger.Read<long>(cell);
            long after = random.Next(3) switch
            {
                0 => before ^ (1L << random.Next(64)),
                1 => random.NextInt64(-s_least, 2L * s_least),
                _ => random.NextInt64(long.MinValue, long.MaxValue),
            };
            stranger.Write(cell, after);
            if (Works(() => ring.GetWriteSpan().Length))
            {
                _ = Works(() => ring.Advance(0));
            }
            if (Works(() => ring.GetReadSpan().ToArray().Length))
            {
                _ = Works(() => ring.Consume(0));
            }
            _ = Works(() => ring.Count);
            if (step % 50 == 0)
            {
                _ = Works(() => MapRingBuffer.OpenOrCreate(name.Text, 1).Dispose());
            }
            stranger.Write(cell, before);
        }
        Assert.Equal(s_least, ring.GetWriteSpan().Length);
        ring.Advance(0);
    }

    [Fact]
    public void Options_that_are_not_for_rings_are_refused_by_whatever_takes_them()
    {
        using SharedName name = SharedName.New();
        using MapRingBuffer there = MapRingBuffer.Create(name.Text, 1);
        MapOptions[] refused =
        [
            new() { Offset = 65536 },
            new() { Length = 65536 },
            new() { Mode = FileMode.OpenOrCreate },
            new() { Share = FileShare.Read },
            new() { Reserve = 1 << 20 },
            new() { Allocate = true },
            new() { GuardPages = true },
            new() { ZeroFillOnFault = true },
            new() { HugePages = new(HugePageMode.Prefer) },
            new() { HugePages = new(HugePageMode.Require) },
            new() { Advice = MapAdvice.Remove },
            new() { Advice = (MapAdvice)12345 },
        ];
        foreach (MapOptions options in refused)
        {
            Refused.Naming("options", () => MapRingBuffer.Create(1, options));
            Refused.Naming("options", () => MapRingBuffer.Create(name.Text, 1, options));
            Refused.Naming("options", () => MapRingBuffer.Open(name.Text, options));
            Refused.Naming("options", () => MapRingBuffer.OpenOrCreate(name.Text, 1, options));
        }
    }

    [Fact]
    public void Options_that_are_for_rings_are_obeyed()
    {
        MapOptions[] taken =
        [
            new() { Advice = MapAdvice.WillNeed },
            new() { Populate = true },
            new() { NoReserve = true },
            new() { DeleteOnClose = true },
            new() { HugePages = new(HugePageMode.Transparent) },
        ];
        foreach (MapOptions options in taken)
        {
            MapRingBuffer.Create(1, options).Dispose();
        }
        Needs.Linux("the kernel's account of mappings");
        using SharedName name = SharedName.New();
        using MapRingBuffer ring = MapRingBuffer.OpenOrCreate(name.Text, 1, new MapOptions { Lock = true });
        Assert.True(Mappings.IsMarkedLocked(name.Path));

        // The kernel counts half of a page for each of its two mappings.
        Assert.Equal(s_least, Mappings.LockedBytes(name.Path));
    }

    private static void AllRefuse(MapRingBuffer ring, string name, Action spoil)
    {
        spoil();
        Assert.Throws<InvalidDataException>(() => ring.GetReadSpan().Length);
        Assert.Throws<InvalidDataException>(() => ring.GetWriteSpan().Length);
        Assert.Throws<InvalidDataException>(() => ring.Count);
        Assert.Throws<InvalidOperationException>(() => ring.Advance(0));
        Assert.Throws<InvalidOperationException>(() => ring.Consume(0));
        Assert.Throws<InvalidDataException>(() => MapRingBuffer.Open(name));
        Assert.Throws<InvalidDataException>(() => MapRingBuffer.OpenOrCreate(name, 1));
    }

    private static bool Works(Func<long> action) => Works(() => { _ = action(); });

    private static bool Works(Action action)
    {
        try
        {
            action();
            return true;
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }
}
